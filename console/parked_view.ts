/**
 * The parked transactions as a person reads them: `inspect parked`.
 *
 * Law: pure; one line a transaction, below it what was refused and what the central system said to it.
 */
import type { ParkedAnswer, ParkedTransaction } from "./answers.ts";
import { alignColumns, type Palette, printable } from "./terminal.ts";

const UNKNOWN = "-";

/** Without a line break at the end. */
export function renderParked({ total, next, transactions }: ParkedAnswer, palette: Palette): string {
  if (total === 0) return "nothing is parked: no transaction needs a person";
  const head = ["N", "state", "transactionId", "card", "connector", "started", "stopped", "meter"];
  const rows = transactions.map((transaction) => row(transaction, palette));
  const [first = "", ...lines] = alignColumns([head.map(palette.dim), ...rows]);
  const told = lines.flatMap((line, at) => [
    line,
    ...cutShort(transactions[at], palette),
    ...refused(transactions[at], palette),
    ...unreadable(transactions[at], palette),
  ]);
  return [
    first,
    ...told,
    ...(next === null ? [] : [`${transactions.length} of ${total}; more: inspect parked --after ${next}`]),
    "",
    palette.dim("inspect parked --export N, --resend N, or --discard N --reason TEXT"),
  ].join("\n");
}

function row(transaction: ParkedTransaction, palette: Palette): readonly string[] {
  const { localId, state, transactionId, idTag, connectorId, startedAt, stoppedAt } = transaction;
  return [
    palette.bold(String(localId)),
    state === "parked" || state === "cutShort" ? palette.bad(state) : palette.busy(state),
    transactionId === null ? palette.bad("none") : String(transactionId),
    printable(idTag ?? UNKNOWN),
    connectorId === null ? UNKNOWN : String(connectorId),
    startedAt ?? UNKNOWN,
    stoppedAt ?? UNKNOWN,
    `${transaction.meterStartWh ?? UNKNOWN} → ${transaction.meterStopWh ?? UNKNOWN} Wh`,
  ];
}

function cutShort(transaction: ParkedTransaction | undefined, palette: Palette): readonly string[] {
  return transaction?.state === "cutShort"
    ? [`  ${palette.bad("its StopTransaction is lost")}: write the bill by hand, and discard it`]
    : [];
}

/** MeterValues by the hundred look alike: of each action the last refusal is told. */
function refused(transaction: ParkedTransaction | undefined, palette: Palette): readonly string[] {
  const messages = (transaction?.messages ?? []).filter(({ why }) => why === "refused");
  const actions = [...new Set(messages.map(({ action }) => action))];
  return actions.map((action) => {
    const those = messages.filter((message) => message.action === action);
    const count = those.length === 1 ? "" : `${those.length} `;
    const times = those.reduce((sum, { failures }) => sum + failures, 0);
    const last = those.at(-1)?.answers.at(-1);
    return `  ${palette.bad(`${count}${action} refused ${times} times`)}${
      last === undefined ? "" : said(last)
    }`;
  });
}

function unreadable(transaction: ParkedTransaction | undefined, palette: Palette): readonly string[] {
  return (transaction?.unreadable ?? []).map(({ sequence, problem }) => {
    const why = printable(problem.replaceAll(/\s+/g, " "));
    return `  ${palette.bad(`record ${sequence} cannot be read`)}: ${why}`;
  });
}

function said(answer: ParkedTransaction["messages"][number]["answers"][number]): string {
  switch (answer.kind) {
    case "timeout":
      return `, last at ${answer.at}: no answer in time`;
    case "error":
      return printable(`, last at ${answer.at}: ${answer.errorCode} "${answer.errorDescription}"`);
  }
}
