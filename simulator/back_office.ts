/**
 * What the small central system answers, and why: registration, ids, transactions and prices, without a socket.
 *
 * Law: the answers of a central system that follows OCPP 1.6; the time is an argument.
 */
import type { ChargePointAction, RequestOf, ResponseOf } from "../protocol/actions.ts";
import { findAction, requestSchema } from "../protocol/actions.ts";
import type { Answer } from "../protocol/answer.ts";
import { formatDateTime } from "../protocol/date_time.ts";
import type { IdTagInfo } from "../protocol/messages/types.ts";
import { parsePayload } from "../protocol/payload.ts";
import { type Bill, billOf, Ledger } from "./ledger.ts";

export interface Terms {
  /** Of BootNotification.conf: seconds between two heartbeats. */
  readonly heartbeatIntervalS: number;
  /** Ids that may not charge, in lower case, with the reason; every other one may. */
  readonly refusedIdTags: ReadonlyMap<string, Exclude<IdTagInfo["status"], "Accepted">>;
  readonly centsPerKwh: number;
}

export class BackOffice {
  readonly ledger = new Ledger();
  readonly #terms: Terms;
  readonly #bill: (bill: Bill) => void;

  /** `bill` is called at the stop of each transaction, once. */
  constructor(terms: Terms, bill: (bill: Bill) => void) {
    this.#terms = terms;
    this.#bill = bill;
  }

  /** Answers a CALL of the charge point at `nowMs`, and books what it says. */
  answer(action: string, payload: unknown, nowMs: number): Answer {
    if (!isServed(action)) return unserved(action);
    switch (action) {
      case "BootNotification":
        return judged(action, payload, () => ({
          status: "Accepted" as const,
          currentTime: formatDateTime(nowMs),
          interval: this.#terms.heartbeatIntervalS,
        }));
      case "Heartbeat":
        return judged(action, payload, () => ({ currentTime: formatDateTime(nowMs) }));
      case "Authorize":
        return judged(action, payload, ({ idTag }) => ({ idTagInfo: this.#idTagInfo(idTag) }));
      case "StartTransaction":
        return judged(action, payload, (request) => ({
          transactionId: this.ledger.start(request).transactionId,
          idTagInfo: this.#idTagInfo(request.idTag),
        }));
      case "MeterValues":
        return judged(action, payload, (request) => {
          this.ledger.meterValues(request);
          return {};
        });
      case "StopTransaction":
        return judged(action, payload, (request) => {
          const entry = this.ledger.stop(request);
          const bill = entry === null ? null : billOf(entry, this.#terms.centsPerKwh);
          if (bill !== null) this.#bill(bill);
          return request.idTag === undefined ? {} : { idTagInfo: this.#idTagInfo(request.idTag) };
        });
      case "StatusNotification":
      case "DiagnosticsStatusNotification":
      case "FirmwareStatusNotification":
      case "SecurityEventNotification":
      case "LogStatusNotification":
        return judged(action, payload, () => ({}));
      case "SignCertificate":
        // It has no certificate authority.
        return judged(action, payload, () => ({ status: "Rejected" as const }));
      case "DataTransfer":
        return judged(action, payload, () => ({ status: "UnknownVendorId" as const }));
    }
  }

  #idTagInfo(idTag: string): IdTagInfo {
    return { status: this.#terms.refusedIdTags.get(idTag.toLowerCase()) ?? "Accepted" };
  }
}

function isServed(action: string): action is ChargePointAction {
  const known = findAction(action);
  return known !== null && known.direction !== "fromCentralSystem" && known.request !== undefined;
}

/** OCPP-J 1.6 §4.2.3: NotImplemented is for names that are not known at all. */
function unserved(action: string): Answer {
  const errorCode = findAction(action) === null ? "NotImplemented" : "NotSupported";
  return { kind: "error", errorCode, errorDescription: "" };
}

function judged<Name extends ChargePointAction>(
  action: Name,
  payload: unknown,
  respond: (request: RequestOf<Name>) => ResponseOf<Name>,
): Answer {
  const parsed = parsePayload(requestSchema(action), payload);
  if (parsed.kind === "valid") return { kind: "result", payload: respond(parsed.value) };
  const { errorCode, errorDescription } = parsed;
  return { kind: "error", errorCode, errorDescription };
}
