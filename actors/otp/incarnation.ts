/**
 * One life of an actor: what it may do to the world, and what it has under way.
 *
 * Law: after `end` none of it does anything: not its sends, its ports, its timers, nor the answers to its requests.
 */
import type { Cancel } from "../../hal/clock.ts";
import type { Address, Message, Outcome, Reply, Self } from "./actor.ts";
import { Ask, type Asked } from "./ask.ts";
import { fence } from "./fence.ts";
import type { Mailbox, OwnLetter, RequestAddress } from "./mailbox.ts";
import type { Runtime } from "./runtime.ts";

export class Incarnation<M extends Message> {
  readonly self: Self<M>;
  /** Requests that it has taken and that are not answered yet. */
  readonly held = new Set<Asked>();
  readonly #runtime: Runtime;
  readonly #mailbox: Mailbox<M>;
  readonly #asked = new Set<Asked>();
  readonly #timers = new Set<Cancel>();
  #alive = true;

  constructor(runtime: Runtime, mailbox: Mailbox<M>, incarnation: number) {
    const { id } = mailbox.address;
    this.#runtime = runtime;
    this.#mailbox = mailbox;
    this.self = {
      address: mailbox.address,
      incarnation,
      send: (to, message) => this.#alive && to.send(message),
      ask: (to, request, timeoutMs, outcome) => this.#ask(to, request, timeoutMs, outcome),
      after: (delayMs, message) => this.#after(delayMs, message),
      fence: (port) => fence(port, id, () => this.#alive),
      trace: (effect, detail) => {
        if (this.#alive) runtime.trace({ kind: "effect", actor: id, effect, detail });
      },
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Requests that it holds stay open, for who ends it to fail them when the hardware is safe. */
  end(): void {
    this.#alive = false;
    for (const cancel of this.#timers) cancel();
    for (const ask of this.#asked) ask.fail("crashed");
    this.#mailbox.forgetOwn();
  }

  #ask<T extends Message, R>(
    to: Address<T>,
    request: (reply: Reply<R>) => T,
    timeoutMs: number,
    outcome: (outcome: Outcome<R>) => M,
  ): void {
    if (!this.#alive) return;
    const ask = new Ask<R>((settled) => {
      if (this.#alive) this.#mailbox.enter({ own: true, read: () => outcome(settled), cancelled: false });
    });
    const message = request((value) => ask.settle({ kind: "reply", value }));
    ask.enter(this.#asked);
    ask.expireAfter(timeoutMs, this.#runtime.clock);
    if (takesRequests(to)) to.request(message, ask);
    else if (!to.send(message)) ask.fail("refused");
  }

  #after(delayMs: number, message: M): Cancel {
    if (!this.#alive) return () => {};
    const letter: OwnLetter<M> = { own: true, read: () => message, cancelled: false };
    const cancelTimer = this.#runtime.clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      this.#mailbox.enter(letter);
    });
    const cancel = () => {
      letter.cancelled = true;
      this.#timers.delete(cancel);
      cancelTimer();
    };
    this.#timers.add(cancel);
    return cancel;
  }
}

function takesRequests<T extends Message>(to: Address<T>): to is RequestAddress<T> {
  return "request" in to;
}
