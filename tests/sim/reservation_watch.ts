/**
 * Watches reservations as they are used: at most once each, in their time, by whom they were for, where they were for; and that
 * nobody else begins on a connector that is kept (invariant I13).
 *
 * Law: a use is judged by what the central system was answered. A ReserveNow or CancelReservation that was not answered may have been
 * taken or not. A stranger is judged by what the store holds when he begins, whatever a power cut or damage has left of it; where
 * that is still to be answered, he was first, and then it must not be Accepted.
 */
import { parseFrame } from "../../protocol/frame.ts";
import { parseDateTimeMs } from "../../protocol/date_time.ts";
import { sameIdTag } from "../../protocol/id_tag.ts";
import type { CancelReservationRequest, ReserveNowRequest } from "../../protocol/messages/reservation.ts";
import type { StartTransactionRequest } from "../../protocol/messages/core.ts";
import type { OutboxRecord, ReservationRecord } from "../../storage/records.ts";
import { isBeginning } from "./bill.ts";
import type { Fail } from "./invariants.ts";
import type { World } from "./world.ts";

interface Wished {
  readonly request: ReserveNowRequest;
  isOver: boolean;
}

interface Asked {
  readonly action: string;
  readonly payload: unknown;
  /** How many were wished before it. */
  readonly place: number;
  readonly atMs: number;
  /** Who began against it before it was answered, and has not ended. */
  stranger: string | null;
}

/** From the expiry to the commit of a start that was under way before it: a meter is read in between. And longer than any answer takes. */
const slackMs = 60_000;

export function watchReservations(world: World, fail: Fail): void {
  const wished: Wished[] = [];
  const kept = world.durable.reservations;
  const asked = new Map<string, Asked>();

  function received(text: string): void {
    const parsed = parseFrame(text);
    if (parsed.kind !== "frame" || parsed.frame.kind !== "Call") return;
    const { id, action, payload } = parsed.frame;
    if (action !== "ReserveNow" && action !== "CancelReservation") return;
    asked.set(id, { action, payload, place: wished.length, atMs: world.clock.monotonicMs(), stranger: null });
    if (action === "ReserveNow") wished.push({ request: payload as ReserveNowRequest, isOver: false });
  }

  function answered(text: string): void {
    const parsed = parseFrame(text);
    if (parsed.kind !== "frame" || parsed.frame.kind === "Call") return;
    const about = asked.get(parsed.frame.id);
    if (about === undefined || parsed.frame.kind !== "CallResult") return;
    asked.delete(parsed.frame.id);
    const { status } = parsed.frame.payload as { readonly status: string };
    world.reached.add(`${about.action} ${status}`);
    if (about.action === "CancelReservation") {
      const { reservationId } = about.payload as CancelReservationRequest;
      if (status === "Accepted") end(reservationId, (at) => at < about.place);
      return;
    }
    const { reservationId } = about.payload as ReserveNowRequest;
    const record = kept.get(reservationId);
    const isThere = record !== undefined && isOf(about, record);
    if (status === "Accepted" && about.stranger !== null && isThere) {
      fail("I13", `${about.stranger} had begun before reservation ${reservationId} was Accepted`);
    }
    // Accepted it replaces what had its number before it, and not what has come since; refused it was never there.
    end(reservationId, (at) => status === "Accepted" ? at < about.place : at === about.place);
  }

  function end(reservationId: number, isMeant: (at: number) => boolean): void {
    for (const [at, one] of wished.entries()) {
      if (one.request.reservationId === reservationId && isMeant(at)) one.isOver = true;
    }
  }

  /** The reservation that `message` begins against, if any: of that very connector, for somebody else. */
  function strangerTo(
    { connectorId, idTag, timestamp }: StartTransactionRequest,
  ): ReservationRecord | undefined {
    const atMs = parseDateTimeMs(timestamp) ?? NaN;
    return [...kept.values()].find((one) =>
      one.connectorId === connectorId && atMs < one.expiresMs && !sameIdTag(one.idTag, idTag)
    );
  }

  /** The ReserveNow that is still to be answered about this one; after a while there will be no answer. */
  function unanswered(record: ReservationRecord): Asked | undefined {
    return [...asked.values()].find((one) =>
      isOf(one, record) && world.clock.monotonicMs() - one.atMs < slackMs
    );
  }

  function used({ connectorId, idTag, reservationId, timestamp }: StartTransactionRequest): void {
    if (reservationId === undefined) return;
    world.reached.add("reservation used");
    const same = wished.filter(({ request }) => request.reservationId === reservationId);
    const meant = same.filter(({ isOver, request }) =>
      !isOver && sameIdTag(request.idTag, idTag) && [0, connectorId].includes(request.connectorId)
    );
    if (meant.length === 0) {
      return fail("I13", `${idTag} began on connector ${connectorId} with reservation ${reservationId}`);
    }
    // Of one whose answer was lost, the one before it may still be meant.
    const expiresMs = Math.max(...meant.map(({ request }) => parseDateTimeMs(request.expiryDate) ?? NaN));
    const isLate = (parseDateTimeMs(timestamp) ?? NaN) > expiresMs + slackMs;
    if (isLate && !world.reached.has("clock jumped") && !world.reached.has("clock unset at boot")) {
      fail("I13", `reservation ${reservationId} was used at ${timestamp}`);
    }
    end(reservationId, () => true);
  }

  world.onTrace((event) => {
    if (event.kind !== "effect") return;
    const text = String(event.detail);
    if (event.effect === "FrameReceived" && text.includes("Reserv")) received(text);
    if (event.effect === "FrameSent" && asked.size > 0) answered(text);
  });
  world.onCommitted((batch) => {
    for (const { key, value } of batch.sets ?? []) {
      if (key[0] !== "outbox" || !isBeginning(batch)) continue;
      const { message, failures } = value as OutboxRecord;
      if (message.action !== "StartTransaction" || failures > 0) continue;
      const wronged = strangerTo(message.payload);
      const about = wronged === undefined ? undefined : unanswered(wronged);
      const { connectorId, idTag } = message.payload;
      if (about !== undefined) about.stranger = idTag;
      else if (wronged !== undefined) {
        fail("I13", `${idTag} began on connector ${connectorId}, which is kept for ${wronged.idTag}`);
      }
      used(message.payload);
    }
    for (const [name, id] of batch.deletes ?? []) {
      if (name === "transaction") gone(Number(id));
      if (name === "reservation" && isOver(Number(id)) && !world.centralSystem.connected()) {
        world.reached.add("reservation expired offline");
      }
    }
  });

  function gone(connectorId: number): void {
    for (const one of asked.values()) {
      if ((one.payload as ReserveNowRequest).connectorId === connectorId) one.stranger = null;
    }
  }

  function isOver(reservationId: number): boolean {
    const last = wished.findLast(({ request }) => request.reservationId === reservationId);
    return last !== undefined && (parseDateTimeMs(last.request.expiryDate) ?? NaN) <= world.clock.wallMs();
  }
}

/** Whether it is the ReserveNow that has made this record. */
function isOf({ action, payload }: Asked, { reservationId, connectorId, idTag }: ReservationRecord): boolean {
  const request = payload as ReserveNowRequest;
  return action === "ReserveNow" && request.reservationId === reservationId &&
    request.connectorId === connectorId && sameIdTag(request.idTag, idTag);
}
