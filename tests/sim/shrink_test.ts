/** Shrinking, with literals: what comes out still fails, nothing can be left out of it, and its times are short. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Event } from "./scenario.ts";
import { minimize, shorten, shrink } from "./shrink.ts";

/** Fails where all of these are in it. */
function needs<T>(...needed: readonly T[]): (items: readonly T[]) => Promise<boolean> {
  return (items) => Promise.resolve(needed.every((item) => items.includes(item)));
}

Deno.test({ name: "minimize: what is needed stays, in its order", permissions: "none" }, async () => {
  const items = Array.from({ length: 137 }, (_, n) => n);
  assertEquals(await minimize(items, needs(5, 70, 136)), [5, 70, 136]);
  assertEquals(await minimize(items, needs(0)), [0]);
  assertEquals(await minimize(items, needs()), []);
  assertEquals(await minimize([], needs()), []);
});

Deno.test(
  { name: "minimize: what could not be left out may be once another is gone", permissions: "none" },
  async () => {
    // Who has the second needs the third, which comes before it.
    const fails = (items: readonly number[]) =>
      Promise.resolve(items.includes(1) && (!items.includes(2) || items.includes(3)));
    assertEquals(await minimize([3, 9, 2, 1], fails), [1]);
  },
);

Deno.test({ name: "minimize: few runs where little is needed", permissions: "none" }, async () => {
  let runs = 0;
  const items = Array.from({ length: 1_000 }, (_, n) => n);
  const fails = (some: readonly number[]) => {
    runs += 1;
    return needs(500)(some);
  };
  assertEquals(await minimize(items, fails), [500]);
  assert(runs <= 30, `${runs} runs`);
});

Deno.test({
  name: "minimize: the result still fails, and without any one item it does not",
  permissions: "none",
}, async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.nat(20), { maxLength: 60 }),
    fc.array(fc.uniqueArray(fc.nat(20), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
    fc.nat(3),
    async (items, reasons, copies) => {
      // Several reasons, one of them by mere number: nothing here is monotonic.
      const fails = (some: readonly number[]) =>
        Promise.resolve(
          reasons.some((reason) => reason.every((item) => some.includes(item))) &&
            some.length % (copies + 1) === items.length % (copies + 1),
        );
      fc.pre(await fails(items));
      const kept = await minimize(items, fails);
      assert(await fails(kept));
      for (const at of kept.keys()) assert(!await fails(kept.filter((_, index) => index !== at)));
      let from = -1;
      for (const item of kept) {
        assert((from = items.indexOf(item, from + 1)) >= 0, "in the order they came in");
      }
    },
  ));
});

const day: readonly Event[] = [
  { atMs: 10_000.5, act: { kind: "plug", connectorId: 1 } },
  { atMs: 20_000, act: { kind: "atCommit", nth: 1, afterMs: 40, blow: { kind: "crash", actor: null } } },
  {
    atMs: 90_000,
    act: { kind: "script", action: "StartTransaction", turn: { kind: "answer", afterMs: 30_000 } },
  },
  { atMs: 90_000, act: { kind: "hangUp" } },
];

Deno.test(
  { name: "shorten: every wait and every duration goes where none is needed", permissions: "none" },
  async () => {
    assertEquals(await shorten(day, () => Promise.resolve(true)), [
      { atMs: 0, act: { kind: "plug", connectorId: 1 } },
      { atMs: 0, act: { kind: "atCommit", nth: 1, afterMs: 0, blow: { kind: "crash", actor: null } } },
      { atMs: 0, act: { kind: "script", action: "StartTransaction", turn: { kind: "answer", afterMs: 0 } } },
      { atMs: 0, act: { kind: "hangUp" } },
    ]);
  },
);

Deno.test(
  { name: "shorten: halves or quarters what is needed, and leaves what fails no more", permissions: "none" },
  async () => {
    const times = (scenario: readonly Event[]) =>
      scenario.map(({ atMs, act }) => [atMs, act.kind === "atCommit" ? act.afterMs : null]);
    const fails = (scenario: readonly Event[]) => {
      const [plug, blow] = scenario;
      return Promise.resolve(
        blow?.act.kind === "atCommit" && blow.act.afterMs >= 9 && blow.atMs - plug!.atMs > 3_000,
      );
    };
    assertEquals(times(await shorten(day, fails)), [[0, null], [3_749, 10], [3_749, null], [3_749, null]]);
    assertEquals(await shorten(day, () => Promise.resolve(false)), day);
  },
);

Deno.test(
  { name: "shrink: what a shorter time has made needless is left out too", permissions: "none" },
  async () => {
    // The second of two is needed only while the first comes late.
    const fails = (scenario: readonly Event[]) =>
      Promise.resolve(
        scenario.some(({ act }) => act.kind === "plug") &&
          (scenario[0]!.atMs < 100 || scenario.some(({ act }) => act.kind === "hangUp")),
      );
    assertEquals(await shrink(day, fails), [{ atMs: 0, act: { kind: "plug", connectorId: 1 } }]);
  },
);
