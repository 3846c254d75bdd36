/** The watch of stops says which bill is dated wrong, and where energy flows after a stop that was shown (invariants I4 and I9). */
import { assertEquals } from "@std/assert";
import type { Trace } from "../../actors/otp/trace.ts";
import type { TransactionRecord } from "../../storage/records.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import type { Batch } from "../../storage/store.ts";
import { begun, type Bill } from "./bill.ts";
import { watchStops } from "./stop_watch.ts";
import type { World } from "./world.ts";

const civilMs = Date.parse("2026-01-01T00:00:00.000Z");

/** A charger that does as it is told, on one connector. */
function obedient() {
  const breaches: string[] = [];
  const memory = createMemoryStore();
  const state = { nowMs: 0, zeroMs: civilMs, boots: 1, isDark: false, isClosed: false, isRefusing: false };
  let status = "Available";
  let record: Trace = () => {};
  let committed: (batch: Batch) => void = () => {};
  let bill: Bill | undefined;
  let open: TransactionRecord | undefined;
  const world = {
    clock: { monotonicMs: () => state.nowMs, wallMs: () => state.zeroMs + state.nowMs },
    durable: { billOf: () => bill },
    medium: { extraMs: () => 0, takes: () => state.isRefusing ? "nothing" : "everything" },
    contactors: { stuck: () => null },
    station: { board: { outlet: () => ({ contactorClosed: state.isClosed }) } },
    boots: () => state.boots,
    isDark: () => state.isDark,
    civilMs: () => state.zeroMs + state.nowMs,
    reached: new Set<string>(),
    store: () => memory,
    system: () => ({ inspect: () => ({ status }) }),
    onTrace: (listener: Trace) => void (record = listener),
    onCommitted: (listener: typeof committed) => void (committed = listener),
  };
  const step = watchStops(world as unknown as World, (id, what) => breaches.push(`${id}: ${what}`));

  async function commit(batch: Batch): Promise<void> {
    await memory.store.commit(batch);
    committed(batch);
  }
  async function keep(
    changed: Partial<TransactionRecord>,
    ...sets: NonNullable<Batch["sets"]>
  ): Promise<void> {
    open = { ...open!, ...changed };
    await commit({ sets: [{ key: ["transaction", 1], value: open }, ...sets] });
  }
  const charger = {
    breaches,
    waits: (ms: number) => {
      state.nowMs += ms;
      step();
    },
    shows: (next: string) => {
      status = next;
      const { nowMs: atMs } = state;
      record({ kind: "message", atMs, wallMs: civilMs + atMs, actor: "connector:1", message: "Presented" });
      step();
    },
    contactor: (isClosed: boolean) => {
      state.isClosed = isClosed;
      step();
    },
    starts: async (aheadMs = 0) => {
      const startedMs = state.zeroMs + state.nowMs + aheadMs;
      const timestamp = new Date(startedMs).toISOString();
      bill = begun(7, { connectorId: 1, idTag: "ALICE", meterStart: 0, timestamp }, {
        startedWh: 0,
        startedMs: state.nowMs,
      });
      const started = { localId: 7, startedMs, startedMonotonicMs: state.nowMs } as TransactionRecord;
      await keep(started, {
        key: ["outbox", 7],
        value: { message: { action: "StartTransaction" } } as never,
      });
      charger.shows("Charging");
      charger.contactor(true);
    },
    checkpoints: () => commit({ sets: [{ key: ["checkpoint", 1], value: {} }] }),
    decides: () => keep({ stop: { reason: "Local", atMs: state.zeroMs + state.nowMs } }),
    resumes: () => keep({ startedMonotonicMs: state.nowMs }),
    /** Dated by a clock that nothing has set. */
    ends: async (datedMs: number) => {
      bill!.stop = {
        meterStop: 0,
        timestamp: new Date(civilMs + datedMs).toISOString(),
        reason: "Local",
      };
      await commit({ deletes: [["transaction", 1]] });
    },
    refuses: (isRefusing: boolean) => {
      state.isRefusing = isRefusing;
      step();
    },
    cuts: (darkMs: number, lostMs = 0) => {
      state.isDark = true;
      state.isClosed = false;
      step();
      state.nowMs += darkMs;
      state.zeroMs -= lostMs;
      state.boots += 1;
      state.isDark = false;
      step();
      charger.shows("Preparing");
    },
  };
  return charger;
}

type Charger = ReturnType<typeof obedient>;

function check(what: string, breaches: readonly string[], play: (charger: Charger) => Promise<void>): void {
  Deno.test({
    name: `${what}: ${breaches.length === 0 ? "fine" : "a breach"}`,
    permissions: "none",
    fn: async () => {
      const charger = obedient();
      await charger.starts();
      await play(charger);
      assertEquals(charger.breaches, breaches);
    },
  });
}

/** At 60 s; its meter is silent for ten seconds more. */
async function stopped(it: Charger, datedMs: number): Promise<void> {
  it.waits(60_000);
  it.contactor(false);
  it.shows("Finishing");
  await it.decides();
  it.waits(10_000);
  await it.ends(datedMs);
}

check("dated when it was decided", [], (it) => stopped(it, 60_000));
check("dated when its meter was given up", [
  "I4: the stop of transaction 7 is dated 10000 ms after it was over",
], (it) => stopped(it, 70_000));
check("dated ten minutes late", [
  "I4: the stop of transaction 7 is dated 600000 ms after it was over",
], (it) => stopped(it, 660_000));
check("dated a minute early", [
  "I4: the stop of transaction 7 is dated 55000 ms before it was over",
], (it) => stopped(it, 0));
check("never shown, and dated in the future", [
  "I4: the stop of transaction 7 is dated 30000 ms after it was over",
], async (it) => {
  it.waits(60_000);
  it.contactor(false);
  await it.ends(90_000);
});
check("a start that is dated early, or late", [
  "I4: transaction 7 is dated 60000 ms before its start became durable",
  "I4: transaction 7 is dated -60000 ms before its start became durable",
], async (it) => {
  await it.starts(-60_000);
  await it.starts(60_000);
});

async function interrupted(it: Charger, datedMs: number): Promise<void> {
  it.waits(60_000);
  await it.checkpoints();
  it.waits(9_000);
  it.cuts(3_600_000);
  it.shows("Finishing");
  await it.ends(datedMs);
}

check("a power cut, dated at its last sign of life", [], (it) => interrupted(it, 60_000));
check("a power cut, dated after it", [
  "I4: the stop of transaction 7 is dated 3600000 ms after it was over",
], (it) => interrupted(it, 3_669_000));
check("a power cut, dated when it began", [
  "I4: the stop of transaction 7 is dated 55000 ms before it was over",
], (it) => interrupted(it, 0));

check("a power cut after ten minutes without a sign of life", [
  "I4: the stop of transaction 7 is dated 585000 ms before it was over",
], async (it) => {
  it.waits(600_000);
  it.cuts(5_000);
  await it.ends(0);
});
check("a power cut after ten minutes without a sign of life, on a disk that refused them", [], async (it) => {
  it.refuses(true);
  it.waits(600_000);
  it.cuts(5_000);
  await it.ends(0);
});

/** An hour in the dark, of which a clock may have lost all. */
async function resumed(it: Charger, lostMs: number, datedMs: number): Promise<void> {
  it.waits(60_000);
  await it.checkpoints();
  it.cuts(3_600_000, lostMs);
  await it.resumes();
  it.shows("Charging");
  it.contactor(true);
  it.waits(60_000);
  it.contactor(false);
  it.shows("Finishing");
  await it.ends(datedMs);
}

check("resumed with the right time", [], (it) => resumed(it, 0, 3_720_000));
check("resumed with the right time, and dated as if there had been no dark", [
  "I4: the stop of transaction 7 is dated 3595000 ms before it was over",
], (it) => resumed(it, 0, 120_000));
check("resumed without the time, from its last sign of life on", [], (it) => resumed(it, 9_000_000, 120_000));
check("resumed without the time, and dated beyond it", [
  "I4: the stop of transaction 7 is dated 595000 ms after it was over",
], (it) => resumed(it, 9_000_000, 720_000));

const again = "I9: contactor 1 closed again for transaction 7, which was Finishing";

/** Shown at 60 s, and not stored. */
function shown(it: Charger): void {
  it.waits(60_000);
  it.contactor(false);
  it.shows("Finishing");
}

check("shown, and charging again behind a crash", [again], (it) => {
  shown(it);
  it.shows("Charging");
  it.contactor(true);
  return Promise.resolve();
});
check("shown, and charging on", ["I9: contactor 1 is closed for transaction 7, which is Finishing"], (it) => {
  it.shows("Finishing");
  it.waits(5_001);
  return Promise.resolve();
});

async function afterCut(it: Charger): Promise<void> {
  it.cuts(10_000);
  await it.resumes();
  it.contactor(true);
}

check("shown, and charging again behind a power cut", [again], async (it) => {
  shown(it);
  it.waits(10_000);
  await afterCut(it);
});
check("stored, and charging again behind a power cut", [again], async (it) => {
  shown(it);
  await it.decides();
  await afterCut(it);
});
check("shown when power was cut", [], async (it) => {
  shown(it);
  await afterCut(it);
});
check("shown, and a disk that refused everything until power was cut", [], async (it) => {
  it.refuses(true);
  shown(it);
  it.waits(600_000);
  await afterCut(it);
});
check("shown, and a disk that refused everything, but not to the end", [again], async (it) => {
  it.refuses(true);
  shown(it);
  it.refuses(false);
  it.waits(10_000);
  await afterCut(it);
});
check("shown, and a disk that refused everything, and a crash", [again], (it) => {
  it.refuses(true);
  shown(it);
  it.contactor(true);
  return Promise.resolve();
});
