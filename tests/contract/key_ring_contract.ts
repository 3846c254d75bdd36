/**
 * What every key ring promises (storage/key_ring.ts), as one list of tests for all drivers.
 *
 * Law: no driver has a test of a promise that is not in this list.
 */
import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import type { KeyMade, KeyRing } from "../../storage/key_ring.ts";

export interface KeyRingUnderTest {
  readonly ring: () => KeyRing;
  /** The process ends, and another one opens what is there. */
  readonly restart: () => Promise<void>;
  /** Lets the time pass that a key takes; where it is real it passes by itself. */
  readonly settle: () => Promise<void>;
  readonly dispose: () => Promise<void>;
}

export function testKeyRing(name: string, make: () => Promise<KeyRingUnderTest>): void {
  function check(promise: string, test: (under: KeyRingUnderTest) => Promise<void>): void {
    Deno.test(`${name}: ${promise}`, async () => {
      const under = await make();
      try {
        await test(under);
      } finally {
        await under.dispose();
      }
    });
  }

  check("a key is made later, told with its public half, and there over a restart", async (under) => {
    const made = await makeKey(under, "k1");
    assert(made.kind === "made");
    assertMatch(made.publicKey, /^[0-9A-F]+$/);
    assertEquals([under.ring().publicKey("k1"), under.ring().keyIds()], [made.publicKey, ["k1"]]);
    await under.restart();
    assertEquals([under.ring().publicKey("k1"), under.ring().keyIds()], [made.publicKey, ["k1"]]);
  });

  check("two keys are two", async (under) => {
    const [one, two] = [await makeKey(under, "k1"), await makeKey(under, "k2")];
    assert(one.kind === "made" && two.kind === "made");
    assertNotEquals(one.publicKey, two.publicKey);
  });

  check("what is removed is gone at once, and over a restart; the others stay", async (under) => {
    await makeKey(under, "k1");
    await makeKey(under, "k2");
    const removed = under.ring().remove("k1");
    assertEquals([under.ring().publicKey("k1"), under.ring().keyIds()], [null, ["k2"]]);
    await removed;
    await under.restart();
    assertEquals(under.ring().keyIds(), ["k2"]);
  });

  check("a key that is not there signs nothing, and is removed in silence", async (under) => {
    assertThrows(() => under.ring().sign("k1", new Uint8Array(1)), RangeError, "k1");
    await under.ring().remove("k1");
    assertEquals(under.ring().publicKey("k1"), null);
  });

  check("nothing of a ring tells a private key", async (under) => {
    await makeKey(under, "k1");
    const told = JSON.stringify([under.ring(), Deno.inspect(under.ring(), { depth: 9, showHidden: true })]);
    assert(!/PRIVATE KEY/.test(told));
  });
}

async function makeKey({ ring, settle }: KeyRingUnderTest, keyId: string): Promise<KeyMade> {
  const { promise, resolve } = Promise.withResolvers<KeyMade>();
  let told = 0;
  ring().generate(keyId, "P-256", (made) => {
    told += 1;
    resolve(made);
  });
  assertEquals(told, 0);
  await settle();
  const made = await promise;
  assertEquals(told, 1);
  return made;
}
