/**
 * Whether a charger that was killed again and again has lost, doubled or invented anything.
 *
 * Law: what was durable at a kill has come through; a message comes again with the same content or not at all; and every Wh that the
 * hardware's meter counted is on one bill. The first breach throws.
 */
import { assert, assertEquals } from "@std/assert";
import type { CentralSystemEvent } from "../../simulator/central_system.ts";
import type { LedgerEntry } from "../../simulator/ledger.ts";
import type { Evidence } from "./lane.ts";

export function judge(evidence: Evidence): void {
  const { events, ledger, atRest, registerWh } = evidence;
  assertEquals(events.filter(({ kind }) => kind === "Violated"), []);
  assertEquals(ledger.strays, []);
  assertEquals(atRest, { messages: [], open: [], parked: 0 });
  judgeWire(events, ledger.entries);
  judgeMemory(events, evidence);
  judgeBills(ledger.entries, registerWh);
}

/** A message may come again with the same content, whose answer was lost; with another content it is another message. */
function judgeWire(events: readonly CentralSystemEvent[], entries: readonly LedgerEntry[]): void {
  assertEquals(new Set(received(events, "StartTransaction")).size, entries.length);
  const drivers = entries.map(({ start }) => start.idTag);
  assertEquals(new Set(drivers).size, entries.length, `one Start each: ${drivers.join(", ")}`);
  for (const { transactionId } of entries) {
    const mine = events.flatMap((event) => {
      const isMine = event.kind === "Received" &&
        (event.payload as { readonly transactionId?: number }).transactionId === transactionId;
      return isMine ? [{ action: event.action, text: JSON.stringify(event.payload) }] : [];
    });
    const distinct = [...new Map(mine.map(({ action, text }) => [text, action])).values()];
    const samples = distinct.slice(0, -1);
    assertEquals([...new Set(samples)].filter((action) => action !== "MeterValues"), []);
    assertEquals(distinct.at(-1), "StopTransaction", `one Stop, and it comes last: ${distinct.join(", ")}`);
  }
}

/** What was in the store at a kill has come through. */
function judgeMemory(events: readonly CentralSystemEvent[], { left, ledger }: Evidence): void {
  for (const { action, payload } of left.flatMap(({ messages }) => messages)) {
    const known = received(events, action).map((text) => {
      const { transactionId: _, ...rest } = JSON.parse(text);
      return JSON.stringify(rest);
    });
    assert(known.includes(JSON.stringify(payload)), `lost: ${action} ${JSON.stringify(payload)}`);
  }
  for (const { idTag, meterStartWh } of left.flatMap(({ open }) => open)) {
    const start = ledger.entries.map(({ start }) => start).find((start) => start.idTag === idTag);
    assertEquals(start?.meterStart, meterStartWh, `the transaction of ${idTag}`);
  }
}

/**
 * Exact, to the Wh: outside of a transaction the register stands still, so each begins where the one before it has ended.
 * What flowed between the physical state's last writing and a kill is lost to both: the meter forgets it, too.
 */
function judgeBills(entries: readonly LedgerEntry[], finalWh: number): void {
  let registerWh = 0;
  for (const { transactionId, start, meterValues, stop } of entries) {
    assertEquals(start.meterStart, registerWh, `energy without a transaction before ${transactionId}`);
    assert(stop !== null);
    // A sample that was told is not unsaid by a later reading.
    const samplesWh = meterValues.map(({ meterValue }) => Number(meterValue[0]?.sampledValue[0]?.value));
    const readingsWh = [start.meterStart, ...samplesWh, stop.meterStop];
    assertEquals(
      readingsWh,
      readingsWh.toSorted((one, other) => one - other),
      `transaction ${transactionId}`,
    );
    assert(REASONS.has(stop.reason), `${stop.reason}`);
    registerWh = stop.meterStop;
  }
  assertEquals(Math.floor(finalWh), registerWh);
}

function received(events: readonly CentralSystemEvent[], action: string): readonly string[] {
  return events.flatMap((event) =>
    event.kind === "Received" && event.action === action ? [JSON.stringify(event.payload)] : []
  );
}

/** Of what drivers and kills do here. */
const REASONS: ReadonlySet<string | undefined> = new Set(["Local", "PowerLoss", "EVDisconnected"]);
