/**
 * Watches what the charger says while it is not accepted, in the order in which its outbox hears of that (OCPP 1.6 §4.2; TC_083; invariant I19).
 *
 * Law: what was answered to BootNotification counts at once, for this life of the process, and for no higher security profile. What the
 * station may have lost with a crash, before it was durable, is judged from the next answer on; of two waits the shorter one.
 */
import { callOutcome } from "../../protocol/answer.ts";
import type { Call, CallError, CallResult } from "../../protocol/frame.ts";
import { parseFrame } from "../../protocol/frame.ts";
import { probeMs } from "../../protocol/liveness.ts";
import type { BootNotificationResponse } from "../../protocol/messages/core.ts";
import type { SecurityProfile } from "../../protocol/proof.ts";
import type { Registration } from "../../protocol/registration.ts";
import { profileOf } from "./faulty_dial.ts";
import type { Fail } from "./invariants.ts";
import type { World } from "./world.ts";

/** Of the simulated clock. */
const roundingMs = 1;
/** What stands in for a senseless interval (decision D-boot-0), and the longest wait. */
const ownIntervalS = 60;
const intervalMaxS = 86_400;

/** An action, as TriggerMessage and ExtendedTriggerMessage name what is sent otherwise. */
const triggeredAs: Readonly<Record<string, string>> = { SignChargePointCertificate: "SignCertificate" };

export function watchRegistration(world: World, fail: Fail): void {
  let boots = world.boots();
  /** Null: nobody can know. */
  let registration: Registration | null = "Unregistered";
  /** Before that no BootNotification is due. */
  let dueMs = 0;
  let dialled: SecurityProfile = 0;
  /** Of the last connection that the outbox has heard of. */
  let connected: SecurityProfile = 0;
  /** The highest on which this life of the process was answered. */
  let answeredOn: SecurityProfile = 0;
  /** Told by the link, and not yet in the outbox's hands. */
  let received: string[] = [];
  /** The BootNotification that may be answered. */
  let asked: string | null = null;
  let askedMs = 0;
  /** CALLs of this connection that may be answered. */
  const heard = new Set<string>();
  /** Actions that were triggered since the last answer that was not Pending. */
  const triggered = new Set<string>();

  world.dial.onDial((target) => {
    dialled = profileOf(target);
  });

  world.onTrace((event) => {
    switch (event.kind) {
      case "started":
        if (event.actor === "outbox") outboxStarted();
        if (event.actor === "station") stationStarted();
        return;
      case "message":
        if (event.actor === "outbox") took(event.message, event.atMs);
        return;
      case "overflow":
        if (event.actor !== "outbox" || event.message !== "FrameReceived") return;
        return void (event.lost === "new" ? received.pop() : received.shift());
      case "effect":
        if (event.effect === "FrameReceived") received.push(String(event.detail));
        if (event.effect === "FrameSent") sent(String(event.detail), event.atMs);
        return;
    }
  });

  function outboxStarted(): void {
    received = [];
    asked = null;
    registration = null;
  }

  function stationStarted(): void {
    const known = world.durable.registration();
    if (world.boots() !== boots) {
      boots = world.boots();
      registration = "Unregistered";
      answeredOn = 0;
      dueMs = 0;
      triggered.clear();
    } else if (known?.boot !== world.durable.boot() || known.registration !== registration) {
      registration = null;
    } else dueMs = Math.min(dueMs, known.bootDueMonotonicMs ?? dueMs);
  }

  function took(message: string, atMs: number): void {
    switch (message) {
      case "LinkUp":
        asked = null;
        heard.clear();
        connected = dialled;
        if (connected > answeredOn) raised();
        return;
      case "CallTimedOut":
        // Sooner, it is about a CALL before that, whose answer came while the link looked for a sign.
        if (atMs - askedMs > probeMs) asked = null;
        return;
      case "FrameReceived":
        return hear(received.shift() ?? "", atMs);
    }
  }

  /** Nothing counts that was answered on the lower one, but that it was Rejected. */
  function raised(): void {
    if (registration === "Rejected") return;
    if (registration === "Accepted" || registration === "Pending") world.reached.add("registers anew");
    registration = "Unregistered";
  }

  function hear(text: string, atMs: number): void {
    const parsed = parseFrame(text);
    if (parsed.kind === "refused" && registration !== "Rejected") heard.add(parsed.answer.id);
    if (parsed.kind !== "frame") return;
    const { frame } = parsed;
    if (frame.kind !== "Call") return answered(frame, atMs);
    if (registration === "Rejected") return;
    heard.add(frame.id);
    const { requestedMessage } = (frame.payload ?? {}) as { requestedMessage?: unknown };
    if (typeof requestedMessage === "string") {
      triggered.add(triggeredAs[requestedMessage] ?? requestedMessage);
    }
  }

  function answered(frame: CallResult | CallError, atMs: number): void {
    if (frame.id !== asked) return;
    asked = null;
    const outcome = callOutcome("BootNotification", frame);
    if (outcome.kind !== "result") return;
    const { status, interval } = outcome.payload as BootNotificationResponse;
    registration = status;
    if (connected > answeredOn) answeredOn = connected;
    dueMs = atMs + 1_000 * (interval < 1 ? ownIntervalS : Math.min(interval, intervalMaxS));
    if (status === "Pending") triggered.delete("BootNotification");
    else triggered.clear();
  }

  function sent(text: string, atMs: number): void {
    const parsed = parseFrame(text);
    if (parsed.kind !== "frame") return;
    const { frame } = parsed;
    if (frame.kind === "Call") return called(frame, atMs);
    if (registration === "Rejected" && !heard.has(frame.id)) {
      fail("I19", `${frame.id} was answered, which came while Rejected`);
    }
  }

  function called(call: Call, atMs: number): void {
    if (call.action === "BootNotification") [asked, askedMs] = [call.id, atMs];
    const wrong = forbidden(call, atMs);
    if (wrong !== null) fail("I19", `${call.action} was sent ${wrong}`);
  }

  function forbidden(call: Call, atMs: number): string | null {
    const { action } = call;
    const isBoot = action === "BootNotification";
    const early = isBoot && atMs < dueMs - roundingMs ? `${dueMs - atMs} ms before its interval` : null;
    // Where nobody has answered yet, a crash has lost nothing either.
    switch (registration ?? (connected > answeredOn ? "Unregistered" : null)) {
      case null:
      case "Accepted":
        return null;
      case "Unregistered":
        return isBoot ? null : "before BootNotification was answered";
      case "Rejected":
        return isBoot ? early : "while Rejected";
      case "Pending":
        if (triggered.has(action)) return isOfTransaction(call) ? "while Pending, for a transaction" : null;
        return isBoot ? early : "while Pending, and nobody has triggered it";
    }
  }
}

/** A transaction's own MeterValues; what is triggered says so. */
function isOfTransaction({ action, payload }: Call): boolean {
  if (action !== "MeterValues") return false;
  const { meterValue } = payload as { meterValue: { sampledValue: { context: string }[] }[] };
  return meterValue[0]?.sampledValue[0]?.context !== "Trigger";
}
