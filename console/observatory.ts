/**
 * What the kernel's trace tells, kept for those who look: recent events, crash reports, counters, and frames as they pass.
 *
 * Law: it is called for every message, so it only notes; all it keeps is bounded, and nobody who listens can hold it up.
 * It outlives the trees that it is told of: a simulated charger reboots under it.
 */
import type { Fact, Trace, TraceEvent } from "../actors/otp/trace.ts";
import type { Cancel } from "../hal/clock.ts";
import { formatDateTime } from "../protocol/date_time.ts";
import { createCallLatencies, type Direction, type Latency } from "./call_latency.ts";
import { type FrameHead, frameHead } from "./frame_head.ts";
import { redacted, redactedError, redactedFrame } from "./redacted.ts";

/** `unreadable` does not begin and end as a frame does. */
export type FrameKind = FrameHead["kind"] | "unreadable";

/** One frame on the wire; `text` is redacted. */
export interface PassedFrame {
  readonly wallMs: number;
  readonly direction: Direction;
  readonly text: string;
}

/** A crash as it may be shown: the message is known by its kind only. */
export interface CrashReport {
  /** ISO 8601. */
  readonly at: string;
  readonly incarnation: number;
  readonly message: string | null;
  readonly error: string;
  readonly stack: string;
  /** How often its supervisor had started it again before. */
  readonly restarts: number;
}

/** An event of the trace with its time as ISO 8601; the other fields are those of `Fact`, without secrets. */
export interface ShownEvent extends Readonly<Record<string, unknown>> {
  readonly at: string;
  readonly kind: string;
}

export interface Counters {
  readonly frames: Readonly<Record<Direction, Readonly<Record<FrameKind, number>>>>;
  readonly latencies: readonly Latency[];
  readonly crashes: ReadonlyMap<string, number>;
  /** By the id of the child, which may be a supervisor. */
  readonly restarts: ReadonlyMap<string, number>;
}

export interface Observatory {
  readonly record: Trace;
  /** Calls for each frame until it is cancelled. The listener must be quick, must not throw, and bounds what it keeps. */
  readonly listen: (listener: (frame: PassedFrame) => void) => Cancel;
  /** The last events of one node of the tree, oldest first. */
  readonly events: (id: string) => readonly ShownEvent[];
  /** The last crashes of one actor, oldest first; they outlast its events. */
  readonly crashes: (id: string) => readonly CrashReport[];
  readonly counters: () => Counters;
}

/** Of one node: a session's worth of an actor's messages. */
const EVENTS_MAX = 100;
/** Of one actor. */
const CRASHES_MAX = 10;
/** Longer frames are kept by their length only: a hundred of them would be felt. */
const FRAME_CHARACTERS_MAX = 4_096;

export function createObservatory(): Observatory {
  const events = new Map<string, Ring<TraceEvent>>();
  const crashes = new Map<string, Ring<CrashReport>>();
  const crashCounts = new Map<string, number>();
  const restartCounts = new Map<string, number>();
  const frames = { sent: noFrames(), received: noFrames() };
  const latencies = createCallLatencies();
  const listeners = new Set<(frame: PassedFrame) => void>();

  function note(id: string, event: TraceEvent): void {
    keep(events, EVENTS_MAX, id, event);
  }

  function framePassed(event: TraceEvent & FrameEffect): void {
    const direction = event.effect === "FrameSent" ? "sent" : "received";
    const head = frameHead(event.detail);
    frames[direction][head?.kind ?? "unreadable"] += 1;
    if (head !== null) latencies.passed(direction, head, event.atMs);
    for (const listener of listeners) listener({ wallMs: event.wallMs, direction, text: event.detail });
  }

  function effect(event: Extract<TraceEvent, { kind: "effect" }>): void {
    if (event.effect === "LinkClosed") latencies.forget();
    if (!isFrame(event)) return note(event.actor, event);
    framePassed(event);
    const { length } = event.detail;
    note(event.actor, length > FRAME_CHARACTERS_MAX ? { ...event, detail: `(${length} characters)` } : event);
  }

  function crash(event: Extract<TraceEvent, { kind: "crash" }>): void {
    const { actor, incarnation, message, restarts } = event;
    const error = redactedError(event.error, message);
    const stack = redactedError(event.stack, message);
    const kind = message?.kind ?? null;
    count(crashCounts, actor);
    const report = { at: formatDateTime(event.wallMs), incarnation, message: kind, error, stack, restarts };
    keep(crashes, CRASHES_MAX, actor, report);
    // The message itself is not kept: it may carry secrets, and holds on to whoever waits for its reply.
    note(actor, { ...event, message: kind === null ? null : { kind }, error, stack });
  }

  return {
    record: (event) => {
      switch (event.kind) {
        case "effect":
          return effect(event);
        case "crash":
          return crash(event);
        case "restart":
          count(restartCounts, event.child);
          note(event.supervisor, event);
          return note(event.child, event);
        case "gaveUp":
          note(event.supervisor, event);
          return note(event.child, event);
        case "message":
        case "started":
        case "stopped":
        case "terminateFailed":
        case "overflow":
        case "deadLetter":
          return note(event.actor, event);
      }
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    events: (id) => events.get(id)?.all().map(shown) ?? [],
    crashes: (id) => crashes.get(id)?.all() ?? [],
    counters: () => ({
      frames,
      latencies: latencies.measured(),
      crashes: crashCounts,
      restarts: restartCounts,
    }),
  };
}

/** The last so many of what was put in. */
class Ring<T> {
  readonly #max: number;
  readonly #items: T[] = [];
  #oldest = 0;

  constructor(max: number) {
    this.#max = max;
  }

  put(item: T): void {
    if (this.#items.length < this.#max) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#oldest] = item;
    this.#oldest = (this.#oldest + 1) % this.#max;
  }

  all(): readonly T[] {
    return [...this.#items.slice(this.#oldest), ...this.#items.slice(0, this.#oldest)];
  }
}

function keep<T>(rings: Map<string, Ring<T>>, itemsMax: number, id: string, item: T): void {
  let ring = rings.get(id);
  if (ring === undefined) {
    ring = new Ring(itemsMax);
    rings.set(id, ring);
  }
  ring.put(item);
}

function count(counts: Map<string, number>, id: string): void {
  counts.set(id, (counts.get(id) ?? 0) + 1);
}

function noFrames(): Record<FrameKind, number> {
  return { Call: 0, CallResult: 0, CallError: 0, unreadable: 0 };
}

function shown({ atMs: _, wallMs, ...fact }: TraceEvent): ShownEvent {
  const told = redacted(isFrame(fact) ? { ...fact, detail: redactedFrame(fact.detail) } : fact);
  return { at: formatDateTime(wallMs), kind: fact.kind, ...(typeof told === "object" ? told : {}) };
}

type FrameEffect = Extract<Fact, { kind: "effect" }> & {
  readonly effect: "FrameSent" | "FrameReceived";
  readonly detail: string;
};

function isFrame(fact: Fact): fact is FrameEffect {
  if (fact.kind !== "effect" || typeof fact.detail !== "string") return false;
  return fact.effect === "FrameSent" || fact.effect === "FrameReceived";
}
