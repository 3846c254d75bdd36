/** What an answer of the central system means for the CALL that it answers (spec/rpc.md §6). */
import { assertEquals } from "@std/assert";
import { callOutcome, statusAnswer } from "../../protocol/answer.ts";
import type { CallOutcome } from "../../protocol/answer.ts";

function answered(payload: unknown): CallOutcome<unknown> {
  return callOutcome("StartTransaction", { kind: "CallResult", id: "1", payload });
}

Deno.test({ name: "callOutcome: a result that is as specified is handed on", permissions: "none" }, () => {
  const payload = { transactionId: 7, idTagInfo: { status: "Accepted", parentIdTag: "GROUP" } };
  assertEquals(answered(payload), { kind: "result", payload });
});

Deno.test({
  name: "callOutcome: what the central system says too much is left out, at every depth, and the rest counts",
  permissions: "none",
}, () => {
  const payload = { transactionId: 7, tariff: "night", idTagInfo: { status: "Accepted", name: "Ann" } };
  assertEquals(answered(payload), {
    kind: "result",
    payload: { transactionId: 7, idTagInfo: { status: "Accepted" } },
  });
});

Deno.test(
  { name: "callOutcome: a result with a real defect is a failure of our CALL", permissions: "none" },
  () => {
    const defects: readonly [unknown, string][] = [
      [{ idTagInfo: { status: "Accepted" } }, "ProtocolError"],
      [{ transactionId: "7", idTagInfo: { status: "Accepted" } }, "TypeConstraintViolation"],
      [{ transactionId: 7, idTagInfo: { status: "Welcome", extra: 1 } }, "PropertyConstraintViolation"],
      [[], "FormationViolation"],
    ];
    for (const [payload, errorCode] of defects) {
      const outcome = answered(payload);
      assertEquals(outcome.kind === "error" ? outcome.errorCode : outcome.kind, errorCode);
    }
  },
);

Deno.test(
  { name: "callOutcome: a CALLERROR is a failure with the peer's own words", permissions: "none" },
  () => {
    const errorCode = "InternalError" as const;
    assertEquals(
      callOutcome("Heartbeat", {
        kind: "CallError",
        id: "1",
        errorCode,
        errorDescription: "no",
        errorDetails: {},
      }),
      { kind: "error", errorCode, errorDescription: "no" },
    );
  },
);

Deno.test({ name: "statusAnswer: a status and nothing else", permissions: "none" }, () => {
  assertEquals(statusAnswer("Rejected"), { kind: "result", payload: { status: "Rejected" } });
});
