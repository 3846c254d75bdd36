/**
 * What waits for its time on the simulated clock: a binary heap that can also forget.
 *
 * Law: the first is the one with the least time, and among equal times the one that was added first.
 */

/** A call at a time of the simulated clock. Made by `add` and known to one heap only. */
export interface SimulatedTimer {
  readonly atMs: number;
  readonly call: () => void;
  readonly sequence: number;
  /** Its place in the heap, -1 when it is not there. */
  place: number;
}

export class SimulatedTimers {
  readonly #heap: SimulatedTimer[] = [];
  #sequence = 0;

  get size(): number {
    return this.#heap.length;
  }

  get first(): SimulatedTimer | undefined {
    return this.#heap[0];
  }

  add(atMs: number, call: () => void): SimulatedTimer {
    const timer = { atMs, call, sequence: this.#sequence++, place: this.#heap.length };
    this.#heap.push(timer);
    this.#rise(timer);
    return timer;
  }

  /** Harmless when it is not there any more. */
  remove(timer: SimulatedTimer): void {
    const place = timer.place;
    if (place === -1) return;
    timer.place = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === timer) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(timer: SimulatedTimer): void {
    while (timer.place > 0) {
      const above = this.#heap[(timer.place - 1) >> 1];
      if (above === undefined || !isBefore(timer, above)) return;
      const place = above.place;
      this.#put(above, timer.place);
      this.#put(timer, place);
    }
  }

  #sink(timer: SimulatedTimer): void {
    for (;;) {
      const left = this.#heap[2 * timer.place + 1];
      const right = this.#heap[2 * timer.place + 2];
      const below = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (below === undefined || !isBefore(below, timer)) return;
      const place = below.place;
      this.#put(below, timer.place);
      this.#put(timer, place);
    }
  }

  #put(timer: SimulatedTimer, place: number): void {
    this.#heap[place] = timer;
    timer.place = place;
  }
}

function isBefore(a: SimulatedTimer, b: SimulatedTimer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}
