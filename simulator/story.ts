/**
 * The session that `simulate` shows: a car plugs in, a card is swiped, energy flows, and there is a bill at the end.
 *
 * Law: it acts with the hardware's hands only and looks at what happened; each step waits for the one before it, not for time.
 */
import type { Trace } from "../actors/otp/trace.ts";
import type { Clock } from "../hal/clock.ts";
import type { HardwareVerbs } from "../hal/drivers/simulated_hands.ts";
import type { VerbOutcome } from "../hal/hardware_verb.ts";
import { parseFrame } from "../protocol/frame.ts";
import type { StartTransactionRequest, StopTransactionRequest } from "../protocol/messages/core.ts";

export interface StoryParts {
  readonly clock: Clock;
  readonly verbs: HardwareVerbs;
  /** With one reader for the station a swipe names no connector. */
  readonly readerPerConnector: boolean;
  readonly say: (line: string) => void;
}

export interface Bill {
  readonly idTag: string;
  readonly connectorId: number;
  readonly meterStartWh: number;
  readonly meterStopWh: number;
  readonly startedAt: string;
  readonly stoppedAt: string;
}

export interface Story {
  /** Feeds it what happens. */
  readonly record: Trace;
  /** Resolves with the bill once StopTransaction has been answered and the car is gone. */
  readonly tell: () => Promise<Bill>;
}

const idTag = "04A2B3C4D5E680";
const connectorId = 1;
const chargeMs = 6 * 60_000;

export function createStory(parts: StoryParts): Story {
  const seen = createSeen();

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => void parts.clock.after(ms, resolve));
  }

  function act(line: string, outcome: VerbOutcome): void {
    if (outcome.kind !== "done") throw new Error(`play the session: ${outcome.why}`);
    parts.say(line);
  }

  return {
    record: seen.record,
    tell: async () => {
      await seen.status("Available");
      await pause(5_000);
      act("a car arrives and plugs in", parts.verbs.plug(connectorId));
      await seen.status("Preparing");
      await pause(8_000);
      act(`its driver swipes the card ${idTag}`, parts.verbs.swipe(idTag, ...at(parts)));
      await seen.status("Charging");
      await pause(chargeMs);
      act("the driver is back and swipes again", parts.verbs.swipe(idTag, ...at(parts)));
      const bill = await seen.bill();
      await pause(8_000);
      act("the driver unplugs and leaves", parts.verbs.unplug(connectorId));
      await seen.status("Available");
      return bill;
    },
  };
}

function at(parts: StoryParts): [number] | [] {
  return parts.readerPerConnector ? [connectorId] : [];
}

/** What has gone over the wire, and who waits for what. */
function createSeen() {
  let status = "";
  let start: StartTransactionRequest | null = null;
  let stop: { readonly id: string; readonly request: StopTransactionRequest } | null = null;
  let bill: Bill | null = null;
  const waiting: { readonly met: () => boolean; readonly go: () => void }[] = [];

  function until(met: () => boolean): Promise<void> {
    if (met()) return Promise.resolve();
    return new Promise((go) => void waiting.push({ met, go }));
  }

  function sent(id: string, action: string, payload: unknown): void {
    if (action === "StatusNotification") {
      const report = payload as { readonly connectorId: number; readonly status: string };
      if (report.connectorId === connectorId) status = report.status;
    }
    if (action === "StartTransaction") start = payload as StartTransactionRequest;
    if (action === "StopTransaction") stop = { id, request: payload as StopTransactionRequest };
  }

  function answered(id: string): void {
    if (stop?.id !== id || start === null) return;
    bill = {
      idTag: start.idTag,
      connectorId: start.connectorId,
      meterStartWh: start.meterStart,
      meterStopWh: stop.request.meterStop,
      startedAt: start.timestamp,
      stoppedAt: stop.request.timestamp,
    };
  }

  const record: Trace = (event) => {
    if (event.kind !== "effect") return;
    if (event.effect !== "FrameSent" && event.effect !== "FrameReceived") return;
    const parsed = parseFrame(String(event.detail));
    if (parsed.kind !== "frame") return;
    const { frame } = parsed;
    if (frame.kind === "Call" && event.effect === "FrameSent") sent(frame.id, frame.action, frame.payload);
    if (frame.kind === "CallResult" && event.effect === "FrameReceived") answered(frame.id);
    for (const waiter of waiting.splice(0)) {
      if (waiter.met()) waiter.go();
      else waiting.push(waiter);
    }
  };

  return {
    record,
    status: (wanted: string) => until(() => status === wanted),
    bill: async (): Promise<Bill> => {
      await until(() => bill !== null);
      return bill!;
    },
  };
}
