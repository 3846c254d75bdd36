/**
 * Watches how each transaction ends: its bill is dated when it was over (invariant I4), and once its connector was shown as Finishing
 * nothing flows for it any more, whatever fails (invariant I9, decision D-stop-first).
 *
 * Law: when it was over the contactor and the status say, in the transaction's own time: its start and what has passed since. Where power
 * was cut it is as old as its last sign of life; where in the dark the clock was lost, no younger than that and no older than the cut.
 */
import type { TransactionRecord } from "../../storage/records.ts";
import type { Batch } from "../../storage/store.ts";
import { type Bill, isBeginning } from "./bill.ts";
import type { Fail } from "./invariants.ts";
import { recordsOf } from "./medium_records.ts";
import { statusOf } from "./status_watch.ts";
import type { World } from "./world.ts";

const toleranceMs = 1_000;
/** From a reading to its commit, or from a decision to the open contactor, at the slowest; on a slow disk or in a slow turn longer. */
const commitMs = 5_000;
const sluggishMs = 40_000;

/** Between two signs of life at most (decision D-checkpoint). */
const lifeMs = 10_000;

/** What is known of a moment: it lies between these. */
interface Span {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** An open transaction. Its own time is civil time as it was when it began. */
interface Line {
  readonly bill: Bill;
  /** Where its own clock was set last, on the monotonic clock: a resumption sets it anew. */
  setMs: number;
  /** Its own time at the monotonic clock's zero. */
  zero: Span;
  /** Its last sign of life, in its own time. */
  life: Span;
  /** A boot has found it, and has not gone on with it. */
  isInterrupted: boolean;
  isClosed: boolean;
  /** When its contactor opened last in this boot, on the monotonic clock. */
  openedMs: number | null;
  /** Since when nothing has kept it from storing signs of life while energy flows, on the monotonic clock. */
  steadyMs: number;
  /** When it was shown as Finishing: on the monotonic clock, and in its own time at most. */
  left: { readonly atMs: number; readonly mostMs: number } | null;
  hasOpenedSince: boolean;
  /** Since when the disk would have taken the decision. */
  ableMs: number | null;
  isStopKept: boolean;
}

/** Called after each event. */
export function watchStops(world: World, fail: Fail): () => void {
  const { clock, contactors, durable, medium, station } = world;
  const lines = new Map<number, Line>();
  const moved = new Set<number>();
  let boot = 0;
  let wasUp = false;
  let clockSetMs = -Infinity;
  /** When there was power for certain. */
  let lookedMs = 0;

  world.onTrace((event) => {
    if (event.kind === "effect" && event.effect === "SetClock") clockSetMs = event.atMs;
    if (!("actor" in event)) return;
    // Who answers comes back.
    if (event.kind === "started" && event.actor === "meter") unsteady(lines.values());
    if (!event.actor.startsWith("connector:")) return;
    const connectorId = Number(event.actor.slice("connector:".length));
    moved.add(connectorId);
    const line = lines.get(connectorId);
    if (event.kind === "started" && line !== undefined) unsteady([line]);
    if (event.kind === "crash" && line !== undefined && line.left !== null && !line.isStopKept) {
      world.reached.add("crash before a decided stop was durable");
    }
  });

  world.onCommitted((batch) => {
    followBoots();
    for (const { key: [kind, name], value } of batch.sets ?? []) {
      if (kind === "transaction") noted(Number(name), value as TransactionRecord, batch);
      if (kind === "checkpoint") alive(lines.get(Number(name)));
    }
    for (const [kind, name] of batch.deletes ?? []) if (kind === "transaction") ended(Number(name));
  });

  function unsteady(disturbed: Iterable<Line>): void {
    for (const line of disturbed) line.steadyMs = clock.monotonicMs();
  }

  function noted(connectorId: number, record: TransactionRecord, batch: Batch): void {
    const line = lines.get(connectorId);
    const bill = durable.billOf(record.localId);
    if (line === undefined || line.bill !== bill) {
      if (bill !== undefined && isBeginning(batch) && batch.sets?.some(({ key }) => key[0] === "outbox")) {
        lines.set(connectorId, begun(bill, record));
      } else lines.delete(connectorId);
      return;
    }
    if (record.stop !== undefined) line.isStopKept = true;
    if (record.startedMonotonicMs !== line.setMs) resumed(line, record);
  }

  function begun(bill: Bill, { startedMonotonicMs: setMs }: TransactionRecord): Line {
    const nowMs = clock.monotonicMs();
    const startedMs = Date.parse(bill.start.timestamp);
    const sinceMs = clock.wallMs() - startedMs;
    const isClockSet = nowMs - clockSetMs <= slackMs();
    if (!isClockSet && (sinceMs < 0 || sinceMs > slackMs())) {
      fail("I4", `transaction ${bill.localId} is dated ${sinceMs} ms before its start became durable`);
    }
    const zeroMs = isClockSet ? startedMs - bill.startedMs : clock.wallMs() - nowMs;
    return {
      bill,
      setMs,
      zero: { leastMs: zeroMs, mostMs: zeroMs },
      life: { leastMs: startedMs, mostMs: startedMs },
      isInterrupted: false,
      isClosed: false,
      openedMs: null,
      steadyMs: nowMs,
      left: null,
      hasOpenedSince: false,
      ableMs: null,
      isStopKept: false,
    };
  }

  /** From civil time, as it was known first, or its last sign of life, whichever is later (D-resume-after-cut). */
  function resumed(line: Line, { startedMonotonicMs }: TransactionRecord): void {
    const nowMs = clock.monotonicMs();
    const civilMs = world.civilMs();
    const { leastMs, mostMs } = ownTime(line);
    const waitedMs = line.isInterrupted && civilMs < mostMs ? slackMs() : 0;
    line.zero = {
      leastMs: Math.max(leastMs, civilMs) - nowMs,
      mostMs: Math.max(mostMs, civilMs) - nowMs + waitedMs,
    };
    line.setMs = startedMonotonicMs;
    line.isInterrupted = false;
  }

  /** While energy may flow: what is stored later may be of the moment of the decision. */
  function alive(line: Line | undefined): void {
    if (line === undefined || line.isInterrupted || line.left !== null || !isClosed(line)) return;
    const leastMs = Math.max(line.life.leastMs, ownTime(line).leastMs - slackMs());
    line.life = { ...line.life, leastMs };
  }

  /** I4. */
  function ended(connectorId: number): void {
    const line = lines.get(connectorId);
    lines.delete(connectorId);
    if (line === undefined) return;
    look(connectorId, line);
    const { bill, left, openedMs, zero, life } = line;
    if (bill.stop === null || bill.excuse !== null) return;
    const datedMs = Date.parse(bill.stop.timestamp);
    const lateMs = datedMs - Math.min(left?.mostMs ?? Infinity, ownTime(line).mostMs);
    const openMs = line.isInterrupted || openedMs === null
      ? life.leastMs
      : zero.leastMs + openedMs - slackMs();
    const earlyMs = openMs - datedMs;
    if (lateMs > toleranceMs) {
      fail("I4", `the stop of transaction ${bill.localId} is dated ${lateMs} ms after it was over`);
    }
    if (earlyMs > toleranceMs) {
      fail("I4", `the stop of transaction ${bill.localId} is dated ${earlyMs} ms before it was over`);
    }
  }

  function ownTime({ isInterrupted, life, zero }: Line): Span {
    const nowMs = clock.monotonicMs();
    return isInterrupted ? life : { leastMs: zero.leastMs + nowMs, mostMs: zero.mostMs + nowMs };
  }

  function followBoots(): void {
    const isUp = !world.isDark();
    const isCut = wasUp && (!isUp || world.boots() !== boot);
    [boot, wasUp] = [world.boots(), isUp];
    if (isCut) { for (const line of lines.values()) cut(line); }
  }

  function cut(line: Line): void {
    if (line.left !== null && !line.isStopKept) {
      world.reached.add("power cut before a decided stop was durable");
    }
    if (line.left !== null && isBeyondKeeping(line)) line.left = null;
    if (!line.isInterrupted) line.life = lifeAtCut(line);
    line.isInterrupted = true;
    line.isClosed = false;
    line.openedMs = null;
    line.hasOpenedSince = true;
  }

  function lifeAtCut(line: Line): Span {
    const { leastMs, mostMs } = ownTime(line);
    const nowMs = clock.monotonicMs();
    const flowedMs = line.isClosed ? lookedMs : line.openedMs ?? -Infinity;
    const storedMs = flowedMs - lifeMs - slackMs();
    if (storedMs < line.steadyMs) return { ...line.life, mostMs };
    return { leastMs: Math.max(line.life.leastMs, leastMs - nowMs + storedMs), mostMs };
  }

  /** The one excuse: from the decision to the cut the disk has refused everything, or was still being asked. */
  function isBeyondKeeping({ bill, ableMs }: Line): boolean {
    if (ableMs !== null && lookedMs - ableMs > slackMs()) return false;
    const kept = recordsOf(world.store().snapshot()).whole.find(({ key: [kind, name] }) =>
      kind === "transaction" && name === bill.connectorId
    );
    return kept !== undefined && (kept.value as TransactionRecord).stop === undefined;
  }

  function look(connectorId: number, line: Line): void {
    const nowMs = clock.monotonicMs();
    const isNowClosed = isClosed(line);
    if (line.isClosed && !isNowClosed) line.openedMs = nowMs;
    if (!line.isClosed && isNowClosed) line.steadyMs = nowMs;
    if (medium.takes() !== "everything") line.steadyMs = nowMs;
    line.isClosed = isNowClosed;
    if (line.left === null) {
      if (!moved.has(connectorId) || statusOf(world, connectorId) !== "Finishing") return;
      line.left = { atMs: nowMs, mostMs: ownTime(line).mostMs };
      line.hasOpenedSince = !isNowClosed;
      line.ableMs = null;
    }
    if (medium.takes() === "nothing") line.ableMs = null;
    else line.ableMs ??= nowMs;
    if (!isNowClosed) line.hasOpenedSince = true;
    else energy(line, nowMs - line.left.atMs);
  }

  /** I9. */
  function energy({ bill, hasOpenedSince }: Line, sinceMs: number): void {
    const { localId, connectorId } = bill;
    if (hasOpenedSince) {
      fail("I9", `contactor ${connectorId} closed again for transaction ${localId}, which was Finishing`);
    } else if (sinceMs > slackMs()) {
      fail("I9", `contactor ${connectorId} is closed for transaction ${localId}, which is Finishing`);
    }
  }

  /** By the charger's own doing: what is welded no decision opens. */
  function isClosed({ bill: { connectorId } }: Line): boolean {
    return station.board.outlet(connectorId).contactorClosed && contactors.stuck(connectorId) === null;
  }

  function slackMs(): number {
    return world.reached.has("slow turn") || medium.extraMs() > 0 ? sluggishMs : commitMs;
  }

  return () => {
    followBoots();
    if (!world.isDark()) {
      lookedMs = clock.monotonicMs();
      for (const [connectorId, line] of lines) look(connectorId, line);
    }
    moved.clear();
  };
}
