/**
 * What every source of entropy promises (hal/entropy.ts), as one list of tests for all drivers.
 *
 * Law: no driver has a test of a promise that is not in this list.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Entropy } from "../../hal/entropy.ts";

const DRAWS = 4_096;

export function testEntropy(name: string, make: () => Entropy): void {
  function check(promise: string, test: (entropy: Entropy) => void): void {
    Deno.test(`${name}: ${promise}`, { permissions: "none" }, () => test(make()));
  }

  check("a fraction lies in [0, 1) and all over it", (entropy) => {
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < DRAWS; i++) {
      const fraction = entropy.fraction("jitter");
      assert(fraction >= 0 && fraction < 1, `${fraction}`);
      const tenth = Math.floor(fraction * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    // 410 a tenth, standard deviation 19: ten of them off is no accident.
    assert(tenths.every((count) => Math.abs(count - DRAWS / 10) < 190), `${tenths}`);
  });

  check("a fraction has more than 32 bits", (entropy) => {
    const fractions = Array.from({ length: 64 }, () => entropy.fraction("jitter"));
    assert(fractions.some((fraction) => (fraction * 2 ** 32) % 1 !== 0));
  });

  check(
    "a uuid is one of version 4 (RFC 9562 §5.4) and 36 characters long (OCPP-J 1.6 §4.1.4)",
    (entropy) => {
      for (let i = 0; i < 64; i++) {
        assertMatch(
          entropy.uuid("message"),
          /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }
    },
  );

  check("no uuid comes twice, whatever the stream", (entropy) => {
    const uuids = Array.from({ length: DRAWS }, (_, i) => entropy.uuid(`stream ${i % 2}`));
    assertEquals(new Set(uuids).size, DRAWS);
  });
}
