/** Since when a transaction charges, as literals: what of the time in the dark counts once it is resumed (invariant I11). */
import { assertEquals } from "@std/assert";
import type { CheckpointRecord, TransactionRecord } from "../../storage/records.ts";
import { agedBy, chargingBy } from "./charging_age.ts";

const civilMs = Date.UTC(2026, 0, 1);

/** Begun at 1,000 ms of the monotonic clock. */
const begun: TransactionRecord = {
  localId: 9,
  boot: 1,
  idTag: "CAROL",
  meterStartWh: 0,
  meterSerialNumber: "SIM-2",
  startedMs: civilMs,
  startedMonotonicMs: 1_000,
};

const charging = chargingBy(begun, undefined, true);
/** Its last durable sign of life: 60 s old. */
const aged = agedBy(charging, aliveAt(60_000));

function aliveAt(ageMs: number, localId = 9): CheckpointRecord {
  const atMs = civilMs + ageMs;
  return { localId, energyWh: 0, atMs, risenMs: atMs, meterSerialNumber: "SIM-2" };
}

/** Resumed at 100,000 ms of the monotonic clock, at that age of its own. */
function resumed(ageMs: number, begunMs = civilMs): TransactionRecord {
  return { ...begun, boot: 2, startedMs: civilMs + ageMs, startedMonotonicMs: 100_000, begunMs };
}

function check(name: string, body: () => void): void {
  Deno.test({ name: `charging age: ${name}`, permissions: "none" }, body);
}

check("a transaction charges since it began, however often its record is written", () => {
  assertEquals(charging.begunMs, 1_000);
  assertEquals(chargingBy(begun, aged, false), aged);
  assertEquals(chargingBy({ ...begun, localId: 10, startedMonotonicMs: 7_000 }, aged, true).begunMs, 7_000);
});

check("where a clock has told the time in the dark, all of it counts, whatever the charger says", () => {
  assertEquals(chargingBy(resumed(99_000), aged, true).begunMs, 1_000);
  assertEquals(chargingBy(resumed(60_000), aged, true).begunMs, 1_000);
});

check(
  "where the clock has lost its time, nobody knows how long it was dark: it counts as the charger says",
  () => {
    assertEquals(chargingBy(resumed(60_000), aged, false).begunMs, 40_000);
    assertEquals(chargingBy(resumed(75_000), aged, false).begunMs, 25_000);
  },
);

check("but what it has lasted by a durable sign of life is never taken back", () => {
  assertEquals(chargingBy(resumed(59_000), aged, false).begunMs, 40_000);
  assertEquals(chargingBy(resumed(0), aged, false).begunMs, 40_000);
  assertEquals(chargingBy(resumed(75_000, civilMs + 75_000), aged, false).begunMs, 25_000);
  const twice = chargingBy(
    { ...resumed(61_000), startedMonotonicMs: 200_000 },
    chargingBy(resumed(75_000), aged, false),
    false,
  );
  assertEquals(twice.begunMs, 125_000);
});

check("a sign of life of another transaction, or an older one, says nothing", () => {
  assertEquals(agedBy(aged, aliveAt(90_000, 8)), aged);
  assertEquals(agedBy(aged, aliveAt(30_000)), aged);
  assertEquals(agedBy(undefined, aliveAt(30_000)), undefined);
});
