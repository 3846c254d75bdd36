/**
 * Everything of a charger that lasts: its state directory, its store, and its credentials in their second place.
 *
 * Law: one process owns it; what is found damaged is said loudly and gone on from; security is never lowered by it.
 */
import type { ChargerIdentity } from "../actors/charger_config.ts";
import {
  authorizationKeyBytes,
  authorizationKeyExpected,
  authorizationKeyText,
} from "../protocol/authorization_key.ts";
import type { Credentials } from "../storage/credentials.ts";
import { credentialsFile } from "../storage/drivers/credentials_file.ts";
import type { OpenedStore } from "../storage/drivers/deno_kv_store.ts";
import { openDenoKvStore } from "../storage/drivers/deno_kv_store.ts";
import type { StateDirectory } from "../storage/drivers/state_directory.ts";
import { openStateDirectory, StateDirectoryInUse } from "../storage/drivers/state_directory.ts";
import type { Finding } from "../storage/finding.ts";
import { Refused } from "./refusals.ts";

/** Takes the directory's lock. Throws `StateDirectoryInUse` and `Refused`. */
export function ownState(path: string): StateDirectory {
  try {
    return openStateDirectory(path);
  } catch (error) {
    if (error instanceof StateDirectoryInUse) throw error;
    throw new Refused(
      `choose a state directory that can be made, not ${path}: ${
        error instanceof Error ? error.message : error
      }`,
    );
  }
}

export async function openStore(
  directory: StateDirectory,
  wallMs: number,
  report: (finding: Finding) => void,
): Promise<OpenedStore> {
  return await openDenoKvStore(directory.path, { wallMs, report });
}

/** The text of `--config`. Throws `Refused`. */
export async function readConfigFile(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch((error) => {
    throw new Refused(
      `read the configuration from ${path}: ${error instanceof Error ? error.message : error}`,
    );
  });
}

/** The AuthorizationKey in a file, a trailing line break aside. Throws `Refused`, which never quotes it. */
export async function readAuthorizationKey(path: string): Promise<Uint8Array> {
  const text = await Deno.readTextFile(path).catch((error) => {
    throw new Refused(
      `read the AuthorizationKey from ${path}: ${error instanceof Error ? error.message : error}`,
    );
  });
  const bytes = authorizationKeyBytes(text.trimEnd());
  if (bytes === null) {
    throw new Refused(
      `write ${authorizationKeyExpected} into ${path}, not ${text.trimEnd().length} characters of another kind`,
    );
  }
  return bytes;
}

/**
 * The identity with the password that holds: the one given now, else the one kept. What holds is kept in the second place.
 * Throws `Refused` when the kept credentials are damaged and none are given: to go on without would lower the security.
 */
export async function settledIdentity(
  directory: StateDirectory,
  identity: ChargerIdentity,
  warn: (line: string) => void,
): Promise<ChargerIdentity> {
  const file = credentialsFile(directory.path);
  const read = await file.read();
  if (read.kind === "damaged" && identity.password === undefined) {
    throw new Refused(
      `give the AuthorizationKey again (--auth-key-file), or remove ${directory.path}/credentials* to go on without: ${read.error}`,
    );
  }
  if (read.kind === "read" && read.damage !== null) warn(`! credentials: ${read.damage}`);
  const kept = read.kind === "read" ? read.credentials.authorizationKey : undefined;
  const password = identity.password ??
    (kept === undefined ? undefined : authorizationKeyBytes(kept) ?? undefined);
  const credentials: Credentials = {
    chargePointId: identity.chargePointId,
    csmsUrl: identity.csms,
    securityProfile: password === undefined ? 0 : 1,
    ...(password === undefined ? {} : { authorizationKey: authorizationKeyText(password) }),
  };
  const unchanged = read.kind === "read" && JSON.stringify(read.credentials) === JSON.stringify(credentials);
  if (!unchanged) await file.write(credentials);
  return password === undefined ? identity : { ...identity, password };
}
