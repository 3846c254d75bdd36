/**
 * The security log in the store: entries by number, and where the chain ends.
 *
 * Law: an event is one commit: its entry, its place among those that are to be sent, the end of the chain, and the oldest entries gone
 * once there are too many. Since an entry is small and their number bounded, so is the log.
 */
import type { SecurityLogEnd, SecurityLogEntry, Sha256 } from "../protocol/security_log.ts";
import { firstLeft, noHash, securityLogLine, unexplainedVerdict } from "../protocol/security_log.ts";
import type { SecurityEventType } from "../protocol/security_event.ts";
import { isCritical } from "../protocol/security_event.ts";
import type { TellDamaged } from "../storage/record_reading.ts";
import { keys, securityLogKey } from "../storage/record_keys.ts";
import { keptRecord } from "../storage/record_reading.ts";
import { SecurityLogEndRecord, SecurityLogRecord } from "../storage/records.ts";
import type { Entry, Store } from "../storage/store.ts";
import { pagesOf } from "./store_pages.ts";

export interface StoredEvent extends SecurityLogEntry {
  /** It is to be sent, unless it has been already. */
  readonly notify?: true;
}

/** Before it has its place in the chain. */
export interface SecurityEvent {
  readonly type: SecurityEventType;
  readonly techInfo: string;
  readonly timestamp: string;
  readonly isSent: boolean;
}

export interface SecurityBookParts {
  readonly store: Store;
  readonly sha256: Sha256;
  readonly boot: number;
}

export interface OpenedBook {
  readonly book: SecurityBook;
  /** The boot before this one is the last whose start is logged. */
  readonly isNewBoot: boolean;
  /** The first number that is missing or was changed, of which the log does not tell yet; null: none. */
  readonly brokenAt: number | null;
}

/** The entries that are whole, in their order. */
export async function readSecurityLog(store: Store): Promise<readonly StoredEvent[]> {
  const entries: StoredEvent[] = [];
  for await (const page of pagesOf(store, keys.securityLog)) entries.push(...page.flatMap(wholeEntry));
  return entries;
}

export async function openSecurityBook(
  parts: SecurityBookParts,
  damaged: TellDamaged,
): Promise<OpenedBook> {
  const { store, sha256, boot } = parts;
  const entries = await readSecurityLog(store);
  const kept = await keptRecord(store, keys.securityLogEnd, SecurityLogEndRecord, damaged);
  const last = entries.at(-1);
  const found = {
    first: entries[0]?.number ?? 1,
    number: last?.number ?? 0,
    hash: last === undefined ? noHash : sha256(securityLogLine(last)),
  };
  const end = kept ?? { ...found, delivered: 0, boot: 0 };
  const verdict = unexplainedVerdict(entries, end, sha256);
  // It goes on behind every number that it has ever had, and from what there is.
  const next = {
    ...end,
    first: end.first ?? found.first,
    number: Math.max(end.number, found.number),
    hash: found.hash,
  };
  const brokenAt = verdict.kind === "broken" ? verdict.at : kept === null ? end.number : null;
  return { book: new SecurityBook(parts, next, entries), isNewBoot: end.boot !== boot, brokenAt };
}

export class SecurityBook {
  readonly #parts: SecurityBookParts;
  #end: SecurityLogEndRecord;
  #pending: readonly StoredEvent[];

  constructor(parts: SecurityBookParts, end: SecurityLogEndRecord, entries: readonly StoredEvent[]) {
    this.#parts = parts;
    this.#end = end;
    this.#pending = entries.filter(({ notify, number }) => notify === true && number > end.delivered);
  }

  /** The oldest one that is to be sent and has not been. */
  next(): StoredEvent | null {
    return this.#pending[0] ?? null;
  }

  pending(): readonly StoredEvent[] {
    return this.#pending;
  }

  /** How many of all that were to be sent never will be. */
  undelivered(): number {
    return this.#end.undelivered ?? 0;
  }

  /** Where the chain must end. */
  end(): SecurityLogEnd {
    return this.#end;
  }

  /** False when the store refuses: then nothing has changed. */
  async append(events: readonly SecurityEvent[]): Promise<boolean> {
    const { store, sha256, boot } = this.#parts;
    let { number, hash } = this.#end;
    const entries = events.map(({ isSent, ...event }): StoredEvent => {
      const entry = {
        ...event,
        number: ++number,
        previous: hash,
        ...(isSent ? { notify: true as const } : {}),
      };
      hash = sha256(securityLogLine(entry));
      return entry;
    });
    const waiting = [...this.#pending, ...entries.filter(({ notify }) => notify === true)];
    const critical = waiting.find(({ type }) => isCritical(type))?.number ?? null;
    const { first: oldest = 1 } = this.#end;
    const first = firstLeft({ first: oldest, number, hash }, critical);
    const left = waiting.filter((one) => one.number >= first);
    const end = { ...this.#endWith(waiting.length - left.length), first, number, hash, boot };
    const gone = Array.from({ length: first - oldest }, (_, at) => oldest + at);
    const outcome = await store.commit({
      sets: [
        ...entries.map(({ number, ...record }) => ({ key: securityLogKey(number), value: record })),
        { key: keys.securityLogEnd, value: end },
      ],
      deletes: gone.map(securityLogKey),
    });
    if (outcome.kind !== "committed") return false;
    this.#end = end;
    this.#pending = left;
    return true;
  }

  /** Refused by the store, it is sent once more after the next start. `isTaken`: the central system has heard of it. */
  async delivered(number: number, isTaken: boolean): Promise<void> {
    const left = this.#pending.filter((one) => one.number > number);
    const end = this.#endWith(isTaken ? 0 : this.#pending.length - left.length);
    this.#end = { ...end, delivered: Math.max(this.#end.delivered, number) };
    this.#pending = left;
    await this.#parts.store.commit({ sets: [{ key: keys.securityLogEnd, value: this.#end }] });
  }

  /** With so many more that will never be sent. */
  #endWith(undelivered: number): SecurityLogEndRecord {
    return undelivered === 0 ? this.#end : { ...this.#end, undelivered: this.undelivered() + undelivered };
  }
}

/** Of a damaged one the chain shows that it is missing. */
function wholeEntry({ key, value }: Entry): readonly StoredEvent[] {
  const record = SecurityLogRecord.safeParse(value);
  return record.success ? [{ number: Number(key[1]), ...record.data }] : [];
}
