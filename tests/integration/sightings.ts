/**
 * What a test has seen so far, and a wait for what is still to come.
 *
 * Law: a wait ends with the event, never with time; a deadline can only fail the test, and says what was seen instead.
 */

/** Many times what a slow machine under load has taken. */
const DEADLINE_MS = 60_000;
/** A pace at which asking takes no time from whoever is asked. */
const ASK_AGAIN_MS = 10;
/** Enough to read how it came about. */
const SHOWN_MAX = 30;

export class Sightings<T> {
  readonly #seen: T[] = [];
  readonly #looking = new Set<() => void>();
  #over: string | null = null;

  get all(): readonly T[] {
    return this.#seen;
  }

  note(item: T): void {
    this.#seen.push(item);
    for (const look of [...this.#looking]) look();
  }

  /** Nothing more will come: whoever waits is told why. */
  end(why: string): void {
    this.#over = why;
    for (const look of [...this.#looking]) look();
  }

  /** What `find` makes of all that was seen, as soon as it is not undefined. `what` completes "waited for …". */
  until<R>(what: string, find: (seen: readonly T[]) => R | undefined): Promise<R> {
    const found = Promise.withResolvers<R>();
    const told = () => `${what}${this.#over === null ? "" : `, but ${this.#over}`}; seen:\n${this.#last()}`;
    const look = () => {
      try {
        const value = find(this.#seen);
        if (value !== undefined) found.resolve(value);
        else if (this.#over === null) return;
        else found.reject(new Error(`waited for ${told()}`));
      } catch (error) {
        found.reject(error);
      }
      this.#looking.delete(look);
    };
    this.#looking.add(look);
    look();
    return within(found.promise, told);
  }

  #last(): string {
    return this.#seen.slice(-SHOWN_MAX).map((item) => JSON.stringify(item)).join("\n");
  }
}

/** Asks again and again until the answer is such: for what nothing tells of by itself. */
export async function untilAnswered<T>(
  what: string,
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
): Promise<T> {
  let latest: T | undefined;
  const asking = async () => {
    while (true) {
      latest = await ask();
      if (holds(latest)) return latest;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  };
  return await within(asking(), () => `${what}; the last answer:\n${JSON.stringify(latest)}`);
}

/** The promise's own outcome, or after the deadline an error that begins "waited for …". */
export async function within<T>(promise: Promise<T>, what: () => string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`waited for ${what()}`)), DEADLINE_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
