/**
 * A clock that stands still until a test or the simulated world turns it.
 *
 * Law: before each timer everything that can run without time passing has run, so that a run is a function of the order
 * of its timers and of `pick`, and of nothing in the machine below.
 */
import type { Cancel, Clock } from "../clock.ts";
import { SimulatedTimers } from "./simulated_timers.ts";

/** Enough for the await chains of a test that has no `settled` to say when they are done. */
const MICROTICKS_UNASKED = 50;
/** An await chain of this length waits for something that only time will bring. */
const MICROTICKS_MAX = 10_000;
/** More calls than this at one instant are actors that keep each other busy for ever. */
const CALLS_AT_ONE_INSTANT_MAX = 1_000_000;

export interface SimulatedClockOptions {
  readonly startWallMs: number;
  /**
   * True when no promise is under way but those that a timer will resolve. It is asked after each microtick; without it
   * a fixed number of microticks is waited at each event, which is slower and a guess.
   */
  readonly settled?: () => boolean;
  /** Which of the `ready` calls of `soon` runs next, 0 being the oldest. Default: always the oldest. */
  readonly pick?: (ready: number) => number;
  /** Called when all that one timer set off has run. What it throws comes out of the `advance` or `step`. */
  readonly rested?: () => void;
}

/** The port, and the hand that turns it. `monotonicMs` begins at 0. */
export interface SimulatedClock extends Clock {
  /** Lets time pass, running all that comes due on the way. `advance(0)` runs what can run now. */
  readonly advance: (ms: number) => Promise<void>;
  /** Goes to the next timer and runs it, and what follows without time passing. False when there is none. */
  readonly step: () => Promise<boolean>;
  /** Moves civil time only, in either direction, as the clock of a computer may: a charger's moves only where it is set. */
  readonly stepWall: (ms: number) => void;
  /** How many timers wait. */
  readonly pending: () => number;
}

export function createSimulatedClock(options: SimulatedClockOptions): SimulatedClock {
  const instant = new Instant(options);
  const timers = new SimulatedTimers();
  let nowMs = 0;
  let startWallMs = options.startWallMs;
  let turning = false;

  function after(delayMs: number, call: () => void): Cancel {
    if (delayMs === Infinity) return () => {};
    const timer = timers.add(nowMs + (delayMs > 0 ? delayMs : 0), call);
    return () => timers.remove(timer);
  }

  /** Runs what is due until then, and at most `timersMax` timers; returns how many. */
  async function turn(untilMs: number, timersMax: number): Promise<number> {
    if (turning) throw new Error("await the advance or step under way before turning the clock again");
    turning = true;
    try {
      if (!instant.rest()) await instant.restLater();
      let ran = 0;
      for (let timer = timers.first; ran < timersMax && timer !== undefined; timer = timers.first) {
        if (timer.atMs > untilMs) break;
        timers.remove(timer);
        if (timer.atMs > nowMs) instant.begin();
        nowMs = timer.atMs;
        instant.run(timer.call);
        if (!instant.rest()) await instant.restLater();
        options.rested?.();
        ran++;
      }
      return ran;
    } finally {
      turning = false;
    }
  }

  async function advance(ms: number): Promise<void> {
    const untilMs = nowMs + (ms > 0 ? ms : 0);
    await turn(untilMs, Infinity);
    if (untilMs > nowMs) instant.begin();
    nowMs = untilMs;
  }

  return {
    monotonicMs: () => nowMs,
    wallMs: () => startWallMs + nowMs,
    after,
    soon: (call) => instant.soon(call),
    advance,
    step: async () => await turn(Infinity, 1) === 1,
    stepWall: (ms) => void (startWallMs += ms),
    pending: () => timers.size,
  };
}

/** What runs without time passing: the calls of `soon`, and the promises between them. */
class Instant {
  readonly #settled: (() => boolean) | undefined;
  readonly #pick: ((ready: number) => number) | undefined;
  readonly #ready: (() => void)[] = [];
  #calls = 0;

  constructor(options: SimulatedClockOptions) {
    this.#settled = options.settled;
    this.#pick = options.pick;
  }

  /** Time has passed. */
  begin(): void {
    this.#calls = 0;
  }

  soon(call: () => void): void {
    this.#ready.push(call);
  }

  run(call: () => void): void {
    if (++this.#calls > CALLS_AT_ONE_INSTANT_MAX) {
      throw new Error(
        `make time pass: ${CALLS_AT_ONE_INSTANT_MAX} calls ran at one instant of the simulated clock`,
      );
    }
    call();
  }

  /** Runs all that is ready; true when nothing is being awaited either. */
  rest(): boolean {
    this.#runReady();
    return this.#settled !== undefined && this.#settled();
  }

  async restLater(): Promise<void> {
    for (let ticks = 0; ticks < MICROTICKS_MAX; ticks++) {
      if (this.#settled === undefined && ticks >= MICROTICKS_UNASKED) return;
      await null;
      if (this.#ready.length > 0) ticks = 0;
      if (this.rest()) return;
    }
    throw new Error(
      `await the store and nothing else: an actor awaits something that ${MICROTICKS_MAX} microticks did not bring`,
    );
  }

  #runReady(): void {
    for (let call = this.#takeReady(); call !== undefined; call = this.#takeReady()) this.run(call);
  }

  #takeReady(): (() => void) | undefined {
    const ready = this.#ready;
    if (this.#pick === undefined || ready.length < 2) return ready.shift();
    const choice = this.#pick(ready.length);
    const [call] = ready.splice(choice, 1);
    if (call === undefined) throw new RangeError(`pick one of ${ready.length} ready calls, not ${choice}`);
    return call;
  }
}
