/**
 * The security log as a chain: each entry carries the SHA-256 of the one before, so that whoever has an excerpt sees whether anything
 * in it was changed, taken out or put in (security white paper A04.FR.04).
 *
 * Law: the hash of an entry is that of its line, as it stands in the file that GetLog uploads: `sha256sum` can check it. The log
 * rolls, and its end tells which entry is the first that is left. An undelivered critical event rolls away last (A04.FR.02).
 */

/** SHA-256 of the text as UTF-8, 64 small hexadecimal digits. */
export type Sha256 = (text: string) => string;

export interface SecurityLogEntry {
  /** 1, 2, … for the life of the log. */
  readonly number: number;
  /** When it happened, as the charger's clock was then: ISO 8601, UTC. */
  readonly timestamp: string;
  readonly type: string;
  /** One line, perhaps empty. */
  readonly techInfo: string;
  /** The hash of the entry before; that of the very first is `noHash`. */
  readonly previous: string;
}

/** Where the chain begins and ends. */
export interface SecurityLogEnd {
  /** The oldest that has not rolled away; without it whatever is the first is trusted. */
  readonly first?: number;
  /** 0 while there is no entry. */
  readonly number: number;
  readonly hash: string;
}

export const noHash = "0".repeat(64);

/** `2026-01-31T12:00:00.000Z 17 StartupOfTheDevice <hash of the line before> boot 3`. */
export function securityLogLine({ timestamp, number, type, previous, techInfo }: SecurityLogEntry): string {
  return `${timestamp} ${number} ${type} ${previous} ${techInfo}`.trimEnd();
}

/** Both included; without one there is no bound on that side (GetLog.req). */
export interface LogPeriod {
  readonly oldestMs?: number;
  readonly latestMs?: number;
}

/**
 * The text of the log, a line feed behind each line: from the first to the last entry of the period, so that the excerpt is a chain
 * also where the clock was set back in it. Empty when the period has none.
 */
export function securityLogText(entries: readonly SecurityLogEntry[], period: LogPeriod): string {
  const { oldestMs = -Infinity, latestMs = Infinity } = period;
  const isIn = ({ timestamp }: SecurityLogEntry) => {
    const atMs = Date.parse(timestamp);
    return atMs >= oldestMs && atMs <= latestMs;
  };
  const excerpt = entries.slice(entries.findIndex(isIn), entries.findLastIndex(isIn) + 1);
  return entries.some(isIn) ? excerpt.map((entry) => `${securityLogLine(entry)}\n`).join("") : "";
}

/** `at` is the number of the first entry that is missing or does not follow from the one before it. */
export type ChainVerdict = { readonly kind: "intact" } | { readonly kind: "broken"; readonly at: number };

export function verifiedChain(
  entries: readonly SecurityLogEntry[],
  end: SecurityLogEnd,
  sha256: Sha256,
): ChainVerdict {
  const [first] = entries;
  let number = (end.first ?? first?.number ?? 1) - 1;
  let hash = first === undefined ? noHash : first.previous;
  for (const entry of entries) {
    number += 1;
    if (entry.number !== number || entry.previous !== hash) return { kind: "broken", at: number };
    hash = sha256(securityLogLine(entry));
  }
  const isWhole = number === end.number && hash === end.hash;
  return isWhole ? { kind: "intact" } : { kind: "broken", at: number < end.number ? number + 1 : number };
}

/** What of it nobody has been told yet that it is broken: the part from the last entry that says so. */
export function unexplainedVerdict(
  entries: readonly SecurityLogEntry[],
  end: SecurityLogEnd,
  sha256: Sha256,
): ChainVerdict {
  const told = entries.findLastIndex(({ type }) => type === "SecurityLogWasCleared");
  const [first] = entries.slice(told);
  if (told < 0 || first === undefined) return verifiedChain(entries, end, sha256);
  return verifiedChain(entries.slice(told), { ...end, first: first.number }, sha256);
}

/** Half a year of five events a day; about 1 MB at the most. */
const entriesMax = 1_000;
/** Where critical events have not been delivered: years without a link, and still bounded. */
const undeliveredMax = 4_000;
/** So that the one commit after a long outage stays small. */
const goneAtOnceMax = 100;

/** The first that is left when `end` has been written; `critical`: the oldest critical event that is still to be sent. */
export function firstLeft({ first = 1, number }: SecurityLogEnd, critical: number | null): number {
  const rolled = number - entriesMax + 1;
  const wanted = Math.max(Math.min(rolled, critical ?? rolled), number - undeliveredMax + 1);
  return Math.max(first, Math.min(wanted, first + goneAtOnceMax));
}
