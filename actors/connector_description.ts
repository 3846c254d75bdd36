/**
 * What a connector tells of itself: its status to the central system, what it is up to to those who choose a connector, and its
 * snapshot to whoever looks.
 *
 * Law: derived from the facts each time; told when it has changed.
 */
import type { BoardState } from "../hal/board.ts";
import { candidateOf } from "../protocol/authorization.ts";
import type { ConnectorFacts } from "../protocol/connector_facts.ts";
import { status, trouble, warningOf } from "../protocol/connector_status.ts";
import type { ConnectorChanged } from "./connector_message.ts";
import type { Address, Self } from "./otp/actor.ts";
import type { StatusReport } from "./status_reporter.ts";

type Own = Pick<Self<ConnectorChanged>, "send">;

export class ConnectorDescription {
  readonly #self: Own;
  readonly #connectorId: number;
  readonly #listeners: readonly Address<ConnectorChanged>[];
  #described = "";

  constructor(self: Own, connectorId: number, listeners: readonly Address<ConnectorChanged>[]) {
    this.#self = self;
    this.#connectorId = connectorId;
    this.#listeners = listeners;
  }

  changed(facts: ConnectorFacts): void {
    const candidate = candidateOf(this.#connectorId, facts);
    const described = JSON.stringify(candidate);
    if (described === this.#described) return;
    this.#described = described;
    for (const listener of this.#listeners) {
      this.#self.send(listener, { kind: "ConnectorChanged", candidate });
    }
  }

  again(facts: ConnectorFacts): void {
    this.#described = "";
    this.changed(facts);
  }

  report(facts: ConnectorFacts): StatusReport {
    return { connectorId: this.#connectorId, status: status(facts), ...trouble(facts) };
  }

  snapshot(facts: ConnectorFacts, board: BoardState, lastEnergyWh: number | null): unknown {
    const { electronics, use, availability } = facts;
    return {
      status: status(facts),
      errorCode: trouble(facts).errorCode,
      plug: electronics.plug,
      contactorClosed: board.contactorClosed,
      availability,
      use: use.kind,
      warning: warningOf(facts),
      transaction: use.kind === "transaction" || use.kind === "stopping" ? use.transaction : null,
      lastEnergyWh,
    };
  }
}
