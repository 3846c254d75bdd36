/**
 * What waits for an actor, oldest first. It outlives the incarnations that read it.
 *
 * Law: a letter from others enters only while fewer than `max` letters wait. Time-outs and outcomes that an incarnation
 * asked for itself always enter, since losing one would leave it waiting for ever; their number is bounded by its own
 * turns, and they end with it.
 */
import type { Address, Message } from "./actor.ts";
import type { Asked } from "./ask.ts";
import type { Runtime } from "./runtime.ts";

export type Letter<M extends Message> =
  | { readonly own: false; readonly message: M; readonly ask: Asked | null }
  | OwnLetter<M>;

/** It is read in its owner's turn, so that a throw in reading it is its owner's crash. */
export interface OwnLetter<M extends Message> {
  readonly own: true;
  readonly read: () => M;
  cancelled: boolean;
}

/** The kernel's own addresses also know how a request ended that never arrived. */
export interface RequestAddress<M extends Message> extends Address<M> {
  readonly request: (message: M, ask: Asked) => void;
}

export interface MailboxOptions<M extends Message> {
  /** Default 1,000: more than any burst of ours, and less than what a charger's memory would notice. */
  readonly mailboxMax?: number;
  /** Which messages may be lost for a newer one when the box is full, the oldest first. Default: none. */
  readonly droppable?: (message: M) => boolean;
}

export class Mailbox<M extends Message> {
  readonly address: RequestAddress<M>;
  readonly max: number;
  readonly #runtime: Runtime;
  readonly #droppable: ((message: M) => boolean) | undefined;
  #letters: Letter<M>[] = [];
  #closed = false;
  #arrived: () => void = () => {};

  constructor(runtime: Runtime, id: string, options: MailboxOptions<M>) {
    const max = options.mailboxMax ?? 1000;
    if (!(max >= 1)) throw new RangeError(`give ${id} a mailboxMax of 1 or more, not ${max}`);
    this.#runtime = runtime;
    this.max = max;
    this.#droppable = options.droppable;
    this.address = {
      id,
      send: (message) => this.#post(message, null),
      request: (message, ask) => void this.#post(message, ask),
    };
  }

  get depth(): number {
    return this.#letters.length;
  }

  /** Calls at each letter that enters. */
  onArrival(arrived: () => void): void {
    this.#arrived = arrived;
  }

  enter(letter: OwnLetter<M>): void {
    this.#letters.push(letter);
    this.#arrived();
  }

  take(): Letter<M> | undefined {
    for (;;) {
      const letter = this.#letters.shift();
      if (letter === undefined || !letter.own || !letter.cancelled) return letter;
    }
  }

  /** At the end of an incarnation: what it asked for itself is not its successor's. */
  forgetOwn(): void {
    this.#letters = this.#letters.filter((letter) => !letter.own);
  }

  open(): void {
    this.#closed = false;
  }

  /** The actor has stopped for good: what waits, and whatever comes, gets its definite failure. */
  close(): void {
    this.#closed = true;
    const letters = this.#letters;
    this.#letters = [];
    for (const letter of letters) {
      if (!letter.own) this.#refuse(letter.message, letter.ask);
    }
  }

  #post(message: M, ask: Asked | null): boolean {
    if (this.#closed) {
      this.#refuse(message, ask);
      return false;
    }
    if (this.#letters.length >= this.max && !this.#makeRoom()) {
      this.#overflow(message, ask, "new");
      return false;
    }
    this.#letters.push({ own: false, message, ask });
    this.#arrived();
    return true;
  }

  #makeRoom(): boolean {
    const droppable = this.#droppable;
    if (droppable === undefined) return false;
    const place = this.#letters.findIndex((letter) => !letter.own && droppable(letter.message));
    const [letter] = place === -1 ? [] : this.#letters.splice(place, 1);
    if (letter === undefined || letter.own) return false;
    this.#overflow(letter.message, letter.ask, "old");
    return true;
  }

  #overflow(message: M, ask: Asked | null, lost: "new" | "old"): void {
    this.#runtime.trace({ kind: "overflow", actor: this.address.id, message: message.kind, lost });
    ask?.fail("refused");
  }

  #refuse(message: M, ask: Asked | null): void {
    this.#runtime.trace({ kind: "deadLetter", actor: this.address.id, message: message.kind });
    ask?.fail("stopped");
  }
}
