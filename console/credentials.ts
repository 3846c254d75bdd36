/**
 * The credentials that a start begins with: what the operator gives, and what is kept from before.
 *
 * Law: what the operator gives is a first value, and later a proposal: a higher profile that is not kept yet, and a password that is not
 * kept and that he has changed, are tried before what has worked. Security is lowered by nobody but whoever removes the kept files (security white paper
 * A00.FR.005: local means only); damage never lowers it.
 */
import type { Proof, SecurityProfile } from "../protocol/proof.ts";
import { servedLast, withChange } from "../protocol/proof.ts";
import { authorizationKeyText } from "../protocol/authorization_key.ts";
import type { Credentials, CredentialsRead } from "../storage/credentials.ts";
import type { CredentialsStore } from "../storage/credentials_store.ts";
import { credentialsFile, credentialsStore } from "../storage/drivers/credentials_file.ts";
import type { KeyRingFiles } from "../storage/drivers/key_ring_files.ts";
import { openKeyRing } from "../storage/drivers/key_ring_files.ts";
import type { StateDirectory } from "../storage/drivers/state_directory.ts";
import { givenKeyOf, isGivenKey } from "./given_key.ts";
import { Refused } from "./refusals.ts";

/** From the configuration file and the options. */
export interface GivenCredentials {
  readonly chargePointId: string;
  readonly csms: string;
  readonly csmsSecure: string | undefined;
  readonly securityProfile: SecurityProfile | undefined;
  readonly authorizationKey: Uint8Array | undefined;
  /** PEM: CentralSystemRootCertificates. */
  readonly roots: readonly string[];
  /** Those of the station's profile. */
  readonly securityProfiles: readonly SecurityProfile[];
}

/** Settles them and keeps them. Throws `Refused`. */
export async function openCredentials(
  directory: StateDirectory,
  given: GivenCredentials,
  warn: (line: string) => void,
): Promise<CredentialsStore> {
  const file = credentialsFile(directory.path);
  const read = await file.read();
  if (read.kind === "read" && read.damage !== null) warn(`! credentials: ${read.damage}`);
  const settled = settle(read, given);
  if (typeof settled === "string") {
    throw new Refused(settled.replaceAll("{files}", `${directory.path}/credentials.*`));
  }
  const unchanged = read.kind === "read" && JSON.stringify(read.credentials) === JSON.stringify(settled);
  if (!unchanged) await file.write(settled);
  return credentialsStore(file, settled);
}

/** A key that is damaged is lost: its certificate cannot be used any more, and the older proofs are what is left. */
export async function keptKeys(
  directory: StateDirectory,
  warn: (line: string) => void,
): Promise<KeyRingFiles> {
  const keyRing = await openKeyRing(directory.path);
  for (const damage of keyRing.damage) warn(`! ${damage}`);
  return keyRing;
}

/** A text says what the operator has to do; `{files}` stands for those that are kept. */
export function settle(read: CredentialsRead, given: GivenCredentials): Credentials | string {
  if (read.kind === "damaged") {
    return `restore {files}, or remove them to start over with what the configuration gives: ${read.error}`;
  }
  const kept = read.kind === "read" ? read.credentials : null;
  const key = keyOf(kept, given);
  const proofs = kept === null ? firstProof(given) : proposed(kept, key.changed, given);
  if (typeof proofs === "string") return proofs;
  const { chargePointId, csms: csmsUrl, csmsSecure } = given;
  const holds = servedLast(proofs).securityProfile;
  if (holds < 2 && /^wss:/i.test(csmsUrl)) {
    return `write a ws: URL as csms (and the wss: URL as csmsSecure): security profile ${holds} is without TLS, and remains so ` +
      "until a higher one has been served";
  }
  const credentials: Credentials = {
    chargePointId,
    csmsUrl,
    ...(csmsSecure === undefined ? {} : { csmsSecureUrl: csmsSecure }),
    proofs,
    roots: rootsOf(kept, given),
    ...(key.given === undefined ? {} : { givenKey: key.given }),
    ...(kept?.pendingKeyId === undefined ? {} : { pendingKeyId: kept.pendingKeyId }),
    ...(kept?.upcoming === undefined ? {} : { upcoming: kept.upcoming }),
  };
  const isSecure = proofs.some(({ securityProfile }) => securityProfile >= 2);
  const hasRoot = credentials.roots.some(isCentralSystemRoot);
  return isSecure && !hasRoot
    ? "give the root certificates that the central system is judged by (rootCertificates, --root-file): security profiles 2 " +
      "and 3 trust nothing else"
    : credentials;
}

function firstProof(given: GivenCredentials): Credentials["proofs"] | string {
  const { authorizationKey: key, csms } = given;
  const least = key === undefined ? 0 : 1;
  const securityProfile = given.securityProfile ?? (/^wss:/i.test(csms) ? 2 : least);
  const wrong = whatIsWrongWith(securityProfile, key !== undefined, given);
  if (wrong !== null) return wrong;
  return [{
    number: 1,
    securityProfile,
    ...(key === undefined ? {} : { authorizationKey: authorizationKeyText(key) }),
  }];
}

interface KeyOfStart {
  /** The key, where it is another than at the start before that was given one. */
  readonly changed: string | undefined;
  /** To be kept with whatever comes of it, in one write: a crash leaves both or neither. */
  readonly given: Credentials["givenKey"];
}

function keyOf(kept: Credentials | null, { authorizationKey }: GivenCredentials): KeyOfStart {
  const before = kept?.givenKey;
  const key = authorizationKey === undefined ? undefined : authorizationKeyText(authorizationKey);
  const isSame = key === undefined || (before !== undefined && isGivenKey(key, before));
  return isSame ? { changed: undefined, given: before } : { changed: key, given: givenKeyOf(key) };
}

/** What is kept, and before it what is given and is neither kept nor lower. */
function proposed(
  kept: Credentials,
  key: string | undefined,
  given: GivenCredentials,
): Credentials["proofs"] | string {
  const holds = servedLast(kept.proofs);
  const isNewKey = key !== undefined && kept.proofs.every(({ authorizationKey }) => authorizationKey !== key);
  const profile = given.securityProfile ?? 0;
  const isRaise = kept.proofs.every(({ securityProfile }) => securityProfile < profile);
  if (!isNewKey && !isRaise) return kept.proofs;
  const change: Partial<Proof> = {
    ...(isNewKey ? { authorizationKey: key } : {}),
    ...(isRaise ? { securityProfile: profile } : {}),
  };
  const hasKey = (change.authorizationKey ?? holds.authorizationKey) !== undefined;
  const wrong = isRaise ? whatIsWrongWith(profile, hasKey, given, holds) : null;
  return wrong ?? withChange(kept.proofs, holds.number, change);
}

function whatIsWrongWith(
  profile: SecurityProfile,
  hasKey: boolean,
  { securityProfiles }: GivenCredentials,
  holds?: Proof,
): string | null {
  if (!securityProfiles.includes(profile)) {
    return `choose a security profile that the station has (${securityProfiles.join(", ")}), not ${profile}`;
  }
  if ((profile === 1 || profile === 2) && !hasKey) {
    return `give the AuthorizationKey (--auth-key-file): security profile ${profile} needs one`;
  }
  if (profile === 3 && holds?.certificate === undefined) {
    return "begin with security profile 2, and let the central system raise it when it has signed this charger's certificate " +
      "(ExtendedTriggerMessage SignChargePointCertificate): security profile 3 needs one";
  }
  return null;
}

/** Given ones count as long as there are none: what the central system has deleted does not come back with the next start. */
function rootsOf(kept: Credentials | null, given: GivenCredentials): Credentials["roots"] {
  const roots = kept?.roots ?? [];
  if (roots.some(isCentralSystemRoot)) return roots;
  const first = given.roots.map((pem) => ({ certificateType: "CentralSystemRootCertificate" as const, pem }));
  return [...roots, ...first];
}

function isCentralSystemRoot({ certificateType }: Credentials["roots"][number]): boolean {
  return certificateType === "CentralSystemRootCertificate";
}
