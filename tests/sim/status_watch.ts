/**
 * Watches each connector's status, the charge point's as connector 0: what it is, what is reported, and whether it is in use at
 * all (invariants I10 and I15).
 *
 * Law: the actual changes are legal by the specification's table, and what is reported is an order-preserving part of them. The
 * status is looked at before and after each message that its actor takes in hand. That of connector 0 follows from the hardware and the
 * store, whatever its actor says, and is reported before the next Heartbeat.
 */
import type { TraceEvent } from "../../actors/otp/trace.ts";
import { parseFrame } from "../../protocol/frame.ts";
import type { ChargePointStatus } from "../../protocol/messages/types.ts";
import { changeCode } from "../protocol/status_table.ts";
import type { Fail } from "./invariants.ts";
import type { World } from "./world.ts";

/** From what ChangeAvailability has made durable to the status, at the slowest. */
const availabilityMs = 60_000;

/** For so long a report may wait for the wire, at the slowest. */
const unseenMs = 120_000;

/** For so long a Heartbeat may go ahead of it on one connection, where CALLs are not answered. */
const beatMs = 300_000;

interface Seen {
  /** Since the last one that was reported. */
  readonly actual: ChargePointStatus[];
  /** Of the last one. */
  changedMs: number;
  /** When its actor ended last: what it said just before, and what its successor says in its start, is seen by nobody. */
  endedMs: number;
  /** It has ended, and its successor has not been looked at yet. */
  hasEnded: boolean;
  /** Since when it contradicts what ChangeAvailability has made durable. */
  wrongSinceMs: number | null;
}

/** Called after each event. */
export function watchStatuses(world: World, fail: Fail): () => void {
  const connectorIds = Array.from({ length: world.connectors }, (_, index) => index + 1);
  const seen = new Map<number, Seen>();
  const moved = new Set<number>();
  let life = { boots: 0, restarts: 0, isDark: true };
  let connectedMs = 0;

  function record(event: TraceEvent): void {
    if (event.kind === "effect") {
      if (event.effect === "FrameSent") reported(String(event.detail));
      return;
    }
    if (!("actor" in event)) return;
    if (event.kind === "message" && event.message === "LinkUp") connectedMs = event.atMs;
    // A fault of the station may be over before anything else happens.
    if (event.kind === "message" && event.message === "StationFaultChanged") look(0);
    if (!event.actor.startsWith("connector:")) return;
    const connectorId = Number(event.actor.slice("connector:".length));
    if (event.kind === "message") look(connectorId);
    const known = seen.get(connectorId);
    if ((event.kind === "crash" || event.kind === "stopped") && known !== undefined) {
      known.endedMs = event.atMs;
      known.hasEnded = true;
    }
    moved.add(connectorId);
  }

  function look(connectorId: number): void {
    const status = statusOf(world, connectorId);
    if (status === undefined) return;
    const known = seen.get(connectorId);
    if (known === undefined) {
      return void seen.set(connectorId, {
        actual: [status],
        changedMs: world.clock.monotonicMs(),
        endedMs: -Infinity,
        hasEnded: false,
        wrongSinceMs: null,
      });
    }
    const before = known.actual.at(-1);
    const { hasEnded } = known;
    known.hasEnded = false;
    if (before === undefined || before === status) return;
    known.actual.push(status);
    known.changedMs = world.clock.monotonicMs();
    if (connectorId === 0) return;
    // A stop that was decided and not durable yet is forgotten in a crash: the transaction goes on.
    const goesOn = hasEnded && before === "Finishing" && world.durable.open.has(connectorId);
    // So is who was about to start: a connector that is kept for somebody is Reserved again (decision D-reserved-again).
    const isKeptOn = hasEnded && before === "Preparing" && status === "Reserved";
    if (!goesOn && !isKeptOn && !isLegal(before, status)) {
      fail("I10", `connector ${connectorId} went from ${before} to ${status}`);
    }
  }

  /** Before each Heartbeat goes what has not been reported yet; in between it may change. */
  function beats(): void {
    look(0);
    const known = seen.get(0);
    const [told, ...since] = known?.actual ?? [];
    const now = since.at(-1) ?? told;
    if (known === undefined || now === told) return;
    // The first CALL of a connection may be the outbox's question whether anybody answers.
    if (world.clock.monotonicMs() - Math.max(known.changedMs, connectedMs) < beatMs) return;
    fail("I10", `connector 0 is ${now}, and was last reported ${told}`);
  }

  function reported(text: string): void {
    if (text.includes('"Heartbeat"')) return beats();
    if (!text.includes('"StatusNotification"')) return;
    const parsed = parseFrame(text);
    if (parsed.kind !== "frame" || parsed.frame.kind !== "Call") return;
    const { connectorId, status } = parsed.frame.payload as {
      connectorId: number;
      status: ChargePointStatus;
    };
    look(connectorId);
    const known = seen.get(connectorId);
    if (known === undefined) return;
    const at = known.actual.indexOf(status);
    if (at >= 0) known.actual.splice(0, at);
    else if (world.clock.monotonicMs() - known.endedMs > unseenMs) {
      fail("I10", `connector ${connectorId} was reported ${status}, and has since been ${known.actual}`);
    }
  }

  /** I15: out of use once nothing runs there any more, over any restart; and only then. */
  function inUse(connectorId: number, known: Seen): void {
    const { durable, clock } = world;
    const status = statusOf(world, connectorId);
    const isOut = durable.inoperative.has(connectorId);
    if (isOut && durable.open.has(connectorId)) world.reached.add("Unavailable is scheduled");
    const isRight = isOut
      ? status === "Unavailable" || status === "Faulted" || durable.open.has(connectorId)
      : status !== "Unavailable";
    if (isRight || status === undefined) {
      known.wrongSinceMs = null;
      return;
    }
    known.wrongSinceMs ??= clock.monotonicMs();
    if (clock.monotonicMs() - known.wrongSinceMs < availabilityMs) return;
    fail("I15", `connector ${connectorId} is ${status}, and ${isOut ? "Inoperative" : "Operative"}`);
  }

  world.onTrace(record);
  world.onCommitted(() => {
    for (const connectorId of connectorIds) moved.add(connectorId);
  });
  return () => {
    const now = { boots: world.boots(), restarts: world.restarts.length, isDark: world.isDark() };
    if (now.boots !== life.boots || now.restarts !== life.restarts || now.isDark !== life.isDark) {
      seen.clear();
    }
    life = now;
    if (!now.isDark) look(0);
    if (moved.size === 0) return;
    for (const connectorId of moved) {
      if (!world.isDark()) look(connectorId);
      const known = seen.get(connectorId);
      if (known !== undefined) inUse(connectorId, known);
      // What is wrong is looked at until it is right: no message tells when a turn that awaits the store has ended.
      if (typeof known?.wrongSinceMs !== "number") moved.delete(connectorId);
    }
  };
}

/** §4.9 has no change from Preparing to Unavailable; it is made all the same, at once (decision of `protocol/connector.ts`). */
function isLegal(before: ChargePointStatus, after: ChargePointStatus): boolean {
  return changeCode(before, after) !== undefined || (before === "Preparing" && after === "Unavailable");
}

/** Undefined while its actor is down; that of connector 0 is what it should say. */
export function statusOf(world: World, connectorId: number): ChargePointStatus | undefined {
  if (connectorId === 0) return stationStatus(world);
  const snapshot = world.system().inspect(`connector:${connectorId}`);
  return (snapshot as { readonly status: ChargePointStatus } | undefined)?.status;
}

/** OCPP 1.6 §4.9: of connector 0 there is no more to say. */
function stationStatus({ station, durable }: World): ChargePointStatus {
  if (station.board.stationFault() !== null) return "Faulted";
  return durable.inoperative.has(0) ? "Unavailable" : "Available";
}
