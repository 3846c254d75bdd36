/** The station's total shared between its connectors (OCPP 1.6 §3.13.1; spec/behaviour.md §12.7). */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Claim } from "../../protocol/load_balancing.ts";
import { leastOffered, offeredAt, shared } from "../../protocol/load_balancing.ts";
import type { LimitedConnector } from "../../protocol/charging_precedence.ts";
import type { InstalledProfile } from "../../protocol/charging_profile.ts";
import { ac, connector, installed, localId, nowMs } from "./charging_profile_samples.ts";

type Wants = Partial<Omit<Claim, "connectorId">>;

/** Connectors 1 to n, one that began after the other, who could take 32 A each and charge from 6 A up. */
function claims(wants: readonly Wants[]): readonly Claim[] {
  return wants.map((one, at) => (
    { connectorId: at + 1, sinceMs: at, most: 32, least: 6, preferred: 0, ...one }
  ));
}

function check(sentence: string, total: number, wants: readonly Wants[], expected: readonly number[]): void {
  Deno.test({ name: `shares: ${sentence}`, permissions: "none" }, () => {
    const shares = shared(total, claims(wants));
    assertEquals(wants.map((_, at) => shares.get(at + 1) ?? NaN), [...expected]);
  });
}

check("one has it all", 20, [{}], [20]);
check("but no more than its own limit", 40, [{}], [32]);
check("two have half each", 20, [{}, {}], [10, 10]);
check("where it suffices for all nobody has less than he wants", 64, [{}, {}], [32, 32]);
check("who wants less leaves the rest", 30, [{ most: 8 }, {}, {}], [8, 11, 11]);
check("what cannot be shared in tenths stays unused", 20, [{}, {}, {}], [6.6, 6.6, 6.6]);
check("a total too small for two is the first one's", 11.9, [{}, {}], [11.9, 0]);
check("the first one is who began first", 11.9, [{ sinceMs: 9 }, {}], [0, 11.9]);
check("and of two at once the lower connector", 11.9, [{ sinceMs: 0 }, { sinceMs: 0 }], [11.9, 0]);
check("who needs less than is left does not wait", 14, [{}, { least: 10 }, {}], [7, 0, 7]);
check("a total below what charges at all is nobody's", 5.9, [{}], [0]);
check("with DC there is no such limit", 5.9, [{ least: 0 }, { least: 0 }], [2.9, 2.9]);
check("a total that is just enough for two is shared", 12, [{}, {}], [6, 6]);
check("minChargingRate is kept where it can be", 30, [{ preferred: 20 }, {}], [20, 10]);
check("it asks for no more than the own limit", 40, [{ preferred: 99 }, {}], [32, 8]);
check("it makes nobody wait", 20, [{ preferred: 16 }, {}], [10, 10]);
check("two of them that do not fit together are none", 30, [{ preferred: 16 }, { preferred: 16 }], [15, 15]);
check("nothing is nothing", 0, [{}, { least: 0 }], [0, 0]);

function tenths(most: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: most * 10 }).map((value) => value / 10);
}

const anyClaims = fc.array(
  fc.record({
    most: tenths(26).map((most) => most + 6),
    least: fc.constantFrom(0, 6),
    preferred: tenths(20),
    sinceMs: fc.nat(3),
  }),
  { maxLength: 5 },
);

Deno.test({
  name:
    "shares: never above the total, never above a claim, and nothing left that one of the served could have",
  permissions: "none",
}, () => {
  fc.assert(
    fc.property(tenths(80), anyClaims, (total, wants) => {
      const all = claims(wants);
      const shares = shared(total, all);
      const sum = [...shares.values()].reduce((before, share) => before + share, 0);
      assert(sum <= total + 1e-9, `${sum} of ${total}`);
      const served = all.filter(({ connectorId }) => (shares.get(connectorId) ?? 0) > 0);
      for (const { connectorId, most } of all) assert((shares.get(connectorId) ?? NaN) <= most);
      const wanting = served.filter(({ connectorId, most }) => (shares.get(connectorId) ?? 0) < most);
      assert(wanting.length === 0 || total - sum < all.length / 10 + 1e-9, `${total - sum} left`);
    }),
    { numRuns: 2_000 },
  );
});

/** Two connectors, of which those named charge. */
function station(
  profiles: readonly InstalledProfile[],
  charging: readonly number[],
): readonly LimitedConnector[] {
  return [1, 2].map((connectorId) =>
    connector(profiles, {
      connectorId,
      supply: ac,
      charging: charging.includes(connectorId) ? { localId, sinceMs: nowMs + connectorId } : null,
    })
  );
}

function checkOffered(
  sentence: string,
  profiles: readonly InstalledProfile[],
  charging: readonly number[],
  expected: readonly number[],
): void {
  Deno.test({ name: `offered: ${sentence}`, permissions: "none" }, () => {
    assertEquals([...offeredAt(station(profiles, charging), nowMs).values()], expected);
  });
}

const max = { id: 9, purpose: "ChargePointMaxProfile" } as const;
const most20 = installed({ 0: 20 }, max);

checkOffered("without a ChargePointMaxProfile each has its own limit", [installed({ 0: 10 })], [1], [10, 32]);
checkOffered("with one who does not charge gets nothing", [most20], [1], [20, 0]);
checkOffered("two who charge share it", [most20], [1, 2], [10, 10]);
checkOffered("by their own limits", [most20, installed({ 0: 8 })], [1, 2], [8, 12]);
checkOffered("nobody charges, nobody is offered any", [most20], [], [0, 0]);
checkOffered("before it is valid it is nobody's limit", [installed({ 0: 20 }, { ...max, from: 1 })], [1], [
  32,
  32,
]);
checkOffered(
  "a minChargingRate is heard",
  [
    installed({ 0: 30 }, max),
    installed({ 0: 32 }, { minChargingRate: 18 }),
  ],
  [1, 2],
  [18, 12],
);
checkOffered("what no car would draw is not offered", [installed({ 0: 5.9 })], [1], [0, 32]);
checkOffered("and takes nothing from the others", [most20, installed({ 0: 5.9 })], [1, 2], [0, 20]);
// 13.8 kW: 6.9 kW each, which is 10 A on three phases.
checkOffered("in watt", [installed({ 0: 13_800 }, { ...max, unit: "W" })], [1, 2], [10, 10]);
checkOffered("in watt too 6 A are needed", [installed({ 0: 8_000 }, { ...max, unit: "W" })], [1, 2], [
  11.5,
  0,
]);

/** `lines` are: seconds from now, offered to connectors 1 and 2, seconds from now of the next look. */
function checkLead(
  sentence: string,
  profiles: readonly InstalledProfile[],
  lines: readonly (readonly [at: number, one: number, two: number, until: number])[],
): void {
  Deno.test({ name: `offered with a lead of 1 s: ${sentence}`, permissions: "none" }, () => {
    for (const [at, ...expected] of lines) {
      const { offered, untilMs } = leastOffered(station(profiles, [1]), nowMs + at * 1_000, 1_000);
      assertEquals([...offered.values(), (untilMs - nowMs) / 1_000], expected);
    }
  });
}

checkLead("a limit that falls is told a second before", [installed({ 0: 16, 60: 8 })], [
  [0, 16, 32, 59],
  [59, 8, 32, 60],
  [60, 8, 32, Infinity],
]);
checkLead("one that rises when it does", [installed({ 0: 8, 60: 16 })], [
  [0, 8, 32, 59],
  [59, 8, 32, 60],
  [60, 16, 32, Infinity],
]);
checkLead("a dip of a second is kept to all its length", [installed({ 0: 16, 60: 8, 61: 16 })], [
  [58.9, 16, 32, 59],
  [59.5, 8, 32, 60],
  [60, 8, 32, 61],
  [61, 16, 32, Infinity],
]);

Deno.test(
  { name: "offered: one connector alone keeps its limit before it charges", permissions: "none" },
  () => {
    assertEquals([...offeredAt([connector([most20])], nowMs)], [[1, 20]]);
  },
);
