/**
 * Watches the contactors: energy flows only where it may (invariants I1 and I9).
 *
 * Law: judged by the hardware itself and by what is durable, never by what an actor says of itself. Looked at closely only after
 * something has moved.
 */
import { startText } from "./central_system_ledger.ts";
import type { Fail } from "./invariants.ts";
import { statusOf } from "./status_watch.ts";
import type { World } from "./world.ts";

/** From the durable refusal to the open contactor: two hops and the restart of an actor; on a slow disk or in a slow turn longer. */
const refusalMs = 1_000;
const sluggishRefusalMs = 40_000;

/** A welded one is found after 3 s; on a slow disk or in a slow turn later. */
const weldMs = 5_000;

/** Called after each event. */
export function watchContactors(world: World, fail: Fail): () => void {
  const connectorIds = Array.from({ length: world.connectors }, (_, index) => index + 1);
  const closed = new Set<number>();
  /** Since when one that is welded has been closed in no transaction. */
  const weldedMs = new Map<number, number>();
  let hasMoved = true;
  world.station.watch(() => {
    hasMoved = true;
  });

  function look(connectorId: number): void {
    const { contactorClosed, plug, fault } = world.station.board.outlet(connectorId);
    if (!contactorClosed) {
      closed.delete(connectorId);
      weldedMs.delete(connectorId);
      return;
    }
    closed.add(connectorId);
    if (plug !== "both") fail("I1", `contactor ${connectorId} is closed with plug ${plug}`);
    if (fault !== null) fail("I1", `contactor ${connectorId} is closed in a fault`);
    if (world.station.board.stationFault() !== null) {
      fail("I1", `contactor ${connectorId} is closed in a fault of the station`);
    }
    if (world.isDark()) fail("I1", `contactor ${connectorId} is closed, and nobody is there`);
  }

  /** What nobody can open is Faulted, and nothing begins there. */
  function welded(connectorId: number): void {
    const sinceMs = weldedMs.get(connectorId) ?? world.clock.monotonicMs();
    weldedMs.set(connectorId, sinceMs);
    const status = statusOf(world, connectorId);
    if (status === undefined || status === "Faulted") return void weldedMs.delete(connectorId);
    const waitMs = isSluggish() ? sluggishRefusalMs : weldMs;
    if (world.clock.monotonicMs() - sinceMs > waitMs) {
      fail("I1", `contactor ${connectorId} is welded, and the connector is ${status}`);
    }
  }

  function isSluggish(): boolean {
    return world.reached.has("slow turn") || world.medium.extraMs() > 0;
  }

  function judge(connectorId: number): void {
    const bill = world.durable.open.get(connectorId);
    if (world.contactors.stuck(connectorId) === "closed") {
      if (bill === undefined) welded(connectorId);
      else weldedMs.delete(connectorId);
      return;
    }
    if (bill === undefined) {
      return fail("I1", `contactor ${connectorId} is closed without a durable transaction`);
    }
    const { stopsAccepted } = world.centralSystem;
    if (stopsAccepted.size > 0 && stopsAccepted.has(startText(bill.start))) {
      fail("I9", `contactor ${connectorId} is closed after RemoteStopTransaction was Accepted`);
    }
    const waitMs = isSluggish() ? sluggishRefusalMs : refusalMs;
    if (bill.refusedMs !== null && world.clock.monotonicMs() - bill.refusedMs > waitMs) {
      fail("I9", `contactor ${connectorId} is closed for a card that was refused`);
    }
  }

  return () => {
    if (hasMoved) {
      hasMoved = false;
      for (const connectorId of connectorIds) look(connectorId);
    }
    for (const connectorId of closed) judge(connectorId);
  };
}
