/**
 * The system's entropy.
 *
 * Law: good enough for keys; nothing can be predicted from what was drawn before, in any stream.
 */
import type { Entropy } from "../entropy.ts";

export function createSystemEntropy(): Entropy {
  return { fraction, uuid: () => crypto.randomUUID() };
}

/** 53 bits, as many as a fraction holds. */
function fraction(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
}
