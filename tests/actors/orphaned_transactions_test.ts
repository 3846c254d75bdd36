/** A station that boots with fewer connectors than before ends what was open on the others (decision D-orphans, invariant I22). */
import { assertEquals, assertRejects } from "@std/assert";
import { endOrphans } from "../../actors/orphaned_transactions.ts";
import { listParked } from "../../console/parked_transactions.ts";
import type { MemoryStore } from "../../storage/drivers/memory_store.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import { answerKey, checkpointKey, transactionKey } from "../../storage/record_keys.ts";
import type { CheckpointRecord, OutboxRecord, TransactionRecord } from "../../storage/records.ts";
import type { Batch, Key, Store, Value } from "../../storage/store.ts";
import { newHouse, stored, storeOf } from "./calm_house.ts";

const startedMs = Date.UTC(2026, 0, 1);
const alive: CheckpointRecord = {
  localId: 7,
  energyWh: 1_500.5,
  atMs: startedMs + 60_000,
  risenMs: startedMs + 60_000,
  meterSerialNumber: "SIM-4",
};
const open: TransactionRecord = {
  localId: 7,
  boot: 1,
  idTag: "ALICE",
  meterStartWh: 1_000,
  meterSerialNumber: "SIM-4",
  startedMs,
  startedMonotonicMs: 5_000,
};
const decided = { reason: "Local", idTag: "ALICE", atMs: startedMs + 30_000 } as const;

/** The last boot, the first of a station with two connectors, found these. */
async function found(...sets: readonly (readonly [Key, Value])[]): Promise<MemoryStore> {
  const memory = createMemoryStore();
  await memory.store.commit({ sets: sets.map(([key, value]) => ({ key, value })) });
  return memory;
}

async function ended(store: Store): Promise<readonly string[]> {
  const told: string[] = [];
  await endOrphans({
    store,
    connectors: 2,
    boot: 2,
    clock: { wallMs: () => startedMs + 3_600_000, monotonicMs: () => 0 },
    trace: (event) => void (event.kind === "effect" && told.push(event.effect)),
  });
  return told;
}

async function stops(store: Store): Promise<readonly unknown[]> {
  return (await store.list(["outbox"])).map(({ value }) => (value as OutboxRecord).message);
}

function stopped(meterStop: number, atMs: number, reason: string) {
  return {
    action: "StopTransaction",
    localId: 7,
    payload: { meterStop, timestamp: new Date(atMs).toISOString(), reason },
  };
}
const byCheckpoint = stopped(1_500, alive.atMs, "PowerLoss");

for (
  const { what, record = open, checkpoint = alive, damaged = [], told = [], stop } of [
    { what: "at its last checkpoint", stop: byCheckpoint },
    {
      what: "as its stop was decided",
      record: { ...open, stop: decided },
      stop: {
        ...byCheckpoint,
        payload: { ...stopped(1_500, decided.atMs, "Local").payload, idTag: "ALICE" },
      },
    },
    {
      what: "by its checkpoint where its record is damaged",
      damaged: [transactionKey(4)],
      told: ["DamagedRecord"],
      stop: byCheckpoint,
    },
    {
      what: "by its checkpoint where its record has another shape",
      record: { localId: 7 },
      told: ["DamagedRecord"],
      stop: byCheckpoint,
    },
    {
      what: "at its start where its checkpoint is damaged",
      damaged: [checkpointKey(4)],
      told: ["DamagedRecord"],
      stop: stopped(1_000, startedMs, "PowerLoss"),
    },
    {
      what: "at its start where the checkpoint is another one's",
      checkpoint: { ...alive, localId: 6 },
      stop: stopped(1_000, startedMs, "PowerLoss"),
    },
  ] satisfies readonly {
    what: string;
    record?: Value;
    checkpoint?: CheckpointRecord;
    damaged?: readonly Key[];
    told?: readonly string[];
    stop: unknown;
  }[]
) {
  Deno.test(`D-orphans: a transaction on a connector that is gone ends ${what}`, async () => {
    const memory = await found([transactionKey(4), record], [checkpointKey(4), checkpoint]);
    for (const key of damaged) memory.corrupt(key);
    assertEquals(await ended(memory.store), [...told, "TransactionOrphaned"]);
    assertEquals(await stops(memory.store), [stop]);
    assertEquals([
      await memory.store.list(["transaction"]),
      await memory.store.list(["checkpoint"]),
      await ended(memory.store),
    ], [[], [], []]);
  });
}

Deno.test("D-orphans: where both of its records are damaged, or one is lost and one lies alone, it is shown as cut short", async () => {
  const answer: Value = { transactionId: 1, accepted: true };
  const records = [[answerKey(7), answer], [checkpointKey(4), alive]] as const;
  const damaged = await found(...records, [transactionKey(4), { ...open }]);
  damaged.corrupt(transactionKey(4));
  damaged.corrupt(checkpointKey(4));
  for (const { store } of [damaged, await found(...records)]) {
    assertEquals(await ended(store), []);
    const { transactions } = await listParked(store);
    assertEquals(transactions.map(({ localId, state }) => [localId, state]), [[7, "cutShort"]]);
  }
});

Deno.test("D-orphans: what is open on a connector that is there is left to it", async () => {
  const { store } = await found([transactionKey(2), { ...open }], [checkpointKey(2), alive]);
  assertEquals([await ended(store), await stops(store)], [[], []]);
  assertEquals((await store.list(["transaction"])).length, 1);
});

Deno.test("D-orphans, I22: cut before or after any of its commits, the next boot comes to the same end", async () => {
  for (let commit = 1; commit <= 3; commit++) {
    for (const isKept of [false, true]) {
      const memory = await found(
        [transactionKey(3), { ...open, localId: 6 }],
        [checkpointKey(3), { ...alive, localId: 6 }],
        [transactionKey(4), { ...open }],
        [checkpointKey(4), alive],
      );
      memory.corrupt(transactionKey(4));
      await assertRejects(() => ended(cutAt(memory.store, commit, isKept)), Error, "power is gone");
      await ended(memory.store);
      assertEquals(await stops(memory.store), [{ ...byCheckpoint, localId: 6 }, byCheckpoint]);
      assertEquals(await memory.store.list(["transaction"]), []);
    }
  }
});

function cutAt(store: Store, commit: number, isKept: boolean): Store {
  let commits = 0;
  return {
    ...store,
    commit: async (batch: Batch) => {
      commits += 1;
      if (commits === commit && isKept) await store.commit(batch);
      if (commits >= commit) throw new Error("power is gone");
      return await store.commit(batch);
    },
  };
}

Deno.test("D-orphans: a disk that refuses ends the boot, and nothing has changed", async () => {
  const memory = await found([transactionKey(4), { ...open }], [checkpointKey(4), alive]);
  memory.failCommits("full", 1);
  await assertRejects(() => ended(memory.store), Error, "end the transaction on connector 4 of 2");
  assertEquals([(await memory.store.list(["transaction"])).length, await stops(memory.store)], [1, []]);
});

Deno.test("D-orphans: with another station's profile the bill goes out in its order and under its transactionId, and nothing is left", async () => {
  const before = await newHouse({
    station: "dc-four",
    settings: { MeterValueSampleInterval: "10", StopTxnSampledData: "Energy.Active.Import.Register" },
  });
  await before.advance(0);
  before.station.verbs.plug(4);
  await before.ask("RemoteStartTransaction", { connectorId: 4, idTag: "ALICE" });
  await before.advance(15_000);
  const [entry] = before.centralSystem.ledger.values();
  before.network.setLink("down");
  await before.advance(20_000);
  before.cutPower(0);

  const { station } = await newHouse({ station: "ac-two-sockets" });
  const house = await newHouse({
    station: "ac-two-sockets",
    found: {
      medium: before.store().snapshot(),
      physicalState: station.physicalState(),
      wallMs: before.clock.wallMs() + 60_000,
    },
  });
  await house.advance(60_000);
  assertEquals(entry?.transactionId, 1);
  assertEquals(
    house.sent("MeterValues", "StopTransaction")
      .filter(({ payload }) => payload.transactionId !== undefined)
      .map(({ action, payload }) => [action, payload.transactionId, payload.reason]),
    [["MeterValues", 1, undefined], ["MeterValues", 1, undefined], ["StopTransaction", 1, "PowerLoss"]],
  );
  assertEquals(house.effects("TransactionOrphaned").length, 1);
  const left = [];
  for (const kind of ["transaction", "checkpoint", "outbox", "answer", "sample", "purge", "parked"]) {
    left.push(...await stored(house, kind));
  }
  assertEquals([left, (await listParked(storeOf(house))).total, house.crashes()], [[], 0, []]);
});
