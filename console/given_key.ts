/**
 * How a start knows again the AuthorizationKey that the operator gave last, though the central system may have replaced it since.
 *
 * Law: of the key a salt and a slow digest are kept, from which nobody has it back: a key that is retired is no longer anywhere.
 */
import { Buffer } from "node:buffer";
import { pbkdf2Sync, randomBytes } from "node:crypto";
import type { GivenKey } from "../storage/credentials.ts";

/** Some 10 ms on a desktop, once a start, and for a key of at least 16 bytes enough; it has to be the same for ever. */
const rounds = 20_000;
const saltBytes = 16;
const digestBytes = 32;

/** `key` in hexadecimal, as proofs have it. */
export function givenKeyOf(key: string): GivenKey {
  const salt = randomBytes(saltBytes).toString("hex");
  return { salt, digest: digestOf(key, salt) };
}

export function isGivenKey(key: string, { salt, digest }: GivenKey): boolean {
  return digestOf(key, salt) === digest;
}

function digestOf(key: string, salt: string): string {
  return pbkdf2Sync(Buffer.from(key, "hex"), Buffer.from(salt, "hex"), rounds, digestBytes, "sha256")
    .toString("hex");
}
