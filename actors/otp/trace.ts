/**
 * What the kernel tells about itself, for the log, the debug socket and the metrics.
 *
 * Law: the kernel sees all, and each thing that happens is told once: one crash, one crash report.
 */
import type { Message } from "./actor.ts";
import type { Strategy } from "./restart.ts";

/** Actors, supervisors and children are named by id, messages by kind. */
export type Fact =
  | { readonly kind: "started"; readonly actor: string; readonly incarnation: number }
  | {
    readonly kind: "stopped";
    readonly actor: string;
    readonly incarnation: number;
    /** `killed`: the turn in hand outlasted the stop's deadline. `exited`: it ended itself. */
    readonly how: "stopped" | "killed" | "exited";
  }
  /** A message is taken in hand. */
  | { readonly kind: "message"; readonly actor: string; readonly message: string }
  /** The one crash report. */
  | {
    readonly kind: "crash";
    readonly actor: string;
    readonly incarnation: number;
    /** What it had in hand: null in a start and between turns. It may carry secrets: redact before showing it. */
    readonly message: Message | null;
    readonly error: string;
    readonly stack: string;
    /** How often its supervisor has started it again before. */
    readonly restarts: number;
  }
  | {
    readonly kind: "terminateFailed";
    readonly actor: string;
    readonly error: string;
    readonly stack: string;
  }
  /** A supervisor's answer to a failed child: what it stops, in this order, and then starts, in this order. */
  | {
    readonly kind: "restart";
    readonly supervisor: string;
    readonly child: string;
    readonly strategy: Strategy;
    readonly stops: readonly string[];
    readonly starts: readonly string[];
  }
  /** One restart too many. `retryInMs` counts from when all children have stopped; null when the parent is to decide. */
  | {
    readonly kind: "gaveUp";
    readonly supervisor: string;
    readonly child: string;
    readonly retryInMs: number | null;
  }
  /** A full mailbox lost a message: the one that came, or an older one that may be dropped. */
  | {
    readonly kind: "overflow";
    readonly actor: string;
    readonly message: string;
    readonly lost: "new" | "old";
  }
  /** For an actor that has stopped for good. */
  | { readonly kind: "deadLetter"; readonly actor: string; readonly message: string }
  | { readonly kind: "effect"; readonly actor: string; readonly effect: string; readonly detail: unknown };

/** `atMs` is the clock's monotonic time, `wallMs` its civil time. */
export type TraceEvent = Fact & { readonly atMs: number; readonly wallMs: number };

/** Called in the middle of the kernel's work: it must be quick. What it throws is thrown again where nobody waits for it. */
export type Trace = (event: TraceEvent) => void;

interface Description {
  readonly error: string;
  readonly stack: string;
}

/** A thrown value as a report tells it. Never throws: the crash of one actor would be the kernel's. */
export function describe(thrown: unknown): Description {
  try {
    return described(thrown);
  } catch {
    return { error: "throw an Error that can be read: its own fields throw", stack: "" };
  }
}

function described(thrown: unknown): Description {
  if (thrown instanceof Error) {
    return { error: `${thrown.name}: ${thrown.message}`, stack: thrown.stack ?? "" };
  }
  const what = typeof thrown === "object" ? Object.prototype.toString.call(thrown) : String(thrown);
  return { error: `throw an Error, not ${what}`, stack: "" };
}
