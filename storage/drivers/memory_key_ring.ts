/**
 * Private keys in memory, for tests and the simulated world: names instead of secrets, and every fault to order.
 *
 * Law: a function of what it is asked, on the clock that it is given. What was told to be made survives a power cut.
 */
import type { Clock } from "../../hal/clock.ts";
import type { KeyRing } from "../key_ring.ts";

export interface MemoryKeyRing {
  readonly ring: KeyRing;
  /** The next `count` keys cannot be made. */
  readonly failNext: (count: number) => void;
}

export interface MemoryKeyRingOptions {
  readonly clock: Pick<Clock, "after">;
  /** How long a key takes to be made. */
  readonly generationMs: number;
  /** What an earlier life has left. */
  readonly keyIds?: readonly string[];
}

export function createMemoryKeyRing(
  { clock, generationMs, keyIds = [] }: MemoryKeyRingOptions,
): MemoryKeyRing {
  const keys = new Set(keyIds);
  let failures = 0;
  return {
    ring: {
      generate: (keyId, _, done) => {
        clock.after(generationMs, () => {
          if (failures > 0) {
            failures -= 1;
            return done({ kind: "failed", error: `make the key ${keyId}: out of order` });
          }
          keys.add(keyId);
          done({ kind: "made", publicKey: simulatedPublicKey(keyId) });
        });
      },
      publicKey: (keyId) => keys.has(keyId) ? simulatedPublicKey(keyId) : null,
      sign: (keyId, bytes) => {
        if (!keys.has(keyId)) {
          throw new RangeError(`make the key ${JSON.stringify(keyId)} first: it is not there`);
        }
        return Uint8Array.of(bytes.length % 256);
      },
      keyIds: () => [...keys],
      remove: (keyId) => {
        keys.delete(keyId);
        return Promise.resolve();
      },
    },
    failNext: (count) => void (failures = count),
  };
}

/** Its name in hexadecimal: in the simulated world whoever knows a key's name may say that it has signed. */
export function simulatedPublicKey(keyId: string): string {
  return [...new TextEncoder().encode(keyId)].map((octet) => octet.toString(16).padStart(2, "0")).join("")
    .toUpperCase();
}
