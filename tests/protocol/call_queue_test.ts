/** Which CALL goes next, and what a failed transaction message leads to (OCPP 1.6 §3.7, OCPP-J §4.1.1; spec/behaviour.md §1, §3). */
import { assertEquals } from "@std/assert";
import type { Next, Retry, Wire } from "../../protocol/call_queue.ts";
import { intervalsAfterLosses, next, retry } from "../../protocol/call_queue.ts";

const nowMs = 10_000;
const idle: Wire = {
  linkUp: true,
  inFlight: false,
  registration: "Accepted",
  waiting: [],
  transactionMessageDueMs: null,
  answering: false,
  heldSinceMs: null,
  wasUnanswered: false,
};
const nothing: Next = { kind: "nothing", wakeMs: null };

function check(sentence: string, wire: Partial<Wire>, expected: Next): void {
  Deno.test({ name: `the wire: ${sentence}`, permissions: "none" }, () => {
    assertEquals(next({ ...idle, ...wire }, nowMs), expected);
  });
}

check("nothing waits", {}, nothing);
check("the oldest CALL first", { waiting: ["ordinary", "triggered"] }, { kind: "call", index: 0 });
check("one CALL in flight", { waiting: ["ordinary"], transactionMessageDueMs: 0, inFlight: true }, nothing);
check("no CALL without a link", { waiting: ["boot"], transactionMessageDueMs: 0, linkUp: false }, nothing);
check("a transaction message that is due", { transactionMessageDueMs: 0 }, { kind: "transactionMessage" });
check("§3: other CALLs overtake transaction messages", {
  waiting: ["ordinary"],
  transactionMessageDueMs: 0,
}, { kind: "call", index: 0 });
check("D-turns: behind one that was left unanswered a transaction message that is due has its turn", {
  waiting: ["ordinary", "triggered", "boot"],
  transactionMessageDueMs: nowMs,
  wasUnanswered: true,
}, { kind: "transactionMessage" });
check("D-turns: one that has to wait has none", {
  waiting: ["ordinary"],
  transactionMessageDueMs: nowMs + 1,
  wasUnanswered: true,
}, { kind: "call", index: 0 });
check("D-turns: where none waits the next CALL goes", { waiting: ["ordinary"], wasUnanswered: true }, {
  kind: "call",
  index: 0,
});
check("TC_002: pending, no transaction message has a turn", {
  registration: "Pending",
  waiting: ["triggered"],
  transactionMessageDueMs: 0,
  wasUnanswered: true,
}, { kind: "call", index: 0 });
check("what is in the background lets other CALLs pass", { waiting: ["background", "ordinary"] }, {
  kind: "call",
  index: 1,
});
check("and transaction messages that are due", { waiting: ["background"], transactionMessageDueMs: 0 }, {
  kind: "transactionMessage",
});
check("but not those that have to wait", { waiting: ["background"], transactionMessageDueMs: nowMs + 1 }, {
  kind: "call",
  index: 0,
});
for (const registration of ["Unregistered", "Pending", "Rejected"] as const) {
  check(`A04.FR.02: ${registration}, nothing goes in the background`, {
    registration,
    waiting: ["background"],
  }, nothing);
}
check("due at this very moment", { transactionMessageDueMs: nowMs }, { kind: "transactionMessage" });
check("not due yet, it says when", { transactionMessageDueMs: nowMs + 1 }, {
  kind: "nothing",
  wakeMs: nowMs + 1,
});
check("TC_001: unregistered, BootNotification alone goes", {
  registration: "Unregistered",
  waiting: ["ordinary", "triggered", "boot"],
  transactionMessageDueMs: 0,
}, { kind: "call", index: 2 });
check("TC_001: unregistered, nothing else goes, and no alarm is set for it", {
  registration: "Unregistered",
  waiting: ["ordinary", "triggered"],
  transactionMessageDueMs: nowMs + 1,
}, nothing);
check("TC_001: rejected, BootNotification alone goes", {
  registration: "Rejected",
  waiting: ["triggered", "boot"],
  transactionMessageDueMs: 0,
}, { kind: "call", index: 1 });
check("TC_002: pending, what was triggered goes", {
  registration: "Pending",
  waiting: ["ordinary", "triggered", "boot"],
}, { kind: "call", index: 1 });
check("TC_002: pending, transaction messages wait", {
  registration: "Pending",
  waiting: ["ordinary"],
  transactionMessageDueMs: 0,
}, nothing);

check("TC_012: a CALL is held back for the answer to a question, and for how long is said", {
  waiting: ["ordinary"],
  answering: true,
}, { kind: "held", sinceMs: nowMs, untilMs: nowMs + 3_000 });
check("TC_012: a transaction message, too", {
  transactionMessageDueMs: 0,
  answering: true,
  heldSinceMs: nowMs - 1,
}, { kind: "held", sinceMs: nowMs - 1, untilMs: nowMs + 2_999 });
check("nobody is held back for longer than 3 s, however many questions are open", {
  waiting: ["ordinary"],
  answering: true,
  heldSinceMs: nowMs - 3_000,
}, { kind: "call", index: 0 });
check("a transaction message that is not due is not held back, but not due", {
  transactionMessageDueMs: nowMs + 1,
  answering: true,
}, { kind: "nothing", wakeMs: nowMs + 1 });
check("with a CALL in flight nothing is held back by a question", {
  waiting: ["ordinary"],
  inFlight: true,
  answering: true,
}, nothing);
check("what has waited for a question goes at once when it is answered", {
  waiting: ["ordinary"],
  heldSinceMs: nowMs - 1,
}, { kind: "call", index: 0 });

function checkRetries(
  sentence: string,
  attempts: number,
  expected: readonly Retry[],
): void {
  Deno.test({ name: `failed transaction message: ${sentence}`, permissions: "none" }, () => {
    assertEquals(expected.map((_, index) => retry(index + 1, attempts)), expected);
  });
}

checkRetries("§3.7.1: 3 attempts, the wait grows by the interval with each", 3, [
  { kind: "again", intervals: 1 },
  { kind: "again", intervals: 2 },
  { kind: "park" },
]);
checkRetries("§3.7.1: 1 attempt is the first one", 1, [{ kind: "park" }]);
checkRetries("attempts lowered meanwhile count at once", 2, [
  { kind: "again", intervals: 1 },
  { kind: "park" },
  { kind: "park" },
]);

Deno.test({
  name:
    "D-too-big: a message with which the link was lost again waits as after a failure, at most as after the last",
  permissions: "none",
}, () => {
  assertEquals([0, 1, 2, 3, 4, 1_000].map((losses) => intervalsAfterLosses(losses, 3)), [0, 0, 1, 2, 3, 3]);
});
