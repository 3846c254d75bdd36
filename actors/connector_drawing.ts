/**
 * What a connector tells the profile scheduler: whether somebody charges here, and since when.
 *
 * Law: derived from the facts and the record each time; told when it has changed.
 */
import type { Use } from "../protocol/connector_facts.ts";
import type { Drawing } from "./connector_message.ts";
import type { Address, Self } from "./otp/actor.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";
import type { TransactionBook } from "./transaction_book.ts";

export interface ConnectorDrawingParts {
  readonly connectorId: number;
  readonly book: TransactionBook;
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
    const { connectorId, profileScheduler, book } = this.#parts;
    const drawing = drawingOf(use, book);
    const told = JSON.stringify(drawing);
    if (told === this.#told) return;
    this.#told = told;
    this.#self.send(profileScheduler, { kind: "DrawingChanged", connectorId, drawing });
  }

  again(use: Use): void {
    this.#told = "";
    this.changed(use);
  }
}

function drawingOf(use: Use, book: TransactionBook): Drawing {
  switch (use.kind) {
    case "none":
    case "stopping":
    case "ended":
      return { kind: "none" };
    case "asked":
    case "authorized":
    case "locking":
    case "starting":
      return { kind: "starting" };
    case "transaction": {
      const record = book.open();
      if (record === null) return { kind: "none" };
      const { localId, startedMonotonicMs } = record;
      // Until it is resumed its times are those of another boot: what counts from the start of charging counts from this one's.
      const isInterrupted = use.transaction.interrupted === true;
      return { kind: "running", localId, startedMonotonicMs: isInterrupted ? 0 : startedMonotonicMs };
    }
  }
}
