/**
 * What happens once a boot, before the tree starts: it gets a number of its own, and civil time is restored (spec/behaviour.md §17,
 * decisions D-damaged, D-lost-clock).
 */
import { assertEquals } from "@std/assert";
import { beginBoot, restoreCivilTime } from "../../actors/boot.ts";
import { stationKeyTable } from "../../actors/charger_config.ts";
import { openTransactionBook } from "../../actors/transaction_book.ts";
import { createCivilTime } from "../../hal/civil_time.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import { clockKey, configurationKey, keys } from "../../storage/record_keys.ts";
import type { Key } from "../../storage/store.ts";
import { referenceDc } from "../hal/stations.ts";
import type { CalmHouse } from "./calm_house.ts";
import { begun, bootedHouse, contactorClosed, swiped } from "./calm_house.ts";

const knownMs = Date.UTC(2026, 0, 1);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const decadesMs = 20 * 365 * dayMs;

Deno.test({
  name:
    "D-damaged: a boot whose count is damaged has a number that none has had, and is not taken for the first",
  permissions: "none",
}, async () => {
  const memory = createMemoryStore();
  const { store } = memory;
  const table = stationKeyTable(referenceDc);
  const boot = () => beginBoot(store, table, { first: { HeartbeatInterval: "300" }, always: {} });
  const earlier = [await boot(), await boot(), await boot()];
  assertEquals(earlier, [1, 2, 3]);
  const heartbeatInterval = configurationKey("HeartbeatInterval");
  await store.commit({ sets: [{ key: heartbeatInterval, value: "77" }] });
  memory.corrupt(keys.boot);
  const number = await boot();
  assertEquals(number > 3, true, `${number} was the number of a boot before`);
  assertEquals((await store.get(heartbeatInterval))?.value, "77");
  assertEquals(await boot(), number + 1);
});

interface Written {
  readonly connectorId: number;
  readonly knownMs: number | string;
}

for (
  const { sentence, wallMs = 0, written, damaged = [], expected, hasLost = true } of [
    {
      sentence: "that lost its time begins with the last known one",
      written: [told(knownMs)],
      expected: knownMs,
    },
    {
      sentence: "that has gone on is left alone",
      wallMs: knownMs + 1,
      written: [told(knownMs)],
      expected: knownMs + 1,
      hasLost: false,
    },
    {
      sentence: "that is a little behind has not lost its time",
      wallMs: knownMs - 60_000,
      written: [told(knownMs)],
      expected: knownMs,
      hasLost: false,
    },
    {
      sentence: "of a charger that has charged since begins with what was written then",
      written: [told(knownMs), charged(2, knownMs + dayMs), charged(1, knownMs + hourMs + dayMs)],
      expected: knownMs + hourMs + dayMs,
    },
    {
      sentence: "that was set back has the last word, not the latest time",
      written: [charged(2, knownMs + decadesMs), charged(1, knownMs + decadesMs), told(knownMs)],
      expected: knownMs,
    },
    {
      sentence: "whose last known time is damaged begins with the one before it",
      written: [told(knownMs), charged(1, knownMs + dayMs)],
      damaged: [clockKey(1)],
      expected: knownMs,
    },
    {
      sentence: "whose last known time cannot be read begins with the one before it",
      written: [told(knownMs), charged(1, "noon")],
      expected: knownMs,
    },
    { sentence: "of a new charger is as it is", written: [], expected: 0, hasLost: false },
  ] satisfies readonly {
    sentence: string;
    wallMs?: number;
    written: readonly Written[];
    damaged?: readonly Key[];
    expected: number;
    hasLost?: boolean;
  }[]
) {
  Deno.test({ name: `a clock ${sentence}`, permissions: "none" }, async () => {
    const clock = createSimulatedClock({ startWallMs: wallMs });
    const memory = createMemoryStore();
    for (const { connectorId, knownMs } of written) {
      await memory.store.commit({ sets: [{ key: clockKey(connectorId), value: { knownMs } }] });
    }
    for (const key of damaged) memory.corrupt(key);
    const civilTime = createCivilTime(clock, (toMs) => clock.stepWall(toMs - clock.wallMs()));
    assertEquals([await restoreCivilTime(memory.store, clock, civilTime), clock.wallMs()], [
      hasLost,
      expected,
    ]);
    // What a clock has lost, or never had, only the central system can tell.
    assertEquals(civilTime.firstToldMs(), hasLost || expected === 0 ? null : expected);
  });
}

function told(knownMs: number): Written {
  return { connectorId: 0, knownMs };
}

function charged(connectorId: number, knownMs: number | string): Written {
  return { connectorId, knownMs };
}

/** Nothing has been said to the central system yet. */
async function rebootedAt1970(house: CalmHouse): Promise<void> {
  house.cutPower(0);
  house.clock.stepWall(-house.clock.wallMs());
  await house.restorePower();
}

/** A day without the central system; then ALICE charges for ten minutes, and BOB after a cut that has taken the clock. */
async function outage(cutInSession: boolean): Promise<CalmHouse> {
  const house = await bootedHouse({
    station: "reference-dc",
    settings: { AllowOfflineTxForUnknownId: "true" },
  });
  house.network.setLink("down");
  await house.advance(dayMs);
  await begun(house, 1, "ALICE");
  await house.advance(10 * 60_000);
  if (!cutInSession) await swiped(house, "ALICE");
  await rebootedAt1970(house);
  house.network.setLink("down");
  await house.advance(60_000);
  house.station.verbs.unplug(1);
  await house.advance(60_000);
  await begun(house, 1, "BOB");
  assertEquals(contactorClosed(house), true);
  await house.advance(60_000);
  await swiped(house, "BOB");
  house.network.setLink("up");
  await house.advance(hourMs);
  return house;
}

for (const cutInSession of [false, true]) {
  Deno.test(`D-lost-clock: after an outage of a day and a cut ${cutInSession ? "in" : "behind"} a session that took the clock, the next bill is dated after it`, async () => {
    const { centralSystem } = await outage(cutInSession);
    const [alice, bob, ...others] = centralSystem.ledger.values();
    assertEquals([alice?.start.idTag, bob?.start.idTag, others], ["ALICE", "BOB", []]);
    const moments = [alice?.start, alice?.stop, bob?.start, bob?.stop].map((one) => one?.timestamp ?? "");
    assertEquals(moments, [...moments].sort());
    assertEquals(moments[0]?.slice(0, 10), "2026-01-02");
  });
}

Deno.test("D-lost-clock: a step that was taken back stays so, though a transaction goes on in its time", async () => {
  const house = await bootedHouse();
  const wrong = { currentTime: new Date(knownMs + decadesMs).toISOString() };
  house.centralSystem.script("Heartbeat", { kind: "answer", payload: wrong });
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  await begun(house);
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  await house.advance(60_000);
  const [alice] = house.centralSystem.ledger.values();
  await rebootedAt1970(house);
  const moments = [alice?.start.timestamp, new Date(house.clock.wallMs()).toISOString()];
  assertEquals(moments, ["2045-12-27T00:00:00.000Z", "2026-01-01T00:01:00.000Z"]);
});

Deno.test("D-lost-clock: each commit of a bill tells the civil time at which it was written", async () => {
  const { store } = createMemoryStore();
  let wallMs = knownMs;
  const book = await openTransactionBook({
    store,
    connectorId: 1,
    boot: 1,
    wallMs: () => wallMs,
    damaged: () => {},
  });
  const own = { atMs: knownMs + decadesMs, energyWh: 0, meterSerialNumber: "SIM-1" };
  const begun = await book.begin({ ...own, idTag: "ALICE", monotonicMs: 0, data: null });
  const localId = begun.kind === "begun" ? begun.record.localId : 0;
  const checkpoint = { ...own, localId, risenMs: own.atMs };
  const known = async () => (await store.get(clockKey(1)))?.value;
  assertEquals(await known(), { knownMs: wallMs++ });
  await book.keep(checkpoint);
  assertEquals(await known(), { knownMs: wallMs++ });
  await book.sample({ checkpoint, sent: null, data: null });
  assertEquals(await known(), { knownMs: wallMs++ });
  await book.end({ ...own, stop: { reason: "Local" }, data: null });
  assertEquals(await known(), { knownMs: wallMs });
});
