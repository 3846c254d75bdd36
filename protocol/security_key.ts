/**
 * The configuration keys whose values are credentials: kept beside the store, by another than the other keys.
 *
 * Law: a key's name is matched whatever its case (CiString50Type), here as in the table.
 */

const securityKeys = ["AuthorizationKey", "SecurityProfile"] as const;
export type SecurityKey = typeof securityKeys[number];

/** The official spelling, when it is one of them. */
export function securityKeyOf(key: string): SecurityKey | undefined {
  return securityKeys.find((name) => name.toLowerCase() === key.toLowerCase());
}
