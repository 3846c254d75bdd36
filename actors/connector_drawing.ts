/**
 * What a connector tells the profile scheduler: whether somebody charges here, and since when.
 *
 * Law: derived from the facts and the record each time; told when it has changed.
 */
import type { Use } from "../protocol/connector_facts.ts";
import type { TransactionRecord } from "../storage/records.ts";
import type { Drawing } from "./connector_message.ts";
import type { Address, Self } from "./otp/actor.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";

export interface ConnectorDrawingParts {
  readonly connectorId: number;
  /** The record of the transaction that runs. */
  readonly open: () => TransactionRecord | null;
  readonly begunMonotonicMs: (record: TransactionRecord) => number;
  readonly profileScheduler: Address<ProfileSchedulerMessage>;
}

export class ConnectorDrawing {
  readonly #self: Pick<Self<never>, "send">;
  readonly #parts: ConnectorDrawingParts;
  #told = "";

  constructor(self: Pick<Self<never>, "send">, parts: ConnectorDrawingParts) {
    this.#self = self;
    this.#parts = parts;
  }

  changed(use: Use): void {
    const { connectorId, profileScheduler } = this.#parts;
    const record = use.kind === "transaction" ? this.#parts.open() : null;
    const told = JSON.stringify([kindOf(use), record]);
    if (told === this.#told) return;
    this.#told = told;
    const drawing: Drawing = record === null ? { kind: kindOf(use) } : {
      kind: "running",
      localId: record.localId,
      begunMonotonicMs: this.#parts.begunMonotonicMs(record),
    };
    this.#self.send(profileScheduler, { kind: "DrawingChanged", connectorId, drawing });
  }

  again(use: Use): void {
    this.#told = "";
    this.changed(use);
  }
}

/** Of a use without a transaction; one whose record is gone is over. */
function kindOf(use: Use): "none" | "starting" {
  switch (use.kind) {
    case "none":
    case "stopping":
    case "ended":
    case "transaction":
      return "none";
    case "asked":
    case "authorized":
    case "locking":
    case "starting":
      return "starting";
  }
}
