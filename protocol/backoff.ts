/**
 * Exponential back-off with jitter: how long to wait before the next attempt.
 *
 * OCPP-J 1.6 leaves the algorithm free but demands one (errata v1.0 §3.3: "retry with an appropriate back-off"). Jitter
 * keeps a thousand chargers that lost the same central system from coming back in the same second.
 */

export interface Backoff {
  /** The widest wait after the first failure. */
  readonly initialMs: number;
  /** No wait is wider than this. */
  readonly maxMs: number;
}

/**
 * The wait after `failures` failures in a row (1, 2, …), for a `fraction` drawn from [0, 1).
 * It lies between a half and the whole of the doubling bound, so that there is always some wait.
 */
export function backoffMs(backoff: Backoff, failures: number, fraction: number): number {
  const doublings = Math.min(Math.max(failures - 1, 0), 30);
  const boundMs = Math.min(backoff.initialMs * 2 ** doublings, backoff.maxMs);
  return Math.round(boundMs * (0.5 + fraction / 2));
}
