/**
 * What one connector's readings become: MeterValues that are sent, and meter values that are kept for StopTransaction (OCPP 1.6 §4.7, §4.10).
 *
 * Law: which measurands go where is the configuration's to say; an empty MeterValues list means the register, an empty StopTxn
 * list means none.
 */
import type { BoardState } from "../hal/board.ts";
import type { Reading } from "../hal/meter.ts";
import type { CallOutcome } from "../protocol/answer.ts";
import type { Settings } from "../protocol/configuration.ts";
import type { MeterValuesResponse } from "../protocol/messages/core.ts";
import type { MeterValue } from "../protocol/messages/types.ts";
import { orRegister } from "../protocol/metering.ts";
import type { CallClass } from "../protocol/registration.ts";
import type { ConnectorMeter } from "./connector_meter.ts";
import type { Address, Message, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import { callTimeoutMs, sendCall } from "./send_call.ts";
import type { Sampled } from "./transaction_book.ts";

/** Something came of a MeterValues.req outside of a transaction's own queue, whatever it is. */
export interface MeterValuesConcluded extends Message {
  readonly kind: "MeterValuesConcluded";
  readonly of: "aligned" | "triggered";
}

/** A reading in its circumstances. */
export interface Moment {
  readonly reading: Reading;
  readonly board: BoardState;
  readonly settings: Settings;
  readonly atMs: number;
}

/** What is wanted of a moment: to be sent as MeterValues.req, and for StopTransaction's transactionData. */
export type Values = Pick<Sampled, "sent" | "data">;

export class ConnectorSamples {
  readonly #self: Pick<Self<MeterValuesConcluded>, "ask">;
  readonly #connectorId: number;
  readonly #outbox: Address<OutboxMessage>;
  readonly #meter: ConnectorMeter;
  #isAlignedUnderWay = false;

  constructor(
    self: Pick<Self<MeterValuesConcluded>, "ask">,
    parts: { readonly connectorId: number; readonly outbox: Address<OutboxMessage> },
    meter: ConnectorMeter,
  ) {
    this.#self = self;
    this.#connectorId = parts.connectorId;
    this.#outbox = parts.outbox;
    this.#meter = meter;
  }

  periodic({ reading, board, settings, atMs }: Moment): Values {
    const sent = orRegister(settings.MeterValuesSampledData);
    return {
      sent: this.#meter.value(reading, board, sent, "Sample.Periodic", atMs),
      data: this.#meter.value(reading, board, settings.StopTxnSampledData, "Sample.Periodic", atMs),
    };
  }

  aligned({ reading, board, settings, atMs }: Moment): Values {
    const sent = orRegister(settings.MeterValuesAlignedData);
    return {
      sent: this.#meter.value(reading, board, sent, "Sample.Clock", atMs),
      data: this.#meter.value(reading, board, settings.StopTxnAlignedData, "Sample.Clock", atMs),
    };
  }

  /** Every measurand of both StopTxn lists, at the beginning and the end (errata v4.0 §3.14); null when both are empty. */
  edge(moment: Moment, context: "Transaction.Begin" | "Transaction.End"): MeterValue | null {
    const { reading, board, settings, atMs } = moment;
    const measurands = new Set([...settings.StopTxnSampledData, ...settings.StopTxnAlignedData]);
    return this.#meter.value(reading, board, [...measurands], context, atMs);
  }

  /** Now or never, whatever else waits: somebody has asked for it (spec/behaviour.md §15). */
  sendTriggered({ reading, board, settings, atMs }: Moment, transactionId: number | undefined): void {
    const sent = orRegister(settings.MeterValuesSampledData);
    const value = this.#meter.value(reading, board, sent, "Trigger", atMs);
    this.#send("triggered", "triggered", value, transactionId);
  }

  /**
   * Outside of a transaction, now or never (spec/behaviour.md §16). It lets every bill go first, and is left out while the one before it is
   * under way: a central system that never answers one would otherwise hear of nothing else (decision D-aligned).
   */
  sendAligned(moment: Moment): void {
    if (this.#isAlignedUnderWay) return;
    const value = this.aligned(moment).sent;
    this.#isAlignedUnderWay = value !== null;
    this.#send("aligned", "background", value);
  }

  concluded({ of }: MeterValuesConcluded): void {
    if (of === "aligned") this.#isAlignedUnderWay = false;
  }

  #send(
    of: MeterValuesConcluded["of"],
    callClass: CallClass,
    value: MeterValue | null,
    transactionId?: number,
  ): void {
    if (value === null) return;
    const request = {
      connectorId: this.#connectorId,
      meterValue: [value],
      ...(transactionId === undefined ? {} : { transactionId }),
    };
    this.#self.ask(
      this.#outbox,
      (reply: Reply<CallOutcome<MeterValuesResponse>>) => sendCall("MeterValues", request, callClass, reply),
      callTimeoutMs,
      () => ({ kind: "MeterValuesConcluded", of }),
    );
  }
}
