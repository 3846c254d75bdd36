/**
 * The status of a charger as a person reads it: `inspect status`.
 *
 * Law: pure; every word of it is in the answer that it is made from, and what is not known is a dash.
 */
import type { StatusAnswer } from "./answers.ts";
import { alignColumns, formatEnergy, type Palette, printable } from "./terminal.ts";

const UNKNOWN = "-";

/** Without a line break at the end. */
export function renderStatus(status: StatusAnswer, palette: Palette): string {
  const { charger, boot } = status;
  const head = `${palette.bold(printable(charger.chargePointId))}  ${printable(charger.station)}, ${
    printable(`${charger.vendor} ${charger.model}`)
  }`;
  const facts = [
    ["running", status.running ? `boot ${boot ?? UNKNOWN}` : palette.bad("no")],
    ["registration", painted(status.registration, palette)],
    ["link", link(status, palette)],
    ["heartbeat", heartbeat(status)],
    ["queue", queue(status, palette)],
    ["store", store(status, palette)],
    ["fault", status.fault === null ? "none" : palette.bad(faultText(status.fault))],
  ];
  const rows = facts.map(([name = "", text = ""]) => [palette.dim(name), text]);
  return [head, "", ...alignColumns(rows), "", ...connectors(status, palette)].join("\n").trimEnd();
}

function link({ link }: StatusAnswer, palette: Palette): string {
  if (link === null) return UNKNOWN;
  const ended = link.state === "open" || link.lastClose === null
    ? ""
    : `, last ended: ${JSON.stringify(link.lastClose)}`;
  const profile = link.securityProfile === null ? "" : `, security profile ${link.securityProfile}`;
  return `${painted(link.state, palette)} ${printable(`${link.url}${profile}${ended}`)}`;
}

function heartbeat({ heartbeat }: StatusAnswer): string {
  if (heartbeat === null) return UNKNOWN;
  const last = heartbeat.last === null ? "none answered yet" : `last answered ${printable(heartbeat.last)}`;
  return `every ${heartbeat.intervalS} s, ${last}`;
}

function queue({ queue }: StatusAnswer, palette: Palette): string {
  if (queue === null) return UNKNOWN;
  const { transactionMessages, waiting, inFlight, parked, parkedTransactions } = queue;
  const words = [
    `${transactionMessages} transaction messages`,
    `${waiting} other CALLs`,
    inFlight === null ? "none in flight" : "one in flight",
    parkedTransactions === 0 ? "none parked" : palette.bad(
      `transactions parked: ${parkedTransactions}, messages refused: ${parked} (inspect parked)`,
    ),
  ];
  return words.join(", ");
}

function store({ store }: StatusAnswer, palette: Palette): string {
  const state = store.state === "ok"
    ? palette.good("ok")
    : palette.bad(`refusing: ${store.error ?? UNKNOWN}`);
  return [state, ...store.findings.map((finding) => palette.busy(printable(finding)))].join("; ");
}

function connectors({ connectors }: StatusAnswer, palette: Palette): readonly string[] {
  if (connectors.length === 0) return [];
  const head = ["connector", "status", "plug", "contactor", "energy", "transaction"].map(palette.dim);
  const rows = connectors.map((connector) => [
    String(connector.connectorId),
    connectorStatus(connector, palette),
    connector.plug ?? UNKNOWN,
    connector.contactorClosed === null
      ? UNKNOWN
      : connector.contactorClosed
      ? palette.good("closed")
      : "open",
    connector.energyWh === null ? UNKNOWN : formatEnergy(connector.energyWh),
    transaction(connector),
  ]);
  return alignColumns([head, ...rows]);
}

type Connector = StatusAnswer["connectors"][number];

function connectorStatus({ state, status, errorCode, warning }: Connector, palette: Palette): string {
  if (status === null) return palette.busy(state);
  const trouble = warning !== null ? faultText(warning) : errorCode;
  return trouble === null || trouble === "NoError"
    ? painted(status, palette)
    : `${painted(status, palette)} ${palette.bad(trouble)}`;
}

function transaction({ transaction, use }: Connector): string {
  if (transaction === null) return use === null || use === "none" ? UNKNOWN : printable(use);
  const { localId, transactionId, idTag, mayCharge } = transaction;
  const number = transactionId === undefined ? "not answered yet" : String(transactionId);
  const allowed = mayCharge ? "" : ", may not charge";
  return printable(`${number} (local ${localId}) for ${idTag}, ${use ?? UNKNOWN}${allowed}`);
}

function faultText({ errorCode, vendorErrorCode, info }: NonNullable<StatusAnswer["fault"]>): string {
  return printable([errorCode, vendorErrorCode, info].filter((part) => part !== undefined).join(" "));
}

const GOOD: ReadonlySet<string> = new Set(["Accepted", "open", "Available", "Charging"]);
const BAD: ReadonlySet<string> = new Set(["Rejected", "Faulted", "Unavailable"]);

function painted(word: string | null, palette: Palette): string {
  if (word === null) return UNKNOWN;
  const text = printable(word);
  if (GOOD.has(word)) return palette.good(text);
  return BAD.has(word) ? palette.bad(text) : palette.busy(text);
}
