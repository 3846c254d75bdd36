/**
 * A transaction's own messages: what each says, and how the central system's transactionId gets into it (OCPP 1.6 §3.7, §4.8, §4.10).
 *
 * Law: a message is made once, when the fact happens, and stays the same in every retry; only the transactionId is filled in
 * at sending, because it may not be known before (a transaction started offline).
 */
import type { MeterValue } from "./messages/types.ts";
import type { MeterValuesRequest, StartTransactionRequest, StopTransactionRequest } from "./messages/core.ts";
import type { Stop } from "./connector_facts.ts";
import { formatDateTime } from "./date_time.ts";

/** As it waits in the store; `localId` is the charger's own number of the transaction. */
export type TransactionMessage =
  | {
    readonly action: "StartTransaction";
    readonly localId: number;
    readonly payload: StartTransactionRequest;
  }
  | {
    readonly action: "MeterValues";
    readonly localId: number;
    readonly payload: Omit<MeterValuesRequest, "transactionId">;
  }
  | {
    readonly action: "StopTransaction";
    readonly localId: number;
    readonly payload: Omit<StopTransactionRequest, "transactionId">;
  };

export type StartMessage = Extract<TransactionMessage, { action: "StartTransaction" }>;

/** As it goes over the wire. */
export type TransactionCall =
  | { readonly action: "StartTransaction"; readonly payload: StartTransactionRequest }
  | { readonly action: "MeterValues"; readonly payload: MeterValuesRequest }
  | { readonly action: "StopTransaction"; readonly payload: StopTransactionRequest };

/** Of a transaction whose StartTransaction was given up (errata v4.0 §3.18). */
export const transactionIdNotObtained = -1;

export interface Started {
  readonly connectorId: number;
  /** The reservation that this start uses up (§5.13). */
  readonly reservationId?: number;
  readonly idTag: string;
  readonly energyWh: number;
  readonly atMs: number;
}

export function startMessage(localId: number, started: Started): StartMessage {
  const { reservationId } = started;
  return {
    action: "StartTransaction",
    localId,
    payload: {
      connectorId: started.connectorId,
      idTag: started.idTag,
      meterStart: wholeWh(started.energyWh),
      ...(reservationId === undefined ? {} : { reservationId }),
      timestamp: formatDateTime(started.atMs),
    },
  };
}

export function sampleMessage(localId: number, connectorId: number, value: MeterValue): TransactionMessage {
  return { action: "MeterValues", localId, payload: { connectorId, meterValue: [value] } };
}

export interface Stopped {
  readonly stop: Stop;
  readonly meterStartWh: number;
  /** The last reading there is; the register never falls, so no stop says less than its start. */
  readonly energyWh: number;
  readonly atMs: number;
}

export function stopMessage(localId: number, stopped: Stopped): TransactionMessage {
  return {
    action: "StopTransaction",
    localId,
    payload: {
      ...(stopped.stop.idTag === undefined ? {} : { idTag: stopped.stop.idTag }),
      meterStop: Math.max(wholeWh(stopped.energyWh), stopped.meterStartWh),
      timestamp: formatDateTime(stopped.atMs),
      reason: stopped.stop.reason,
    },
  };
}

/**
 * The CALL for a message, once `transactionId` is known; StartTransaction needs none. `transactionData` are the meter values
 * that StopTransaction carries; none leaves the field out (§4.10, both StopTxn lists empty).
 */
export function transactionCall(
  message: TransactionMessage,
  transactionId: number,
  transactionData: readonly MeterValue[] = [],
): TransactionCall {
  switch (message.action) {
    case "StartTransaction":
      return { action: message.action, payload: message.payload };
    case "MeterValues":
      return { action: message.action, payload: { ...message.payload, transactionId } };
    case "StopTransaction": {
      const data = transactionData.length === 0 ? {} : { transactionData };
      return { action: message.action, payload: { ...message.payload, transactionId, ...data } };
    }
  }
}

/**
 * A moment of a transaction on its own clock: its start plus the time that has passed. Civil time may be set while it runs;
 * within it time never falls and no second is lost (spec/behaviour.md §17).
 */
export function transactionTimeMs(
  started: { readonly startedMs: number; readonly startedMonotonicMs: number },
  monotonicMs: number,
): number {
  return started.startedMs + Math.max(0, monotonicMs - started.startedMonotonicMs);
}

/** meterStart and meterStop are whole Wh; rounding down on both sides bills no Wh twice. */
export function wholeWh(energyWh: number): number {
  return Math.floor(energyWh);
}
