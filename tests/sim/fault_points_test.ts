/** The words for faults, on literals: what each turn, and each act of a scenario, is called where it falls (invariant I24). */
import { assertEquals } from "@std/assert";
import { actPoint, turnPoint } from "./fault_points.ts";
import type { Act } from "./scenario.ts";
import type { Turn } from "./turn.ts";

function check(name: string, body: () => void): void {
  Deno.test({ name: `fault points: ${name}`, permissions: "none" }, body);
}

check("an answer is named by what is wrong with it: its moment, its types, or nothing", () => {
  const named = (payload: unknown) => turnPoint("Heartbeat", { kind: "answer", payload });
  assertEquals(turnPoint("Heartbeat", { kind: "answer" }), null);
  assertEquals(turnPoint("Heartbeat", { kind: "answer", afterMs: 30_000 }), "answered late");
  assertEquals(named({ currentTime: "now" }), "answered with wrong types");
  assertEquals(named({ currentTime: "2026-01-01T00:00:00Z" }), null);
  // OCPP-J 1.6 §4.2.3: one that says more than it should has answered.
  assertEquals(named({ currentTime: "2026-01-01T00:00:00Z", more: 1 }), null);
});

check("what was processed and what was not are two faults", () => {
  const points = ([
    { kind: "error", errorCode: "GenericError" },
    { kind: "error", errorCode: "GenericError", processed: true },
    { kind: "cut", processed: false },
    { kind: "cut", processed: true },
  ] satisfies readonly Turn[]).map((turn) => turnPoint("StartTransaction", turn));
  assertEquals(points, [
    "CALLERROR before it was processed",
    "CALLERROR after it was processed",
    "message lost at the cut",
    "answer lost at the cut",
  ]);
});

check("an interval is senseless where nobody can keep it, of no time or of more than a day", () => {
  const points = [-1, 0, 1, 86_400, 86_401].map((intervalS) =>
    turnPoint("BootNotification", { kind: "boot", status: "Accepted", intervalS })
  );
  const senseless = "boot answered with a senseless interval";
  assertEquals(points, [senseless, senseless, null, null, senseless]);
});

check("a card is there twice where it is the same card, at the same place, at once", () => {
  const swipe = (idTag: string, connectorId = 1): Act => ({ kind: "swipe", connectorId, idTag });
  assertEquals(last([0, swipe("BOB")], [400, swipe("BOB")]), "card twice");
  assertEquals(last([0, swipe("BOB")], [401, swipe("BOB")]), null);
  assertEquals(last([0, swipe("ALICE")], [50, swipe("BOB")]), null);
  assertEquals(last([0, swipe("BOB", 2)], [50, swipe("BOB")]), null);
  assertEquals(last([0, swipe("STRANGER")]), "card of a stranger");
  assertEquals(last([0, swipe("X".repeat(21))]), "card that is none");
  assertEquals(last([0, swipe("X".repeat(20))]), "card of a stranger");
  assertEquals(last([0, swipe(" ")]), "card that is none");
});

check("a plug bounces that is moved three times at once, with the whole cable", () => {
  const moved = (kind: "plug" | "unplug", connectorId = 1): Act => ({ kind, connectorId });
  const half: Act = { kind: "plug", connectorId: 1, side: "ev" };
  assertEquals(last([0, moved("unplug")], [50, moved("plug")], [400, moved("unplug")]), "plug bounces");
  assertEquals(last([0, moved("unplug")], [50, moved("plug")], [401, moved("unplug")]), null);
  assertEquals(last([0, moved("unplug")], [50, moved("plug", 2)], [90, moved("unplug")]), null);
  assertEquals(last([0, moved("unplug")], [50, half], [90, moved("plug")]), null);
  assertEquals(last([0, half]), "plug half in");
});

check("CALLs are named by how many come at once", () => {
  const call = (times: number): Act => ({ kind: "call", action: "ClearCache", payload: {}, times });
  assertEquals([1, 6, 7, 899, 900].map((times) => last([0, call(times)])), [
    "asked ClearCache",
    "asked ClearCache",
    "storm of ClearCache",
    "storm of ClearCache",
    "more CALLs at once than are read",
  ]);
  assertEquals(last([0, { ...call(2), sameId: true } as Act]), "same CALL twice");
});

check("what ends a fault is none", () => {
  const ends: readonly Act[] = [
    { kind: "link", state: "up" },
    { kind: "lock", connectorId: 1, failure: false },
    { kind: "diskSlow", extraMs: 0 },
    { kind: "latency", maxMs: 200 },
    { kind: "carDraws", connectorId: 1, share: 1 },
    { kind: "hangUpOnCalls", always: false },
  ];
  assertEquals(ends.map((act) => last([0, act])), ends.map(() => null));
});

function last(...events: readonly (readonly [atMs: number, act: Act])[]): string | null {
  return actPoint(events.map(([atMs, act]) => ({ atMs, act })), events.length - 1);
}
