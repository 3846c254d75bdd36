/**
 * The supervisor's decisions, as functions of literals (Erlang/OTP, `supervisor`).
 *
 * Law: children start in order and stop in reverse; `restartsMax` restarts within `withinMs` are allowed, one more is not.
 */
import type { RestartType } from "./actor.ts";

/** Who is restarted with the failed child: nobody, all, or all that were started after it. */
export type Strategy = "one_for_one" | "one_for_all" | "rest_for_one";

export interface Intensity {
  readonly restartsMax: number;
  readonly withinMs: number;
}

/** How a child came to be down. `exited`: it ended itself on purpose. */
export type Ending = "stopped" | "exited" | "crashed";

/** What a supervisor that gives up does: fails in its turn, or waits and tries again, each time twice as long. */
export type GiveUp = "escalate" | { readonly retryInitialMs: number; readonly retryMaxMs: number };

/** A child, as far as the decisions go. */
export interface ChildState {
  readonly type: RestartType;
  readonly phase: "down" | "starting" | "up" | "stopping";
  /** What its supervisor wants of it; `restart` is down first and then up. */
  readonly wish: "up" | "restart" | "down";
}

export function isRestarted(type: RestartType, ending: Ending): boolean {
  switch (type) {
    case "permanent":
      return true;
    case "transient":
      return ending === "crashed";
    case "temporary":
      return false;
  }
}

/** The times that stand after one more restart, or null when that is one too many. A restart `withinMs` ago still counts. */
export function countRestart(
  restartsAtMs: readonly number[],
  nowMs: number,
  intensity: Intensity,
): readonly number[] | null {
  const recent = restartsAtMs.filter((atMs) => nowMs - atMs <= intensity.withinMs);
  return recent.length >= intensity.restartsMax ? null : [...recent, nowMs];
}

/** The children to stop, last first, and to start, first first. A temporary one that is stopped stays down. */
export function affectedBy<C extends Pick<ChildState, "type">>(
  strategy: Strategy,
  children: readonly C[],
  failed: C,
): { readonly stops: readonly C[]; readonly starts: readonly C[] } {
  const group = children.slice(...groupOf(strategy, children.indexOf(failed)));
  return {
    stops: group.filter((child) => child !== failed).reverse(),
    starts: group.filter((child) => child === failed || child.type !== "temporary"),
  };
}

/** From which place, and up to but without which. */
function groupOf(strategy: Strategy, failed: number): [from: number, to?: number] {
  switch (strategy) {
    case "one_for_one":
      return [failed, failed + 1];
    case "one_for_all":
      return [0];
    case "rest_for_one":
      return [failed];
  }
}

/**
 * What can be done now towards the wishes: one stop, or else starts. Nothing starts while something is to stop.
 * `inOrder`: each start waits until those before it are up.
 */
export function nextSteps<C extends ChildState>(
  children: readonly C[],
  inOrder: boolean,
): { readonly stop: C | null; readonly starts: readonly C[] } {
  const last = children.findLast((child) => child.wish !== "up" && child.phase !== "down");
  if (last !== undefined) return { stop: last.phase === "stopping" ? null : last, starts: [] };
  const missing = children.filter((child) => child.wish === "up" && child.phase !== "up");
  const next = inOrder ? missing.slice(0, 1) : missing;
  return { stop: null, starts: next.filter((child) => child.phase === "down") };
}

/** How long to wait after giving up, when that has happened `before` times without a quiet time between. */
export function retryDelayMs(giveUp: Exclude<GiveUp, "escalate">, before: number): number {
  return Math.min(giveUp.retryInitialMs * 2 ** before, giveUp.retryMaxMs);
}
