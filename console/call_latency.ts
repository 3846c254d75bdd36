/**
 * How long CALLs wait for their answers, in both directions, as Prometheus wants to hear it.
 *
 * Law: memory is bounded whatever the peer does: a CALL that is never answered is forgotten, and an action that OCPP does
 * not know is counted as `other`.
 */
import { findAction } from "../protocol/actions.ts";
import type { FrameHead } from "./frame_head.ts";

/** Which way a frame went, seen from the charger; of a CALL: who asked. */
export type Direction = "sent" | "received";

/** Upper bounds of the buckets, in seconds: from a loopback's round trip to the lab's limit for an answer. */
export const LATENCY_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface Latency {
  readonly direction: Direction;
  readonly action: string;
  /** Answers within each of `LATENCY_BUCKETS_S` and above the one before it; the last: slower than all. */
  readonly counts: readonly number[];
  readonly count: number;
  readonly sumS: number;
}

export interface CallLatencies {
  readonly passed: (direction: Direction, head: FrameHead, atMs: number) => void;
  /** The connection is gone, and no answer will come any more. */
  readonly forget: () => void;
  readonly measured: () => readonly Latency[];
}

/** CALLs under way in one direction. The specification allows one; this is what is kept of a peer that ignores it. */
const WAITING_MAX = 100;

interface Waiting {
  readonly action: string;
  readonly atMs: number;
}

interface Counting extends Latency {
  readonly counts: number[];
  count: number;
  sumS: number;
}

export function createCallLatencies(): CallLatencies {
  const waiting: Readonly<Record<Direction, Map<string, Waiting>>> = { sent: new Map(), received: new Map() };
  const measured = new Map<string, Counting>();

  function called(direction: Direction, { id, action }: FrameHead, atMs: number): void {
    const calls = waiting[direction];
    calls.set(id, { action: findAction(action) === null ? "other" : action, atMs });
    if (calls.size <= WAITING_MAX) return;
    const [oldest] = calls.keys();
    if (oldest !== undefined) calls.delete(oldest);
  }

  function answered(direction: Direction, id: string, atMs: number): void {
    const call = waiting[direction].get(id);
    if (call === undefined) return;
    waiting[direction].delete(id);
    const key = `${direction} ${call.action}`;
    const latency = measured.get(key) ?? newLatency(direction, call.action);
    measured.set(key, latency);
    const durationS = Math.max(0, atMs - call.atMs) / 1000;
    const bucket = LATENCY_BUCKETS_S.findIndex((bound) => durationS <= bound);
    const at = bucket === -1 ? LATENCY_BUCKETS_S.length : bucket;
    latency.counts[at] = (latency.counts[at] ?? 0) + 1;
    latency.count += 1;
    latency.sumS += durationS;
  }

  return {
    passed: (direction, head, atMs) => {
      switch (head.kind) {
        case "Call":
          return called(direction, head, atMs);
        case "CallResult":
        case "CallError":
          // An answer that goes out belongs to a CALL that came in.
          return answered(direction === "sent" ? "received" : "sent", head.id, atMs);
      }
    },
    forget: () => {
      waiting.sent.clear();
      waiting.received.clear();
    },
    measured: () => [...measured.values()],
  };
}

function newLatency(direction: Direction, action: string): Counting {
  return { direction, action, counts: Array(LATENCY_BUCKETS_S.length + 1).fill(0), count: 0, sumS: 0 };
}
