/**
 * The credentials on the disk, in two copies beside the store.
 *
 * Law: what is not whole, or not credentials, is said to be damaged and is not taken for a first boot.
 */
import { Credentials, type CredentialsRead, whatIsWrong } from "../credentials.ts";
import { durableFile } from "./durable_file.ts";

export interface CredentialsFile {
  readonly read: () => Promise<CredentialsRead>;
  /** Resolves when durable. Throws when they are not credentials; rejects when the medium refuses, with the old ones kept. */
  readonly write: (credentials: Credentials) => Promise<void>;
}

export function credentialsFile(directory: string): CredentialsFile {
  const file = durableFile(directory, "credentials");
  return {
    read: async () => {
      const read = await file.read();
      if (read.kind !== "read") return read;
      // Once a start: to compile the schema first, as zod would, takes longer than to walk it.
      const parsed = Credentials.safeParse(read.value, { jitless: true });
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
