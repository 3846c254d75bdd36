/**
 * UnlockConnector, from the command to the lock's own feedback (OCPP 1.6 §5.18).
 *
 * Law: Unlocked is said only when the lock says so; a lock that says nothing in time has failed (TC_030).
 */
import type { Cancel } from "../hal/clock.ts";
import type { UnlockAnswer } from "./connector_message.ts";
import type { Message, Reply, Self } from "./otp/actor.ts";

export interface UnlockTimedOut extends Message {
  readonly kind: "UnlockTimedOut";
}

/** Longer than any lock's motor runs. */
const unlockTimeoutMs = 3_000;

export class ConnectorUnlocking {
  readonly #self: Pick<Self<UnlockTimedOut>, "after">;
  readonly #waiting: Reply<UnlockAnswer>[] = [];
  #cancel: Cancel = () => {};

  constructor(self: Pick<Self<UnlockTimedOut>, "after">) {
    this.#self = self;
  }

  /** The command has been given; `isOpen` is what the lock says now. */
  begin(reply: Reply<UnlockAnswer>, isOpen: boolean): void {
    if (isOpen) return reply("Unlocked");
    this.#waiting.push(reply);
    this.#cancel();
    this.#cancel = this.#self.after(unlockTimeoutMs, { kind: "UnlockTimedOut" });
  }

  concluded(answer: UnlockAnswer): void {
    this.#cancel();
    for (const reply of this.#waiting.splice(0)) reply(answer);
  }
}
