/** The security log as a chain, its text, and what of it the text of GetLog has (A04.FR.04; N01). */
import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import type { SecurityLogEnd, SecurityLogEntry } from "../../protocol/security_log.ts";
import {
  firstLeft,
  noHash,
  securityLogLine,
  securityLogText,
  unexplainedVerdict,
  verifiedChain,
} from "../../protocol/security_log.ts";

function check(name: string, body: () => void): void {
  Deno.test({ name: `security log: ${name}`, permissions: "none" }, body);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A minute apart; `types` names what is not a StartupOfTheDevice. */
function chain(count: number, types: Readonly<Record<number, string>> = {}): readonly SecurityLogEntry[] {
  const entries: SecurityLogEntry[] = [];
  for (let number = 1; number <= count; number++) {
    const last = entries.at(-1);
    entries.push({
      number,
      timestamp: new Date(number * 60_000).toISOString(),
      type: types[number] ?? "StartupOfTheDevice",
      techInfo: number % 2 === 0 ? "" : `boot ${number}`,
      previous: last === undefined ? noHash : sha256(securityLogLine(last)),
    });
  }
  return entries;
}

function endOf(entries: readonly SecurityLogEntry[]): SecurityLogEnd {
  const last = entries.at(-1);
  return last === undefined
    ? { first: 1, number: 0, hash: noHash }
    : { first: entries[0]?.number ?? 1, number: last.number, hash: sha256(securityLogLine(last)) };
}

const five = chain(5);
const end = endOf(five);

check("a line: time, number, type, hash of the line before, what is to say of it", () => {
  const [first, second] = five.map(securityLogLine);
  assertEquals(first, `1970-01-01T00:01:00.000Z 1 StartupOfTheDevice ${noHash} boot 1`);
  assertEquals(second, `1970-01-01T00:02:00.000Z 2 StartupOfTheDevice ${sha256(first ?? "")}`);
});

check(
  "an untouched chain is intact, also when it is empty, and when its oldest entries have rolled away",
  () => {
    assertEquals(verifiedChain([], endOf([]), sha256), { kind: "intact" });
    assertEquals(verifiedChain(five, end, sha256), { kind: "intact" });
    assertEquals(verifiedChain(five.slice(2), { ...end, first: 3 }, sha256), { kind: "intact" });
    const { first: _, ...early } = end;
    assertEquals(verifiedChain(five.slice(2), early, sha256), { kind: "intact" });
  },
);

function changed(at: number, change: Partial<SecurityLogEntry>): readonly SecurityLogEntry[] {
  return five.map((entry, index) => index === at ? { ...entry, ...change } : entry);
}

/** The indices of `five`, in any order. */
function picked(...indices: readonly number[]): readonly SecurityLogEntry[] {
  return indices.flatMap((index) => five.slice(index, index + 1));
}

for (
  const [name, entries, theEnd, at] of [
    ["a text that was changed shows at the next entry", changed(1, { techInfo: "boot 9" }), end, 3],
    ["so does a time", changed(2, { timestamp: "2026-01-01T00:00:00.000Z" }), end, 4],
    ["a type of the last entry shows at the end", changed(4, { type: "Fine" }), end, 5],
    ["an entry that is missing", picked(0, 1, 3, 4), end, 3],
    ["the last entries are missing", five.slice(0, 3), end, 4],
    ["the first entries are missing", five.slice(2), end, 1],
    ["all are missing", [], end, 1],
    ["an entry that was put in", picked(0, 0, 1, 2, 3, 4), end, 2],
    ["two that changed places", picked(0, 2, 1, 3, 4), end, 2],
    ["entries behind the end", five, endOf(chain(3)), 5],
  ] as const
) {
  check(`broken: ${name}`, () => {
    assertEquals(verifiedChain(entries, theEnd, sha256), { kind: "broken", at });
  });
}

check("what SecurityLogWasCleared has told of is not told again; what breaks behind it is", () => {
  const told = chain(5, { 3: "SecurityLogWasCleared" });
  const intact = { kind: "intact" };
  assertEquals(unexplainedVerdict(told.slice(1), endOf(told), sha256), intact);
  assertEquals(unexplainedVerdict(told.slice(2), endOf(told), sha256), intact);
  assertEquals(unexplainedVerdict(told.slice(0, 4), endOf(told), sha256), { kind: "broken", at: 5 });
  assertEquals(unexplainedVerdict(five.slice(1), end, sha256), { kind: "broken", at: 1 });
});

for (
  const [name, end, critical, first] of [
    ["1,000 entries stay", { first: 1, number: 1_000, hash: "" }, null, 1],
    ["beyond them the oldest goes", { first: 1, number: 1_001, hash: "" }, null, 2],
    ["but not while it is critical and undelivered", { first: 1, number: 1_001, hash: "" }, 1, 1],
    ["nor those behind it", { first: 3, number: 2_000, hash: "" }, 7, 7],
    ["a younger one holds nothing", { first: 1, number: 1_001, hash: "" }, 900, 2],
    ["4,000 are the end of that too", { first: 1, number: 4_001, hash: "" }, 1, 2],
    ["after a long outage a hundred go at once", { first: 1, number: 4_000, hash: "" }, null, 101],
  ] as const
) {
  check(`A04.FR.02, rolling: ${name}`, () => assertEquals(firstLeft(end, critical), first));
}

check("the text: each line ended, and its hash in the next", () => {
  const lines = securityLogText(five, {}).split("\n");
  assertEquals(lines.pop(), "");
  assertEquals(lines, five.map(securityLogLine));
  for (const [at, line] of lines.slice(1).entries()) {
    assertEquals(line.split(" ")[3], sha256(lines[at] ?? ""));
  }
});

for (
  const [name, period, numbers] of [
    ["all without bounds", {}, [1, 2, 3, 4, 5]],
    ["from the oldest, itself included", { oldestMs: 180_000 }, [3, 4, 5]],
    ["to the latest, itself included", { latestMs: 180_000 }, [1, 2, 3]],
    ["between both", { oldestMs: 100_000, latestMs: 250_000 }, [2, 3, 4]],
    ["nothing before the first", { latestMs: 0 }, []],
    ["nothing behind the last", { oldestMs: 400_000 }, []],
  ] as const
) {
  check(`GetLog: ${name}`, () => assertEquals(numbersIn(securityLogText(five, period)), numbers));
}

check("GetLog: an excerpt has no gap where the clock was set back", () => {
  const set = changed(2, { timestamp: "1970-01-01T00:00:00.000Z" });
  assertEquals(numbersIn(securityLogText(set, { oldestMs: 120_000, latestMs: 240_000 })), [2, 3, 4]);
});

function numbersIn(text: string): readonly number[] {
  return text.split("\n").filter((line) => line !== "").map((line) => Number(line.split(" ")[1]));
}
