/** The upload of a log, step by step (`firmware/upload.ts`; security white paper N01). */
import { assertEquals } from "@std/assert";
import type { TransferFault } from "../../firmware/transfer.ts";
import type { JudgedTarget } from "../../firmware/transfer_target.ts";
import type { Upload, UploadEffect, UploadEvent, UploadRequest } from "../../firmware/upload.ts";
import { acceptance, idleUpload, triggeredStatus, uploadStep } from "../../firmware/upload.ts";

const judged: JudgedTarget = {
  kind: "target",
  target: { protocol: "FTP", host: "h", port: 21, path: "/", query: "" },
};

function check(name: string, test: () => void): void {
  Deno.test({ name, permissions: "none", fn: test });
}

function requested(requestId: number, more: Partial<UploadRequest> = {}): UploadEvent {
  return { kind: "LogRequested", request: { requestId, ...more }, judged };
}

const done: UploadEvent = { kind: "TransferEnded", event: { kind: "Done" } };
const due: UploadEvent = { kind: "RetryDue" };

function failed(fault: TransferFault = "failed"): UploadEvent {
  return { kind: "TransferEnded", event: { kind: "Failed", fault, error: "why" } };
}

/** The effects of one event after the other, in words. */
function told(...events: readonly UploadEvent[]): readonly string[] {
  let upload = idleUpload;
  return events.map((event) => {
    const { next, effects } = uploadStep(upload, event);
    upload = next;
    return effects.map(word).join(", ");
  });
}

function word(effect: UploadEffect): string {
  switch (effect.kind) {
    case "Tell":
      return `${effect.notification.status} ${effect.notification.requestId}`;
    case "WaitForRetry":
      return `wait ${effect.delayMs}`;
    case "BeginTransfer":
      return "begin";
    case "CancelTransfer":
      return "cancel";
  }
}

check("TC_079: Uploading, the file, Uploaded, each with the requestId", () => {
  assertEquals(told(requested(7), done), ["Uploading 7, begin", "Uploaded 7"]);
});

check("a try that fails is one of retries and one, retryInterval seconds apart", () => {
  const request = requested(7, { retries: 2, retryIntervalS: 5 });
  assertEquals(told(request, failed(), due, failed(), due, failed()), [
    "Uploading 7, begin",
    ...["wait 5000", "begin", "wait 5000", "begin"],
    "UploadFailure 7",
  ]);
  assertEquals(told(request, failed(), due, done).at(-1), "Uploaded 7");
});

check("TC_045_2, of GetDiagnostics: retries 0 is one try", () => {
  assertEquals(told(requested(7, { retries: 0 }), failed()), ["Uploading 7, begin", "UploadFailure 7"]);
});

check("without retries there are two, a minute apart", () => {
  assertEquals(
    told(requested(7), failed(), due, failed(), due, failed()).filter((effects) => effects !== "begin"),
    [
      "Uploading 7, begin",
      ...["wait 60000", "wait 60000"],
      "UploadFailure 7",
    ],
  );
});

check("notes C3, 28: retries and retryInterval beyond reason are kept within it", () => {
  const tries = (retries: number) => {
    const events = Array.from({ length: 40 }, () => [failed(), due]).flat();
    return told(requested(1, { retries, retryIntervalS: 0 }), ...events).filter((effects) =>
      effects.includes("begin")
    );
  };
  assertEquals([-1, -(2 ** 31), 3, 2 ** 31 - 1].map((retries) => tries(retries).length), [1, 1, 4, 11]);
  const waits = [-5, 0, 86_400, 2 ** 31 - 1].map((retryIntervalS) =>
    told(requested(1, { retryIntervalS }), failed()).at(-1)
  );
  assertEquals(waits, ["wait 0", "wait 0", "wait 86400000", "wait 86400000"]);
});

for (
  const [fault, status] of [
    ["badMessage", "BadMessage"],
    ["permissionDenied", "PermissionDenied"],
    ["notSupported", "NotSupportedOperation"],
  ] as const
) {
  check(`what is ${fault} is not tried again: ${status}`, () => {
    assertEquals(told(requested(7, { retries: 5 }), failed(fault)).at(-1), `${status} 7`);
  });
}

check(
  "a location that is no target is told as one that failed: Uploading, then what is wrong with it",
  () => {
    for (
      const [kind, status] of [["badMessage", "BadMessage"], [
        "notSupported",
        "NotSupportedOperation",
      ]] as const
    ) {
      const { next, effects } = uploadStep(idleUpload, {
        kind: "LogRequested",
        request: { requestId: 7 },
        judged: { kind, error: "why" },
      });
      assertEquals([next, effects.map(word)], [idleUpload, ["Uploading 7", `${status} 7`]]);
    }
  },
);

check("a later request takes the place of what is under way or waits, which hears nothing more", () => {
  assertEquals(told(requested(1), requested(2), done), [
    "Uploading 1, begin",
    "cancel, Uploading 2, begin",
    "Uploaded 2",
  ]);
  assertEquals(told(requested(1), failed(), requested(2), due, done).slice(2), [
    "cancel, Uploading 2, begin",
    "",
    "Uploaded 2",
  ]);
  const uploading: Upload = { kind: "uploading", request: { requestId: 1 }, triesLeft: 0 };
  const waiting: Upload = { ...uploading, kind: "waiting" };
  assertEquals([idleUpload, uploading, waiting].map(acceptance), [
    "Accepted",
    "AcceptedCanceled",
    "AcceptedCanceled",
  ]);
});

check("what comes too late changes nothing", () => {
  assertEquals(told(done, due, requested(1), done, done, due), [
    "",
    "",
    "Uploading 1, begin",
    "Uploaded 1",
    "",
    "",
  ]);
  assertEquals(told(requested(1), due), ["Uploading 1, begin", ""]);
  assertEquals(told(requested(1), failed(), failed(), done), ["Uploading 1, begin", "wait 60000", "", ""]);
});

check("a trigger is told Idle without a requestId, or Uploading with it, also between two tries", () => {
  const uploading: Upload = { kind: "uploading", request: { requestId: 7 }, triesLeft: 0 };
  assertEquals([idleUpload, uploading, { ...uploading, kind: "waiting" } as const].map(triggeredStatus), [
    { status: "Idle" },
    { status: "Uploading", requestId: 7 },
    { status: "Uploading", requestId: 7 },
  ]);
});
