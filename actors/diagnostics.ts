/**
 * The diagnostics actor uploads one log at a time to where the central system wants it: a server may take minutes for it, or never end,
 * and whatever goes wrong there is nothing that a driver or a car may notice (security white paper N01).
 *
 * Law: what is to happen next is `firmware/upload.ts`'s to say. Of every upload that was begun the central system hears an end, also after
 * a crash or a power cut.
 */
import type { Clock } from "../hal/clock.ts";
import type { Diagnostics } from "../firmware/diagnostics.ts";
import { diagnosticsText } from "../firmware/diagnostics_text.ts";
import type { TransferDriver, TransferEvent } from "../firmware/transfer.ts";
import type { JudgedTarget, TransferProtocol } from "../firmware/transfer_target.ts";
import { judgeTarget } from "../firmware/transfer_target.ts";
import type { Upload, UploadEffect, UploadEvent } from "../firmware/upload.ts";
import { acceptance, idleUpload, triggeredStatus, uploadStep } from "../firmware/upload.ts";
import type { Answer } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import { formatDateTime, parseDateTimeMs } from "../protocol/date_time.ts";
import type { GetLogRequest } from "../protocol/messages/security.ts";
import type { LogPeriod } from "../protocol/security_log.ts";
import { securityLogText } from "../protocol/security_log.ts";
import type { Credentials } from "../storage/credentials.ts";
import type { CredentialsStore } from "../storage/credentials_store.ts";
import { keptRecord, keys, UploadRecord } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { LogStatusConcluded, TellLogStatusDue } from "./log_status_delivery.ts";
import { LogStatusDelivery } from "./log_status_delivery.ts";
import type { ActorSpec, Address, Behaviour, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import { readSecurityLog } from "./security_book.ts";

export type DiagnosticsMessage =
  | { readonly kind: "GetLog"; readonly request: GetLogRequest; readonly reply: Reply<Answer> }
  /** ExtendedTriggerMessage has been accepted. */
  | { readonly kind: "TriggerLogStatus" }
  /** `transfer` tells it from those that were cancelled. */
  | { readonly kind: "TransferEnded"; readonly transfer: number; readonly event: TransferEvent }
  | { readonly kind: "RetryDue" }
  | TellLogStatusDue
  | LogStatusConcluded;

export interface DiagnosticsParts {
  readonly address: Address<DiagnosticsMessage>;
  readonly clock: Clock;
  readonly store: Store;
  readonly credentials: Pick<CredentialsStore, "read">;
  readonly transfer: TransferDriver;
  readonly diagnostics: Diagnostics;
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
      const behaviour = new DiagnosticsBehaviour(self, fenced, held);
      const left = await keptRecord(store, keys.upload, UploadRecord, tracingDamaged(self));
      if (left !== null) await behaviour.giveUp(left.requestId);
      return behaviour;
    },
    terminate: () => held.cancel(),
  };
}

/** What is being uploaded. */
interface Order {
  readonly judged: JudgedTarget;
  readonly fileName: string;
  readonly content: Uint8Array<ArrayBuffer>;
  readonly roots: readonly string[];
}

class DiagnosticsBehaviour implements Behaviour<DiagnosticsMessage> {
  readonly #self: Self<DiagnosticsMessage>;
  readonly #parts: DiagnosticsParts;
  readonly #held: Held;
  readonly #delivery: LogStatusDelivery;
  #upload: Upload = idleUpload;
  #order: Order | null = null;
  #transfers = 0;
  #cancelRetry: () => void = () => {};

  constructor(self: Self<DiagnosticsMessage>, parts: DiagnosticsParts, held: Held) {
    this.#self = self;
    this.#parts = parts;
    this.#held = held;
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
        return this.#delivery.concluded(message.outcome);
    }
  }

  inspect(): unknown {
    const fileName = this.#order?.fileName ?? null;
    return { upload: this.#upload, fileName, untold: this.#delivery.untold() };
  }

  /** An upload that ended with whoever made it. */
  async giveUp(requestId: number): Promise<void> {
    this.#delivery.tell({ status: "UploadFailure", requestId });
    await this.#note(idleUpload);
  }

  async #requested(request: GetLogRequest, reply: Reply<Answer>): Promise<void> {
    const { logType, requestId, retries, retryInterval, log } = request;
    const credentials = await this.#parts.credentials.read();
    const text = await this.#text(logType, periodOf(log));
    if (text === "") return reply(statusAnswer("Rejected"));
    const fileName = this.#fileName(request, credentials);
    reply({ kind: "result", payload: { status: acceptance(this.#upload), filename: fileName } });
    const judged = judgeTarget(log.remoteLocation, this.#parts.protocols);
    const content = new TextEncoder().encode(text);
    this.#order = { judged, fileName, content, roots: fileRoots(credentials) };
    const asked = {
      requestId,
      ...(retries === undefined ? {} : { retries }),
      ...(retryInterval === undefined ? {} : { retryIntervalS: retryInterval }),
    };
    await this.#step({ kind: "LogRequested", request: asked, judged });
  }

  /** Empty when there is nothing to upload. */
  async #text(logType: GetLogRequest["logType"], period: LogPeriod): Promise<string> {
    const { store, diagnostics } = this.#parts;
    switch (logType) {
      case "SecurityLog":
        return securityLogText(await readSecurityLog(store), period);
      case "DiagnosticsLog":
        return isEmpty(period) ? "" : diagnosticsText(diagnostics.report(), period);
    }
  }

  /** Told apart by charge point, request and time: all may come to one directory. */
  #fileName({ logType, requestId }: GetLogRequest, { chargePointId }: Credentials): string {
    const at = formatDateTime(this.#parts.clock.wallMs()).replaceAll(/[-:]|\.\d+/g, "");
    const id = chargePointId.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 100);
    return `${id}-${logType}-${requestId}-${at}.log`;
  }

  async #step(event: UploadEvent): Promise<void> {
    const { next, effects } = uploadStep(this.#upload, event);
    if (event.kind === "TransferEnded") this.#self.trace("TransferEnded", event.event);
    const before = this.#upload;
    this.#upload = next;
    // Before it begins, so that an upload that is cut off is known of.
    if (requestIdOf(next) !== requestIdOf(before)) await this.#note(next);
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
    const { fileName, content, roots, judged: { target } } = order;
    this.#self.trace("BeginTransfer", { fileName, host: target.host, bytes: content.length });
    this.#held.cancel = this.#parts.transfer.upload(
      { target, fileName, content, roots },
      // Even when the mailbox is full.
      (event) => void this.#self.after(0, { kind: "TransferEnded", transfer, event }),
    );
  }

  /** Refused, an upload that is cut off is not known of: that is no reason to do without it. */
  async #note(upload: Upload): Promise<void> {
    await this.#parts.store.commit(
      upload.kind === "idle"
        ? { deletes: [keys.upload] }
        : { sets: [{ key: keys.upload, value: { requestId: upload.request.requestId } }] },
    );
  }
}

function requestIdOf(upload: Upload): number | null {
  return upload.kind === "idle" ? null : upload.request.requestId;
}

function periodOf({ oldestTimestamp, latestTimestamp }: GetLogRequest["log"]): LogPeriod {
  const oldestMs = oldestTimestamp === undefined ? null : parseDateTimeMs(oldestTimestamp);
  const latestMs = latestTimestamp === undefined ? null : parseDateTimeMs(latestTimestamp);
  return { ...(oldestMs === null ? {} : { oldestMs }), ...(latestMs === null ? {} : { latestMs }) };
}

function isEmpty({ oldestMs = -Infinity, latestMs = Infinity }: LogPeriod): boolean {
  return oldestMs > latestMs;
}

/** Who proves the central system proves its file servers (decision D-file-trust). */
function fileRoots({ roots }: Credentials): readonly string[] {
  return roots.filter(({ certificateType }) => certificateType === "CentralSystemRootCertificate").map((
    { pem },
  ) => pem);
}
