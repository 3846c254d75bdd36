/**
 * Watches the wire at the charger's end: what is sent, in which order, how often, and when (invariants I7, I8, I14, I16, I19, I20).
 *
 * Law: a CALL is in flight until it is answered, until MessageTimeout has passed, or until its connection is gone. A transaction
 * message is sent while it is the oldest that waits in the store, and says what stands there.
 */
import type { Trace } from "../../actors/otp/trace.ts";
import type { Call, CallError, CallResult, Frame } from "../../protocol/frame.ts";
import { parseFrame } from "../../protocol/frame.ts";
import type { KeyTable } from "../../protocol/configuration.ts";
import type { SecurityProfile } from "../../protocol/proof.ts";
import { securityKeyOf } from "../../protocol/security_key.ts";
import { change } from "../../protocol/configuration.ts";
import { transactionIdNotObtained } from "../../protocol/transaction.ts";
import type { CentralSystemLedger } from "./central_system_ledger.ts";
import type { Bill, Message } from "./bill.ts";
import { isStartParked } from "./bill.ts";
import type { DurableLedger } from "./durable_ledger.ts";

export interface WireBreach {
  readonly id: string;
  readonly what: string;
}

export interface WireWatch {
  readonly record: Trace;
  /** The charger dials with this profile: higher than the last, it registers anew (D-register-anew). */
  readonly dialled: (profile: SecurityProfile) => void;
  readonly breaches: readonly WireBreach[];
  /** How often its StopTransaction has been sent. */
  readonly stopsSent: (bill: Bill) => number;
  /** How often this message was answered, or the time for an answer passed on a connection that stood. */
  readonly concluded: (message: Message) => number;
}

export interface WireWatchParts {
  readonly durable: DurableLedger;
  readonly books: CentralSystemLedger;
  readonly boots: () => number;
  readonly reached: (point: string) => void;
  /** The link may take its time to write what the outbox has handed over, and begun to wait for. */
  readonly isLinkSlow: () => boolean;
  readonly table: KeyTable;
  /** Before anybody has changed it. */
  readonly heartbeatIntervalS: number;
}

/** Of MessageTimeout, where nobody has configured it. */
const messageTimeoutS = 30;
/** Of the simulated clock. */
const roundingMs = 1;
/** What rounding and a busy actor may shift. */
const slackMs = 1_000;

export function createWireWatch(parts: WireWatchParts): WireWatch {
  const breaches: WireBreach[] = [];
  let inFlight: InFlight | null = null;
  const concluded = new Map<string, number>();
  /** Values that ChangeConfiguration asked for on this connection, by message id. */
  const changes = new Map<string, { readonly key: string; readonly value: string }>();
  /** What may be sent besides what is due: TriggerMessage, and what a restart or a new interval brings. */
  let extra = { boot: true, heartbeats: 0 };
  /** A StopTransaction may have been lost: whether the peer answers anything is asked once on each connection (decision D-too-big). */
  let mayAskPeer = false;
  /** Those that were due: the last two. */
  let heartbeatsMs = [-Infinity, -Infinity];
  /** HeartbeatInterval of the last BootNotification.conf: in force before it is stored. */
  let adoptedS = Infinity;
  /** The status of it. */
  let bootStatus: unknown;

  const stopsSent = new Map<Bill, number>();

  function fail(id: string, what: string): void {
    breaches.push({ id, what });
  }

  function received(frame: Frame): void {
    if (frame.kind !== "Call") {
      if (frame.id !== inFlight?.id || inFlight.isGivenUp) return;
      conclude();
      if (inFlight.action === "BootNotification" && frame.kind === "CallResult") adopted(frame);
      inFlight = null;
      return;
    }
    const asked = frame.payload as { key?: unknown; value?: unknown; requestedMessage?: unknown } | null;
    if (frame.action === "ChangeConfiguration") {
      const { key, value } = asked ?? {};
      if (typeof key === "string" && typeof value === "string") changes.set(frame.id, { key, value });
      extra = { ...extra, heartbeats: extra.heartbeats + 1 };
    }
    if (asked?.requestedMessage === "BootNotification") extra = { ...extra, boot: true };
    if (asked?.requestedMessage === "Heartbeat") extra = { ...extra, heartbeats: extra.heartbeats + 1 };
  }

  function conclude(): void {
    if (inFlight === null) return;
    const text = messageText(inFlight);
    concluded.set(text, (concluded.get(text) ?? 0) + 1);
  }

  function adopted({ payload }: CallResult): void {
    const { interval, status } = (payload ?? {}) as { interval?: unknown; status?: unknown };
    if (typeof status === "string") parts.reached(`boot answered ${status}`);
    if (status === "Rejected" && bootStatus === "Pending") {
      parts.reached("boot answered Rejected after Pending");
    }
    bootStatus = status;
    if (typeof interval === "number" && interval > 0) adoptedS = interval;
    // One that was lost, or is not Accepted, is sent again.
    extra = { boot: status !== "Accepted", heartbeats: extra.heartbeats + 1 };
  }

  /** I14: what is Accepted is durable. */
  function answered(frame: CallResult | CallError): void {
    const asked = changes.get(frame.id);
    changes.delete(frame.id);
    if (asked === undefined || frame.kind !== "CallResult") return;
    if ((frame.payload as { status?: unknown } | null)?.status !== "Accepted") return;
    // Kept with the credentials, and told by nobody.
    if (securityKeyOf(asked.key) !== undefined) return;
    const wanted = change(parts.table, asked.key, asked.value);
    if (wanted.status !== "Accepted") {
      return fail("I14", `${asked.key} was Accepted as ${asked.value}: ${wanted.why}`);
    }
    if (wanted.name === "HeartbeatInterval") adoptedS = Infinity;
    const kept = parts.durable.configuration.get(wanted.name);
    const isOvertaken = [...changes.values()].some(({ key }) => key === asked.key);
    if (kept !== wanted.value && !isOvertaken) {
      fail("I14", `${wanted.name} was Accepted as ${wanted.value} and is kept as ${kept}`);
    }
  }

  function called(call: Call, atMs: number): void {
    if (inFlight !== null && !isOverdue(inFlight, atMs)) {
      fail("I7", `${call.action} was sent while ${inFlight.action} was in flight`);
    }
    inFlight = { ...call, sentMs: atMs, isGivenUp: false };
    switch (call.action) {
      case "StartTransaction":
      case "StopTransaction":
        return transactional(call);
      case "MeterValues": {
        const { meterValue } = call.payload as { meterValue: { sampledValue: { context: string }[] }[] };
        const context = meterValue[0]?.sampledValue[0]?.context;
        if ((call.payload as Owned).transactionId !== undefined && context !== "Trigger") transactional(call);
        return;
      }
      case "BootNotification":
        return booted();
      case "Heartbeat":
        return beat(atMs);
    }
  }

  function isOverdue({ sentMs }: InFlight, atMs: number): boolean {
    const timeoutS = Number(parts.durable.configuration.get("MessageTimeout") ?? messageTimeoutS);
    return atMs - sentMs >= timeoutS * 1_000 - roundingMs;
  }

  /** I8: the oldest that waits, or the next of a transaction that is sent again, and as it stands there. */
  function transactional({ action, payload }: Call): void {
    const said = JSON.stringify(withoutIds(payload as Owned));
    const isSaid = (message: Message | undefined): message is Message =>
      message?.action === action && JSON.stringify(message.payload) === said;
    const [oldest] = parts.durable.outbox.values();
    if (isSaid(oldest)) {
      const bill = parts.durable.billOf(oldest.localId);
      if (action === "StopTransaction") stopSent(bill);
      return owned(bill, payload as Owned, false);
    }
    const next = nextResent();
    if (isSaid(next)) {
      const bill = parts.durable.billOf(next.localId);
      parts.reached(`resend of ${action}`);
      if (action === "StopTransaction") stopSent(bill);
      return owned(bill, payload as Owned, true);
    }
    fail(
      "I8",
      `${action} ${said} was sent, and ${JSON.stringify(oldest ?? next ?? "nothing")} is the oldest`,
    );
  }

  /** Of the transaction that is sent again: what goes while nothing waits. */
  function nextResent(): Message | undefined {
    const [resend] = parts.durable.resends;
    if (resend === undefined) return undefined;
    const [localId, after] = resend;
    return [...parts.durable.billOf(localId)?.archive ?? []].find(([sequence]) => sequence > after)?.[1];
  }

  function stopSent(bill: Bill | undefined): void {
    if (bill !== undefined) stopsSent.set(bill, (stopsSent.get(bill) ?? 0) + 1);
  }

  /** I16: the id from the answer, and none that was not obtained. */
  function owned(bill: Bill | undefined, { transactionId }: Owned, isResend: boolean): void {
    if (transactionId === undefined || bill === undefined || bill.excuse !== null) return;
    const isUnknown = !isResend && isStartParked(bill);
    if (isUnknown) parts.reached("transactionId -1");
    const expected = isUnknown ? transactionIdNotObtained : parts.books.startedBy(bill.start)?.transactionId;
    if (transactionId !== expected) {
      fail("I16", `a message of transaction ${expected} says that it is of ${transactionId}`);
    }
  }

  /** I19: a boot that has been accepted boots again only when it is asked to. */
  function booted(): void {
    const known = parts.durable.registration();
    // One that was asked for, and whose answer its actor has lost, is still due; and what was answered on a lower profile counts no more.
    const isAccepted = known?.registration === "Accepted" && known.boot === parts.durable.boot() &&
      known.bootDueMonotonicMs === undefined && known.securityProfile >= dialled;
    if (isAccepted && !extra.boot) {
      fail("I19", "BootNotification was sent again, and nobody has asked");
    }
  }

  /** I20: within an interval at most one more than its own. */
  function beat(atMs: number): void {
    const storedS = Number(parts.durable.configuration.get("HeartbeatInterval") ?? parts.heartbeatIntervalS);
    const [before = -Infinity, last = -Infinity] = heartbeatsMs;
    if (atMs - before >= Math.min(storedS, adoptedS) * 1_000 - slackMs) heartbeatsMs = [last, atMs];
    else if (mayAskPeer) mayAskPeer = false;
    else if (extra.heartbeats > 0) extra = { ...extra, heartbeats: extra.heartbeats - 1 };
    else fail("I20", `three Heartbeats in ${atMs - before} ms`);
  }

  let boots = 0;
  let dialled: SecurityProfile = 0;
  return {
    dialled: (profile) => void (dialled = profile),
    breaches,
    stopsSent: (bill) => stopsSent.get(bill) ?? 0,
    concluded: (message) => concluded.get(messageText(message)) ?? 0,
    record: (event) => {
      if (event.kind === "started") {
        if (parts.boots() !== boots) {
          extra = { boot: true, heartbeats: 1 };
          boots = parts.boots();
          inFlight = null;
        }
        if (event.actor === "outbox") inFlight = null;
        if (event.actor === "station") extra = { ...extra, heartbeats: extra.heartbeats + 1 };
        return;
      }
      if (event.kind === "message" && event.message === "CallTimedOut") {
        conclude();
        if (parts.isLinkSlow()) inFlight = null;
        else if (inFlight !== null && isOverdue(inFlight, event.atMs)) {
          inFlight = { ...inFlight, isGivenUp: true };
        }
      }
      if (event.kind !== "effect") return;
      if (event.effect === "LinkClosed") {
        const [oldest = nextResent()] = parts.durable.outbox.values();
        mayAskPeer = oldest?.action === "StopTransaction";
        inFlight = null;
        changes.clear();
      }
      if (event.effect !== "FrameSent" && event.effect !== "FrameReceived") return;
      const parsed = parseFrame(String(event.detail));
      if (parsed.kind !== "frame") return;
      const { frame } = parsed;
      if (event.effect === "FrameReceived") received(frame);
      else if (frame.kind === "Call") called(frame, event.atMs);
      else answered(frame);
    },
  };
}

type InFlight = Pick<Call, "id" | "action" | "payload"> & {
  readonly sentMs: number;
  /** Its time has passed on a connection that stands: what is answered now is nobody's. */
  readonly isGivenUp: boolean;
};

/** What is filled in at sending, and all the rest of a transaction's message. */
interface Owned {
  readonly transactionId?: number;
  readonly transactionData?: unknown;
}

/** The same for each sending of it. */
function messageText({ action, payload }: Pick<Call, "action" | "payload">): string {
  return JSON.stringify([action, withoutIds(payload as Owned)]);
}

function withoutIds({ transactionId: _, transactionData: __, ...rest }: Owned): object {
  return rest;
}
