/**
 * Reset: transactions are stopped, what they owe is sent as far as the link allows, then the host restarts (OCPP 1.6 §5.14).
 *
 * Law: nothing is waited for without end; what is not delivered stays in the store and goes out after the restart.
 */
import type { Host, RestartKind } from "../hal/host.ts";
import type { ConnectorMessage } from "./connector_message.ts";
import type { Address, Message, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox.ts";

export interface RestartStep extends Message {
  readonly kind: "ConnectorStopped" | "Drained";
  readonly restart: RestartKind;
}

export interface RestartingParts {
  readonly host: Host;
  readonly outbox: Address<OutboxMessage>;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
}

const stopTimeoutMs = 15_000;
const drainTimeoutMs = 10_000;

export class Restarting {
  readonly #self: Pick<Self<RestartStep>, "ask" | "trace">;
  readonly #parts: RestartingParts;
  /** Connectors that are still stopping; null while no restart is under way. */
  #stopping: number | null = null;

  constructor(self: Pick<Self<RestartStep>, "ask" | "trace">, parts: RestartingParts) {
    this.#self = self;
    this.#parts = parts;
  }

  isUnderWay(): boolean {
    return this.#stopping !== null;
  }

  /** A second one while it runs changes nothing. */
  begin(restart: RestartKind): void {
    if (this.#stopping !== null) return;
    const { connectors } = this.#parts;
    this.#stopping = connectors.size;
    for (const connector of connectors.values()) {
      this.#self.ask(
        connector,
        (reply: Reply<null>) => ({ kind: "StopTransaction", reason: reasons[restart], reply }),
        stopTimeoutMs,
        () => ({ kind: "ConnectorStopped", restart }),
      );
    }
  }

  step({ kind, restart }: RestartStep): void {
    switch (kind) {
      case "ConnectorStopped":
        this.#stopping = (this.#stopping ?? 0) - 1;
        return this.#stopping === 0 ? this.#drain(restart) : undefined;
      case "Drained":
        this.#self.trace("Restart", { restart });
        return this.#parts.host.restart(restart);
    }
  }

  #drain(restart: RestartKind): void {
    this.#self.ask(
      this.#parts.outbox,
      (reply: Reply<null>) => ({ kind: "Drain", reply }),
      drainTimeoutMs,
      () => ({ kind: "Drained", restart }),
    );
  }
}

const reasons = { Soft: "SoftReset", Hard: "HardReset" } as const;
