/**
 * The meter actor owns the meter bus: it is shared by all connectors, it is slow, and it may hang.
 *
 * Law: every question is answered within its time-out, with a reading or with a failure; a hanging line blocks nobody.
 */
import type { Cancel } from "../hal/clock.ts";
import type { Meter, MeterOutcome } from "../hal/meter.ts";
import type { Power } from "../hal/power.ts";
import { wholeWh } from "../protocol/transaction.ts";
import type { ActorSpec, Address, Behaviour, Reply, Self } from "./otp/actor.ts";
import { describe } from "./otp/trace.ts";

export type MeterMessage =
  | { readonly kind: "ReadMeter"; readonly connectorId: number; readonly reply: Reply<MeterOutcome> }
  /** Who has asked before waits no longer from now on than who asks now. */
  | { readonly kind: "SupplyFailing" }
  | { readonly kind: "MeterAnswered"; readonly question: number; readonly outcome: MeterOutcome };

/** Longer than any meter's own cycle, shorter than a driver's patience at the plug. */
const readTimeoutMs = 3_000;
/** While mains power is failing: the rest of the hold-up time is for StopTransaction, with the last checkpoint's energy. */
const shareOfHoldUp = 0.5;
/** For a signal at a station that was said to have no hold-up time. */
const leastTimeoutMs = 500;

export interface MeterParts {
  readonly address: Address<MeterMessage>;
  readonly meter: Meter;
  readonly power: Pick<Power, "supply">;
  readonly holdUpTimeMs: number;
}

export function meterActor(parts: MeterParts): ActorSpec<MeterMessage> {
  return { address: parts.address, start: (self) => new MeterBehaviour(self, parts) };
}

/** It is on the bus. */
interface Question {
  readonly connectorId: number;
  readonly reply: Reply<MeterOutcome>;
  /** The first one counts. */
  readonly deadlines: Cancel[];
}

class MeterBehaviour implements Behaviour<MeterMessage> {
  readonly #self: Self<MeterMessage>;
  readonly #parts: MeterParts;
  readonly #meter: Meter;
  /** By number; bounded by the connectors, each of which has at most a few open. */
  readonly #open = new Map<number, Question>();
  #questions = 0;

  constructor(self: Self<MeterMessage>, parts: MeterParts) {
    this.#self = self;
    this.#parts = parts;
    this.#meter = self.fence(parts.meter);
  }

  receive(message: MeterMessage): void {
    switch (message.kind) {
      case "ReadMeter":
        return this.#ask(message.connectorId, message.reply);
      case "SupplyFailing":
        for (const [number, question] of this.#open) this.#limit(number, question);
        return;
      case "MeterAnswered":
        return this.#answered(message.question, message.outcome);
    }
  }

  inspect(): unknown {
    return { open: this.#open.size, questions: this.#questions };
  }

  #ask(connectorId: number, reply: Reply<MeterOutcome>): void {
    const question = ++this.#questions;
    const { address, send } = this.#self;
    const open = { connectorId, reply, deadlines: [] };
    this.#open.set(question, open);
    this.#limit(question, open);
    const answered = (outcome: MeterOutcome) => send(address, { kind: "MeterAnswered", question, outcome });
    try {
      this.#meter.read(connectorId, answered);
    } catch (thrown) {
      // No crash: who is asked again and again would take the whole charger along (D-silent-meter).
      answered({
        kind: "failed",
        error: `read meter of connector ${connectorId}: ${describe(thrown).error}`,
      });
    }
  }

  #limit(question: number, { connectorId, deadlines }: Question): void {
    const timeoutMs = this.#timeoutMs();
    const error = `read meter of connector ${connectorId}: no answer in ${timeoutMs} ms`;
    const late: MeterMessage = { kind: "MeterAnswered", question, outcome: { kind: "failed", error } };
    deadlines.push(this.#self.after(timeoutMs, late));
  }

  #answered(question: number, outcome: MeterOutcome): void {
    const open = this.#open.get(question);
    if (open === undefined) return;
    this.#open.delete(question);
    for (const cancel of open.deadlines) cancel();
    open.reply(whole(outcome));
  }

  #timeoutMs(): number {
    const { power, holdUpTimeMs } = this.#parts;
    if (power.supply() === "on") return readTimeoutMs;
    return Math.min(readTimeoutMs, Math.max(holdUpTimeMs * shareOfHoldUp, leastTimeoutMs));
  }
}

/**
 * A register that is no whole number of Wh from 0 up, once its fraction is left out, is a failure, wherever it comes from: nobody
 * behind this checks it again. Beyond 2^53 - 1 it is no number that a bill could be made of.
 */
function whole(outcome: MeterOutcome): MeterOutcome {
  if (outcome.kind === "failed") return outcome;
  const { energyWh } = outcome.reading;
  return Number.isSafeInteger(wholeWh(energyWh)) && energyWh >= 0 ? outcome : {
    kind: "failed",
    error: `read the meter: expected a register of 0 to 2^53 - 1 Wh, it told ${energyWh}`,
  };
}
