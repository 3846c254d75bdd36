/**
 * The power actor turns the power-fail signal into orderly ends while the hold-up energy lasts: it must hear the signal
 * whatever else is busy or broken.
 *
 * Law: the meter first, for which nobody is to wait long now, and the connectors, whose contactors open at once; then what they made
 * durable goes out, as far as the hold-up time lets it (AQ-7.1). What each does with its transaction is the station's `onPowerLoss`
 * (`protocol/connector.ts`).
 */
import type { Power, PowerChanged } from "../hal/power.ts";
import type { ConnectorMessage } from "./connector_message.ts";
import type { MeterMessage } from "./meter.ts";
import type { ActorSpec, Address, Behaviour, Message, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";

export type PowerMessage = PowerChanged | ConnectorReady | Drained;

/** A connector has nothing left to stop; or it crashed, and its successor reads the level. */
interface ConnectorReady extends Message {
  readonly kind: "ConnectorReady";
  readonly change: number;
}

interface Drained extends Message {
  readonly kind: "Drained";
  readonly change: number;
}

export interface PowerParts {
  readonly address: Address<PowerMessage>;
  readonly power: Power;
  readonly holdUpTimeMs: number;
  readonly meter: Address<MeterMessage>;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
  readonly outbox: Address<OutboxMessage>;
}

/** For a signal at a station that was said to have none. */
const leastHoldUpMs = 1_000;

export function powerActor(parts: PowerParts): ActorSpec<PowerMessage> {
  return {
    address: parts.address,
    start: (self) => {
      const supply = parts.power.supply();
      // Level, not edge: what a predecessor has heard and not told to everyone is told again.
      if (self.incarnation > 0 || supply === "failing") {
        self.send(parts.address, { kind: "PowerChanged", supply });
      }
      return new PowerBehaviour(self, parts);
    },
  };
}

class PowerBehaviour implements Behaviour<PowerMessage> {
  readonly #self: Self<PowerMessage>;
  readonly #parts: PowerParts;
  /** Counts the changes: what comes of an earlier one is old. */
  #change = 0;
  /** Connectors that are not ready yet for the power to go. */
  #busy = 0;
  #progress: "on" | "stopping" | "reporting" | "ready" = "on";

  constructor(self: Self<PowerMessage>, parts: PowerParts) {
    this.#self = self;
    this.#parts = parts;
  }

  receive(message: PowerMessage): void {
    switch (message.kind) {
      case "PowerChanged":
        return this.#changed(message.supply);
      case "ConnectorReady":
        if (message.change !== this.#change) return;
        this.#busy -= 1;
        if (this.#busy === 0 && this.#progress === "stopping") this.#report();
        return;
      case "Drained":
        if (message.change === this.#change && this.#progress === "reporting") this.#progress = "ready";
    }
  }

  inspect(): unknown {
    return { supply: this.#parts.power.supply(), progress: this.#progress };
  }

  #changed(supply: PowerChanged["supply"]): void {
    const { connectors, meter } = this.#parts;
    const change = ++this.#change;
    this.#self.trace("SupplyChanged", { supply });
    this.#busy = connectors.size;
    this.#progress = supply === "on" ? "on" : "stopping";
    if (supply === "failing") this.#self.send(meter, { kind: "SupplyFailing" });
    for (const connector of connectors.values()) {
      this.#self.ask(
        connector,
        (reply: Reply<null>) => ({ kind: "SupplyChanged", supply, reply }),
        this.#patienceMs(),
        () => ({ kind: "ConnectorReady", change }),
      );
    }
  }

  #report(): void {
    const change = this.#change;
    this.#progress = "reporting";
    this.#self.ask(
      this.#parts.outbox,
      (reply: Reply<null>) => ({ kind: "Drain", reply }),
      this.#patienceMs(),
      () => ({ kind: "Drained", change }),
    );
  }

  #patienceMs(): number {
    return Math.max(this.#parts.holdUpTimeMs, leastHoldUpMs);
  }
}
