/**
 * What the hardware has been told that each car may draw.
 *
 * Law: while connectors share a total, no one is given what another has not yet let go of: a limit that falls is told at once, one
 * that rises waits until the hardware has had the time to obey the falls (`Board.setCurrentLimit`).
 */
import type { Board } from "../hal/board.ts";
import type { Clock } from "../hal/clock.ts";
import type { Offered } from "../protocol/load_balancing.ts";

/** Within it a board obeys. */
export const obeyMs = 1_000;

export class CurrentOffers {
  readonly #board: Board;
  readonly #clock: Clock;
  readonly #toldA = new Map<number, number>();
  /** On the monotonic clock. */
  #obeyedMs = -Infinity;

  constructor(board: Board, clock: Clock) {
    this.#board = board;
    this.#clock = clock;
  }

  /** `sharing` are those that draw from one total. Milliseconds until what had to wait may be told; Infinity when nothing had to. */
  offer(offered: Offered, sharing: ReadonlySet<number>): number {
    const nowMs = this.#clock.monotonicMs();
    for (const [connectorId, limitA] of offered) {
      if (limitA >= (this.#toldA.get(connectorId) ?? Infinity)) continue;
      if (sharing.has(connectorId)) this.#obeyedMs = nowMs + obeyMs;
      this.#tell(connectorId, limitA);
    }
    const raised = [...offered].filter(([connectorId, limitA]) =>
      limitA > (this.#toldA.get(connectorId) ?? 0)
    );
    if (raised.length > 0 && sharing.size > 0 && nowMs < this.#obeyedMs) return this.#obeyedMs - nowMs;
    for (const [connectorId, limitA] of raised) this.#tell(connectorId, limitA);
    return Infinity;
  }

  inspect(): unknown {
    return Object.fromEntries(this.#toldA);
  }

  #tell(connectorId: number, limitA: number): void {
    this.#toldA.set(connectorId, limitA);
    this.#board.setCurrentLimit(connectorId, limitA);
  }
}
