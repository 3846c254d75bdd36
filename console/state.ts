/**
 * What a charger is given and keeps: its state directory, its store, and the files that the command line names.
 *
 * Law: one process owns the directory; what is found damaged is said loudly and gone on from.
 */
import { authorizationKeyBytes, authorizationKeyExpected } from "../protocol/authorization_key.ts";
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
export async function readAuthorizationKey(path: string | undefined): Promise<Uint8Array | undefined> {
  if (path === undefined) return undefined;
  const text = await Deno.readTextFile(path).catch((error) => {
    throw new Refused(
      `read the AuthorizationKey from ${path}: ${error instanceof Error ? error.message : error}`,
    );
  });
  const bytes = authorizationKeyBytes(text.trimEnd(), { plain: true });
  if (bytes === null) {
    throw new Refused(
      `write ${
        authorizationKeyExpected(true)
      } into ${path}, not ${text.trimEnd().length} characters of another kind`,
    );
  }
  return bytes;
}

/** PEM texts, given themselves or by the paths of files. Throws `Refused`. */
export async function readRoots(given: readonly string[]): Promise<readonly string[]> {
  const texts = await Promise.all(given.map((item) => {
    if (item.includes("-----BEGIN")) return item;
    return Deno.readTextFile(item).catch((error) => {
      throw new Refused(
        `read a root certificate from ${item}: ${error instanceof Error ? error.message : error}`,
      );
    });
  }));
  return texts.flatMap((text, at) => {
    const found = text.match(certificatePattern) ?? [];
    if (found.length > 0) return found.map((pem) => `${pem}\n`);
    throw new Refused(`name PEM files as root certificates, not ${given[at]}: it holds no certificate`);
  });
}

/** RFC 7468; a file may hold several. */
const certificatePattern = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
