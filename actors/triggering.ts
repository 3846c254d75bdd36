/**
 * TriggerMessage and ExtendedTriggerMessage: the conf, then what was asked for, from whoever has it (OCPP 1.6 §5.17, security
 * white paper A02).
 *
 * Law: what may be triggered is `protocol/remote_trigger.ts`'s to say.
 */
import type { Answer, CallOutcome } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import type { TriggerMessageRequest } from "../protocol/messages/remote_trigger.ts";
import type { ExtendedTriggerMessageRequest } from "../protocol/messages/security.ts";
import type { Registration } from "../protocol/registration.ts";
import type { TriggerAnswer, Triggered } from "../protocol/remote_trigger.ts";
import { extendedTrigger, trigger } from "../protocol/remote_trigger.ts";
import type { CertStoreMessage } from "./cert_store_message.ts";
import type { ConnectorMessage } from "./connector_message.ts";
import type { DiagnosticsMessage } from "./diagnostics.ts";
import type { Address, Message, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import { callTimeoutMs, sendCall } from "./send_call.ts";

/** To the station: whatever became of it, nothing follows. */
export interface TransferStatusTold extends Message {
  readonly kind: "TransferStatusTold";
}

export interface TriggeringParts {
  readonly outbox: Address<OutboxMessage>;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
  readonly certStore: Address<CertStoreMessage>;
  readonly diagnostics: Address<DiagnosticsMessage>;
  readonly registration: () => Registration;
  readonly sendBootNotification: () => Promise<void>;
  readonly sendHeartbeat: () => void;
  /** Of connector 0. */
  readonly sendStatus: () => void;
}

export class Triggering {
  readonly #self: Pick<Self<TransferStatusTold>, "send" | "ask">;
  readonly #parts: TriggeringParts;

  constructor(self: Pick<Self<TransferStatusTold>, "send" | "ask">, parts: TriggeringParts) {
    this.#self = self;
    this.#parts = parts;
  }

  asked(request: TriggerMessageRequest, reply: Reply<Answer>): void | Promise<void> {
    return this.#follow(trigger(request, this.#parts.registration(), this.#parts.connectors.size), reply);
  }

  askedMore(
    request: ExtendedTriggerMessageRequest,
    cpoName: string,
    reply: Reply<Answer>,
  ): void | Promise<void> {
    const { registration, connectors } = this.#parts;
    return this.#follow(extendedTrigger(request, registration(), connectors.size, cpoName), reply);
  }

  #follow(answer: TriggerAnswer, reply: Reply<Answer>): void | Promise<void> {
    reply(statusAnswer(answer.status));
    if (answer.triggered !== undefined) return this.#send(answer.triggered);
  }

  #send(triggered: Triggered): void | Promise<void> {
    switch (triggered.kind) {
      case "BootNotification":
        return this.#parts.sendBootNotification();
      case "Heartbeat":
        return this.#parts.sendHeartbeat();
      case "DiagnosticsStatusNotification":
      case "FirmwareStatusNotification":
        return this.#sendIdle(triggered.kind);
      case "LogStatusNotification":
        this.#self.send(this.#parts.diagnostics, { kind: "TriggerLogStatus" });
        return;
      case "SignChargePointCertificate":
        this.#self.send(this.#parts.certStore, { kind: "RequestCertificate" });
        return;
      case "StatusNotification":
        for (const connectorId of triggered.connectorIds) {
          const connector = this.#parts.connectors.get(connectorId);
          if (connector === undefined) this.#parts.sendStatus();
          else this.#self.send(connector, { kind: "ReportStatus", always: true, callClass: "triggered" });
        }
        return;
      case "MeterValues":
        for (const connectorId of triggered.connectorIds) {
          const connector = this.#parts.connectors.get(connectorId);
          if (connector !== undefined) this.#self.send(connector, { kind: "TriggerMeterValues" });
        }
    }
  }

  /** Of the profile FirmwareManagement nothing is built. */
  #sendIdle(action: "DiagnosticsStatusNotification" | "FirmwareStatusNotification"): void {
    this.#self.ask(
      this.#parts.outbox,
      (reply: Reply<CallOutcome<unknown>>) => sendCall(action, { status: "Idle" }, "triggered", reply),
      callTimeoutMs,
      () => ({ kind: "TransferStatusTold" }),
    );
  }
}
