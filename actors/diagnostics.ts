/**
 * The diagnostics actor uploads one log at a time to where the central system wants it: a server may take minutes for it, or never end,
 * and whatever goes wrong there is nothing that a driver or a car may notice (security white paper N01).
 *
 * Law: what is to happen next is `firmware/upload.ts`'s to say. Of every upload that was begun the central system hears an end, also after
 * a crash or a power cut.
 */
import type { TransferDriver, TransferEvent } from "../firmware/transfer.ts";
import type { JudgedTarget, TransferProtocol } from "../firmware/transfer_target.ts";
import { judgeTarget } from "../firmware/transfer_target.ts";
import type { Upload, UploadEffect, UploadEvent } from "../firmware/upload.ts";
import { acceptance, idleUpload, triggeredStatus, uploadStep } from "../firmware/upload.ts";
import type { Answer } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import type { GetLogRequest, LogStatusNotificationRequest } from "../protocol/messages/security.ts";
import { keys } from "../storage/record_keys.ts";
import { keptRecord } from "../storage/record_reading.ts";
import { UploadRecord } from "../storage/records.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { LogFile, LogSources } from "./log_file.ts";
import { logFile } from "./log_file.ts";
import type { LogStatusConcluded, TellLogStatusDue } from "./log_status_delivery.ts";
import { LogStatusDelivery } from "./log_status_delivery.ts";
import type { ActorSpec, Address, Behaviour, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";

export type DiagnosticsMessage =
  | { readonly kind: "GetLog"; readonly request: GetLogRequest; readonly reply: Reply<Answer> }
  /** ExtendedTriggerMessage has been accepted. */
  | { readonly kind: "TriggerLogStatus" }
  /** `transfer` tells it from those that were cancelled. */
  | { readonly kind: "TransferEnded"; readonly transfer: number; readonly event: TransferEvent }
  | { readonly kind: "RetryDue" }
  | TellLogStatusDue
  | LogStatusConcluded;

export interface DiagnosticsParts extends LogSources {
  readonly address: Address<DiagnosticsMessage>;
  readonly transfer: TransferDriver;
  /** SupportedFileTransferProtocols. */
  readonly protocols: readonly TransferProtocol[];
  readonly outbox: Address<OutboxMessage>;
}

/** The transfer that is under way, for who ends the actor. */
interface Held {
  cancel: () => void;
}

export function diagnosticsActor(parts: DiagnosticsParts): ActorSpec<DiagnosticsMessage> {
  const held: Held = { cancel: () => {} };
  return {
    address: parts.address,
    start: async (self) => {
      const store = self.fence(parts.store);
      const fenced = {
        ...parts,
        store,
        credentials: self.fence(parts.credentials),
        transfer: self.fence(parts.transfer),
      };
      const left = await keptRecord(store, keys.upload, UploadRecord, tracingDamaged(self));
      const behaviour = new DiagnosticsBehaviour(self, fenced, held, left);
      if (left !== null) behaviour.tellEnd(left);
      return behaviour;
    },
    terminate: () => held.cancel(),
  };
}

/** What is being uploaded, and where to. */
interface Order {
  readonly judged: JudgedTarget;
  readonly file: LogFile;
}

class DiagnosticsBehaviour implements Behaviour<DiagnosticsMessage> {
  readonly #self: Self<DiagnosticsMessage>;
  readonly #parts: DiagnosticsParts;
  readonly #held: Held;
  readonly #delivery: LogStatusDelivery;
  #upload: Upload = idleUpload;
  #order: Order | null = null;
  /** As it is in the store. */
  #record: UploadRecord | null;
  #transfers = 0;
  #cancelRetry: () => void = () => {};

  constructor(
    self: Self<DiagnosticsMessage>,
    parts: DiagnosticsParts,
    held: Held,
    record: UploadRecord | null,
  ) {
    this.#self = self;
    this.#parts = parts;
    this.#held = held;
    this.#record = record;
    this.#delivery = new LogStatusDelivery(self, parts.outbox);
  }

  receive(message: DiagnosticsMessage): void | Promise<void> {
    switch (message.kind) {
      case "GetLog":
        return this.#requested(message.request, message.reply);
      case "TriggerLogStatus":
        return this.#delivery.trigger(triggeredStatus(this.#upload));
      case "TransferEnded":
        return message.transfer === this.#transfers
          ? this.#step({ kind: "TransferEnded", event: message.event })
          : undefined;
      case "RetryDue":
        return this.#step({ kind: "RetryDue" });
      case "TellLogStatusDue":
        return this.#delivery.due();
      case "LogStatusConcluded":
        return this.#concluded(message.outcome);
    }
  }

  inspect(): unknown {
    const fileName = this.#order?.file.fileName ?? null;
    return { upload: this.#upload, fileName, untold: this.#delivery.untold() };
  }

  /** Of a predecessor's upload, which has ended with it unless it had before. */
  tellEnd({ requestId, end = "UploadFailure", earlier = [] }: UploadRecord): void {
    for (const notification of earlier) this.#delivery.tell(notification);
    this.#delivery.tell({ status: end, requestId });
  }

  async #requested(request: GetLogRequest, reply: Reply<Answer>): Promise<void> {
    const { requestId, retries, retryInterval, log } = request;
    const file = await logFile(this.#parts, request);
    if (file === null) return reply(statusAnswer("Rejected"));
    const payload = { status: acceptance(this.#upload), filename: file.fileName };
    const judged = judgeTarget(log.remoteLocation, this.#parts.protocols);
    this.#order = { judged, file };
    const asked = {
      requestId,
      ...(retries === undefined ? {} : { retries }),
      ...(retryInterval === undefined ? {} : { retryIntervalS: retryInterval }),
    };
    await this.#step(
      { kind: "LogRequested", request: asked, judged },
      () => reply({ kind: "result", payload }),
    );
  }

  /** Before anybody is told, it is noted: an upload that is cut off is known of. */
  async #step(event: UploadEvent, noted: () => void = () => {}): Promise<void> {
    if (event.kind === "TransferEnded") this.#self.trace("TransferEnded", event.event);
    const { next, effects } = uploadStep(this.#upload, event);
    this.#upload = next;
    const record = recordOf(next, effects);
    if (record !== null) await this.#note(withEarlier(record, this.#delivery.untold()));
    noted();
    for (const effect of effects) this.#perform(effect);
    if (next.kind === "idle") this.#order = null;
  }

  #perform(effect: UploadEffect): void {
    switch (effect.kind) {
      case "CancelTransfer":
        this.#cancelRetry();
        this.#held.cancel();
        return;
      case "BeginTransfer":
        return this.#begin();
      case "WaitForRetry":
        this.#cancelRetry = this.#self.after(effect.delayMs, { kind: "RetryDue" });
        return;
      case "Tell":
        return this.#delivery.tell(effect.notification);
    }
  }

  #begin(): void {
    const order = this.#order;
    if (order?.judged.kind !== "target") return;
    const transfer = ++this.#transfers;
    const { file, judged: { target } } = order;
    this.#self.trace("BeginTransfer", {
      fileName: file.fileName,
      host: target.host,
      bytes: file.content.length,
    });
    this.#held.cancel = this.#parts.transfer.upload(
      { ...file, target },
      // Even when the mailbox is full.
      (event) => void this.#self.after(0, { kind: "TransferEnded", transfer, event }),
    );
  }

  async #concluded(outcome: LogStatusConcluded["outcome"]): Promise<void> {
    this.#delivery.concluded(outcome);
    const untold = this.#delivery.untold();
    const isOver = this.#upload.kind === "idle" && untold.length === 0;
    if (this.#record !== null) await this.#note(isOver ? null : withEarlier(this.#record, untold));
  }

  /** What a full disk refuses is not known of after a crash: that is no reason to do without an upload. */
  async #note(record: UploadRecord | null): Promise<void> {
    if (JSON.stringify(record) === JSON.stringify(this.#record)) return;
    const batch = record === null
      ? { deletes: [keys.upload] }
      : { sets: [{ key: keys.upload, value: record }] };
    const outcome = await this.#parts.store.commit(batch);
    if (outcome.kind === "committed") this.#record = record;
  }
}

/** Null where nothing has changed. */
function recordOf(upload: Upload, effects: readonly UploadEffect[]): UploadRecord | null {
  if (upload.kind !== "idle") return { requestId: upload.request.requestId };
  const last = effects.at(-1);
  if (last?.kind !== "Tell") return null;
  const { requestId, status } = last.notification;
  return requestId === undefined ? null : { requestId, end: status };
}

/** With the ends of uploads before it that nobody has heard of. */
function withEarlier(
  { requestId, end }: UploadRecord,
  untold: readonly LogStatusNotificationRequest[],
): UploadRecord {
  const earlier = untold.filter((other) => other.status !== "Uploading" && other.requestId !== requestId);
  return {
    requestId,
    ...(end === undefined ? {} : { end }),
    ...(earlier.length === 0 ? {} : { earlier }),
  };
}
