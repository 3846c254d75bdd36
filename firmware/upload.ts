/**
 * The upload of a log, step by step: what is asked, tried, tried again and told (security white paper N01).
 *
 * Law: one at a time, and whoever asked last has it. A request hears Uploading first and one end of it last, also where nothing can be
 * dialled; one that was replaced hears nothing more, since AcceptedCanceled has said so (decision D-getlog).
 */
import type { GetLogResponse, LogStatusNotificationRequest } from "../protocol/messages/security.ts";
import type { TransferEvent } from "./transfer.ts";
import type { JudgedTarget } from "./transfer_target.ts";

/** What GetLog says of the upload. */
export interface UploadRequest {
  readonly requestId: number;
  /** After a try that failed; any integer, or absent. */
  readonly retries?: number;
  readonly retryIntervalS?: number;
}

export type Upload =
  | { readonly kind: "idle" }
  /** `waiting` for its next try. */
  | {
    readonly kind: "uploading" | "waiting";
    readonly request: UploadRequest;
    readonly triesLeft: number;
  };

export type UploadEvent =
  | { readonly kind: "LogRequested"; readonly request: UploadRequest; readonly judged: JudgedTarget }
  | { readonly kind: "TransferEnded"; readonly event: TransferEvent }
  | { readonly kind: "RetryDue" };

export type UploadEffect =
  /** What is under way, and what was to be tried again. */
  | { readonly kind: "CancelTransfer" }
  | { readonly kind: "BeginTransfer" }
  | { readonly kind: "WaitForRetry"; readonly delayMs: number }
  | { readonly kind: "Tell"; readonly notification: LogStatusNotificationRequest };

export interface UploadStep {
  readonly next: Upload;
  readonly effects: readonly UploadEffect[];
}

export const idleUpload: Upload = { kind: "idle" };

const retriesDefault = 2;
/** A central system that wants more asks again. */
const retriesMax = 10;
const retryIntervalDefaultS = 60;
/** Of what is asked for later than tomorrow nobody knows any more. */
const retryIntervalMaxS = 86_400;

/** The answer to a GetLog that there is something to upload for. */
export function acceptance({ kind }: Upload): GetLogResponse["status"] {
  return kind === "idle" ? "Accepted" : "AcceptedCanceled";
}

/** What a trigger is told: Idle, and the requestId only while there is one. */
export function triggeredStatus(upload: Upload): LogStatusNotificationRequest {
  return upload.kind === "idle"
    ? { status: "Idle" }
    : { status: "Uploading", requestId: upload.request.requestId };
}

export function uploadStep(upload: Upload, event: UploadEvent): UploadStep {
  switch (event.kind) {
    case "LogRequested":
      return requested(upload, event.request, event.judged);
    case "TransferEnded":
      return upload.kind === "uploading" ? ended(upload, event.event) : { next: upload, effects: [] };
    case "RetryDue":
      return upload.kind === "waiting"
        ? { next: { ...upload, kind: "uploading" }, effects: [{ kind: "BeginTransfer" }] }
        : { next: upload, effects: [] };
  }
}

function requested(upload: Upload, request: UploadRequest, judged: JudgedTarget): UploadStep {
  const { requestId, retries = retriesDefault } = request;
  const cancelled: readonly UploadEffect[] = upload.kind === "idle" ? [] : [{ kind: "CancelTransfer" }];
  const uploading = tell("Uploading", requestId);
  if (judged.kind !== "target") {
    const end = tell(statuses[judged.kind], requestId);
    return { next: idleUpload, effects: [...cancelled, uploading, end] };
  }
  return {
    next: { kind: "uploading", request, triesLeft: Math.min(Math.max(retries, 0), retriesMax) },
    effects: [...cancelled, uploading, { kind: "BeginTransfer" }],
  };
}

function ended(upload: Exclude<Upload, { kind: "idle" }>, event: TransferEvent): UploadStep {
  const { request, triesLeft } = upload;
  const { requestId, retryIntervalS = retryIntervalDefaultS } = request;
  if (event.kind === "Done") return { next: idleUpload, effects: [tell("Uploaded", requestId)] };
  // What the server has refused it would refuse again.
  if (event.fault !== "failed" || triesLeft === 0) {
    return { next: idleUpload, effects: [tell(statuses[event.fault], requestId)] };
  }
  const delayMs = Math.min(Math.max(retryIntervalS, 0), retryIntervalMaxS) * 1_000;
  return {
    next: { kind: "waiting", request, triesLeft: triesLeft - 1 },
    effects: [{ kind: "WaitForRetry", delayMs }],
  };
}

const statuses = {
  failed: "UploadFailure",
  badMessage: "BadMessage",
  permissionDenied: "PermissionDenied",
  notSupported: "NotSupportedOperation",
} as const;

function tell(status: LogStatusNotificationRequest["status"], requestId: number): UploadEffect {
  return { kind: "Tell", notification: { status, requestId } };
}
