/**
 * A request under way.
 *
 * Law: exactly one outcome, whoever brings it: the reply, the time-out, or the end of who was asked.
 */
import type { Cancel, Clock } from "../../hal/clock.ts";
import type { Outcome } from "./actor.ts";

/** What the asked side knows of a request, whatever its reply may be. */
export interface Asked {
  readonly fail: (how: "crashed" | "refused" | "stopped") => void;
  /** Stands in this book until it is settled: the asker's, and that of the incarnation that holds the request. */
  readonly enter: (book: Set<Asked>) => void;
}

export class Ask<R> implements Asked {
  readonly #deliver: (outcome: Outcome<R>) => void;
  readonly #books: Set<Asked>[] = [];
  #settled = false;
  #cancelTimeout: Cancel = () => {};

  constructor(deliver: (outcome: Outcome<R>) => void) {
    this.#deliver = deliver;
  }

  settle(outcome: Outcome<R>): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#cancelTimeout();
    for (const book of this.#books) book.delete(this);
    this.#deliver(outcome);
  }

  readonly fail = (how: "crashed" | "refused" | "stopped"): void => this.settle({ kind: how });

  readonly enter = (book: Set<Asked>): void => {
    if (this.#settled) return;
    book.add(this);
    this.#books.push(book);
  };

  expireAfter(timeoutMs: number, clock: Clock): void {
    if (this.#settled) return;
    this.#cancelTimeout = clock.after(timeoutMs, () => this.settle({ kind: "timeout" }));
  }
}
