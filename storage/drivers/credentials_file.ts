/**
 * The credentials on the disk, in two copies beside the store.
 *
 * Law: what is not whole, or not credentials, is said to be damaged and is not taken for a first boot. After the start the
 * copies are written and read no more: what holds is in memory, whatever becomes of the medium.
 */
import { Credentials, type CredentialsRead, inPresentShape, whatIsWrong } from "../credentials.ts";
import type { CredentialsStore, CredentialsWritten } from "../credentials_store.ts";
import { durableFile } from "./durable_file.ts";

export interface CredentialsFile {
  readonly read: () => Promise<CredentialsRead>;
  /** Resolves when durable. Throws when they are not credentials; rejects when the medium refuses, with the old ones kept. */
  readonly write: (credentials: Credentials) => Promise<void>;
}

/** A hundred roots of the longest, four chains, and to spare. */
const credentialsBytesMax = 1_048_576;

export function credentialsFile(directory: string): CredentialsFile {
  const file = durableFile(directory, "credentials", credentialsBytesMax);
  return {
    read: async () => {
      const read = await file.read();
      if (read.kind !== "read") return read;
      // Once a start: to compile the schema first, as zod would, takes longer than to walk it.
      const parsed = Credentials.safeParse(inPresentShape(read.value), { jitless: true });
      return parsed.success
        ? { kind: "read", credentials: parsed.data, damage: read.damage }
        : { kind: "damaged", error: whatIsWrong(parsed.error) };
    },
    write: async (credentials) => {
      const parsed = Credentials.safeParse(credentials, { jitless: true });
      if (!parsed.success) throw new RangeError(`correct the credentials: ${whatIsWrong(parsed.error)}`);
      await file.write(parsed.data);
    },
  };
}

/** The port on this file, of which `settled` is known to be durable. */
export function credentialsStore(file: CredentialsFile, settled: Credentials): CredentialsStore {
  let held = settled;
  let turn: Promise<unknown> = Promise.resolve();

  async function write(credentials: Credentials): Promise<CredentialsWritten> {
    try {
      await file.write(credentials);
    } catch (error) {
      if (error instanceof RangeError) throw error;
      return { kind: "refused", error: error instanceof Error ? error.message : String(error) };
    }
    held = credentials;
    return { kind: "written" };
  }

  return {
    read: () => turn.then(() => held),
    write: (credentials) => {
      const done = turn.then(() => write(credentials));
      turn = done.catch(() => {});
      return done;
    },
  };
}
