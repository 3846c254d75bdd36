/**
 * SHA-256 by node:crypto, which computes it in place.
 *
 * Law: a function of its argument.
 */
import { createHash } from "node:crypto";
import type { Digest } from "../digest.ts";

export function createNodeDigest(): Digest {
  return { sha256: (text) => createHash("sha256").update(text, "utf8").digest("hex") };
}
