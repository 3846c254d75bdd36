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
import type {
  AuthorizeResponse,
  StartTransactionRequest,
  StopTransactionRequest,
} from "../protocol/messages/core.ts";

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

/** The session cannot happen; the message says why. */
export class StoryStuck extends Error {
  override readonly name = "StoryStuck";
}

export interface Story {
  /** Feeds it what happens. */
  readonly record: Trace;
  /** Resolves with the bill once StopTransaction has been answered and the car is gone. Throws `StoryStuck`. */
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
      // Of an earlier run: a parked car leaves first.
      if (parts.verbs.unplug(connectorId).kind === "done") parts.say("the car that is still there leaves");
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
  /** The CALL whose answer says what the card is worth. */
  let asked = "";
  let start: StartTransactionRequest | null = null;
  let stop: { readonly id: string; readonly request: StopTransactionRequest } | null = null;
  let bill: Bill | null = null;
  let refused = false;
  const waiting: { readonly met: () => boolean; readonly go: () => void }[] = [];

  async function until(met: () => boolean): Promise<void> {
    if (!met()) await new Promise<void>((go) => void waiting.push({ met: () => met() || refused, go }));
    if (refused) throw new StoryStuck(`the central system does not accept the card ${idTag}`);
  }

  function sent(id: string, action: string, payload: unknown): void {
    if (action === "StatusNotification") {
      const report = payload as { readonly connectorId: number; readonly status: string };
      if (report.connectorId === connectorId) status = report.status;
    }
    if (action === "Authorize") asked = id;
    if (action === "StartTransaction") {
      asked = id;
      start = payload as StartTransactionRequest;
    }
    if (action === "StopTransaction") stop = { id, request: payload as StopTransactionRequest };
  }

  function answered(id: string, payload: unknown): void {
    if (id === asked) refused = (payload as AuthorizeResponse).idTagInfo?.status !== "Accepted";
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
    if (frame.kind === "CallResult" && event.effect === "FrameReceived") answered(frame.id, frame.payload);
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
