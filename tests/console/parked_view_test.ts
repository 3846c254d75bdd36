/** The parked transactions as a person reads them. */
import { assertEquals } from "@std/assert";
import type { ParkedAnswer, ParkedTransaction } from "../../console/answers.ts";
import { renderParked } from "../../console/parked_view.ts";
import { PLAIN } from "../../console/terminal.ts";

const refused: ParkedTransaction["messages"][number] = {
  action: "StartTransaction",
  why: "refused",
  parkedAt: "2026-01-01T00:00:03.000Z",
  failures: 3,
  answers: [
    { at: "2026-01-01T00:00:01.000Z", kind: "timeout" },
    {
      at: "2026-01-01T00:00:02.000Z",
      kind: "error",
      errorCode: "InternalError",
      errorDescription: "no\x1bway",
    },
  ],
  payload: {},
};
const timedOut: ParkedTransaction["messages"][number] = {
  ...refused,
  action: "MeterValues",
  answers: [{ at: "2026-01-01T00:00:01.000Z", kind: "timeout" }],
};
const alice: ParkedTransaction = {
  localId: 5,
  state: "parked",
  transactionId: null,
  connectorId: 1,
  idTag: "ALICE",
  reservationId: null,
  startedAt: "2026-01-01T00:00:00Z",
  meterStartWh: 100,
  stoppedAt: "2026-01-01T01:00:00Z",
  meterStopWh: 5_100,
  kept: 3,
  messages: [refused, { ...refused, action: "StopTransaction", why: "noTransactionId" }],
  unreadable: [],
};
const unknown: ParkedTransaction = {
  ...alice,
  localId: 9,
  state: "resending",
  transactionId: 4711,
  connectorId: null,
  idTag: null,
  startedAt: null,
  meterStartWh: null,
  stoppedAt: null,
  meterStopWh: null,
  messages: [timedOut, timedOut],
};

function check(sentence: string, answer: Omit<ParkedAnswer, "at">, expected: readonly string[]): void {
  Deno.test({ name: `inspect parked: ${sentence}`, permissions: "none" }, () => {
    assertEquals(renderParked({ at: "2026-01-01T02:00:00Z", ...answer }, PLAIN).split("\n"), expected);
  });
}

check("nothing is parked", { total: 0, next: null, transactions: [] }, [
  "nothing is parked: no transaction needs a person",
]);
check("a line a transaction, and below it what was refused, with the last answer", {
  total: 3,
  next: 9,
  transactions: [alice, unknown],
}, [
  "N  state      transactionId  card   connector  started               stopped               meter",
  "5  parked     none           ALICE  1          2026-01-01T00:00:00Z  2026-01-01T01:00:00Z  100 → 5100 Wh",
  '  StartTransaction refused 3 times, last at 2026-01-01T00:00:02.000Z: InternalError "no·way"',
  "9  resending  4711           -      -          -                     -                     - → - Wh",
  "  2 MeterValues refused 6 times, last at 2026-01-01T00:00:01.000Z: no answer in time",
  "2 of 3; more: inspect parked --after 9",
  "",
  "inspect parked --export N, --resend N, or --discard N --reason TEXT",
]);

Deno.test({
  name: "D-damaged: inspect parked: of a bill that was cut short it is told what to do",
  permissions: "none",
}, () => {
  const cutShort: ParkedTransaction = { ...alice, state: "cutShort", messages: [] };
  assertEquals(
    renderParked({ at: "2026-01-01T02:00:00Z", total: 1, next: null, transactions: [cutShort] }, PLAIN).split(
      "\n",
    )[2],
    "  its StopTransaction is lost: write the bill by hand, and discard it",
  );
});

Deno.test({
  name: "D-unreadable: inspect parked: a record that cannot be read is named, with why, on one line",
  permissions: "none",
}, () => {
  const unreadable = [{ sequence: 12, problem: "✖ Too big\n  → at message.payload.idTag", record: {} }];
  const answer = {
    at: "2026-01-01T02:00:00Z",
    total: 1,
    next: null,
    transactions: [{ ...alice, messages: [], unreadable }],
  };
  assertEquals(
    renderParked(answer, PLAIN).split("\n")[2],
    "  record 12 cannot be read: ✖ Too big → at message.payload.idTag",
  );
});
