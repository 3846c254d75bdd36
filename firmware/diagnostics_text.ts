/**
 * The text of a DiagnosticsLog: facts first, then events, the oldest first (GetLog; OCPP 1.6 leaves the form free).
 *
 * Law: never longer than is said; what there is no room for are the oldest events, and their number is told. Of an idTag no more than
 * its beginning is shown, wherever it stands: it is as good as a key to somebody's account (notes/reliability.md C3, 31).
 */
import type { LogPeriod } from "../protocol/security_log.ts";
import type { DiagnosticsEvent, DiagnosticsReport } from "./diagnostics.ts";

/** About an hour of a busy charger. */
export const diagnosticsBytesMax = 262_144;

const ID_TAG_NAME = /^(?:parent)?idTag$/i;
/** A key of the store that ends in an idTag, as an error quotes it (`storage/record_keys.ts`). */
const RECORD_OF_ID_TAG = /(?<=\["(?:cache|listed)",(?:\d+,)?")(?:[^"\\]|\\.)+/g;
/** A shorter one would be found by accident in places where it is none. */
const foundCharactersMin = 4;

export function diagnosticsText(
  { facts, events }: DiagnosticsReport,
  period: LogPeriod,
  bytesMax: number = diagnosticsBytesMax,
): string {
  const hide = idTagHider([facts, events]);
  const sections = Object.entries(facts).map(([name, fact]) => `# ${name}\n${hide(fact, 1)}\n\n`).join("");
  // Cut only by a charger of hundreds of connectors.
  const head = sections.slice(0, Math.floor(bytesMax / 4));
  const wanted = events.filter(isIn(period));
  const lines: string[] = [];
  let bytesLeft = bytesMax - bytesOf(head) - titleBytesMax;
  for (const event of wanted.toReversed()) {
    const line = `${hide(event, 0)}\n`;
    bytesLeft -= bytesOf(line);
    if (bytesLeft < 0) break;
    lines.push(line);
  }
  const title = `# events (${lines.length} of ${wanted.length}, the oldest first)\n`;
  return `${head}${title}${lines.toReversed().join("")}`;
}

const titleBytesMax = 100;

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

function isIn(
  { oldestMs = -Infinity, latestMs = Infinity }: LogPeriod,
): (event: DiagnosticsEvent) => boolean {
  return ({ at }) => {
    const atMs = Date.parse(at);
    return atMs >= oldestMs && atMs <= latestMs;
  };
}

/** As JSON, with every idTag shortened: those that are named so, and the same text wherever else it stands. */
function idTagHider(values: readonly unknown[]): (value: unknown, indent: number) => string {
  const found = new Set<string>();
  JSON.stringify(values, (name, value) => {
    if (ID_TAG_NAME.test(name) && typeof value === "string") found.add(value);
    return value;
  });
  const long = [...found].filter((idTag) => idTag.length >= foundCharactersMin);
  // The longest first: one may be a part of another.
  const anywhere = long.length === 0
    ? null
    : new RegExp(long.sort((one, other) => other.length - one.length).map(RegExp.escape).join("|"), "gi");
  function hidden(text: string): string {
    const told = text.replace(RECORD_OF_ID_TAG, shortened);
    return anywhere === null ? told : told.replace(anywhere, shortened);
  }
  return (value, indent) =>
    JSON.stringify(value, (name, inner) => {
      if (typeof inner !== "string") return inner;
      return ID_TAG_NAME.test(name) ? shortened(inner) : hidden(inner);
    }, indent);
}

function shortened(idTag: string): string {
  return `${idTag.slice(0, Math.min(4, Math.floor(idTag.length / 2)))}…`;
}
