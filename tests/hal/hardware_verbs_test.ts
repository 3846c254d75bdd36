/**
 * The hardware verbs: what hands can do to a cable, a lock and a reader, and how a request is answered.
 *
 * Law: a verb that is not done has changed nothing.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { CableSide, VerbOutcome } from "../../hal/hardware_verb.ts";
import type { StationProfile } from "../../hal/station_profile.ts";
import { bench } from "./station_bench.ts";
import { acTwoSockets, dcFour, referenceDc } from "./stations.ts";

type Plug = "none" | "station" | "ev" | "both";

function check(sentence: string, test: () => Promise<void> | void): void {
  Deno.test({ name: `hardware verbs: ${sentence}`, permissions: "none", fn: test });
}

/** Cable, plug before, the verb, and the plug after, or why not. */
const hands: readonly (readonly [StationProfile, Plug, "plug" | "unplug", CableSide, Plug | string])[] = [
  [referenceDc, "none", "plug", "both", "both"],
  [referenceDc, "none", "plug", "ev", "both"],
  [referenceDc, "none", "plug", "station", "fixed to the station"],
  [referenceDc, "both", "plug", "both", "plugged in already"],
  [referenceDc, "both", "plug", "ev", "plugged in already"],
  [referenceDc, "both", "unplug", "both", "none"],
  [referenceDc, "both", "unplug", "ev", "none"],
  [referenceDc, "both", "unplug", "station", "fixed to the station"],
  [referenceDc, "none", "unplug", "ev", "no plug to pull"],
  [acTwoSockets, "none", "plug", "both", "both"],
  [acTwoSockets, "none", "plug", "ev", "ev"],
  [acTwoSockets, "none", "plug", "station", "station"],
  [acTwoSockets, "station", "plug", "ev", "both"],
  [acTwoSockets, "ev", "plug", "station", "both"],
  [acTwoSockets, "station", "plug", "both", "both"],
  [acTwoSockets, "station", "plug", "station", "plugged in already"],
  [acTwoSockets, "ev", "plug", "ev", "plugged in already"],
  [acTwoSockets, "both", "plug", "station", "plugged in already"],
  [acTwoSockets, "both", "unplug", "both", "none"],
  [acTwoSockets, "both", "unplug", "ev", "station"],
  [acTwoSockets, "both", "unplug", "station", "ev"],
  [acTwoSockets, "station", "unplug", "station", "none"],
  [acTwoSockets, "station", "unplug", "both", "none"],
  [acTwoSockets, "station", "unplug", "ev", "no plug to pull"],
  [acTwoSockets, "ev", "unplug", "ev", "none"],
  [acTwoSockets, "ev", "unplug", "station", "no plug to pull"],
  [acTwoSockets, "none", "unplug", "both", "no plug to pull"],
];
for (const [profile, before, verb, side, after] of hands) {
  const { cable } = profile.connectors[0] ?? {};
  check(`a ${cable} cable at "${before}", ${verb} "${side}": ${after}`, () => {
    const { verbs, board } = bench(profile);
    if (before !== "none") verbs.plug(1, before);
    assertEquals(board.state(1).plug, before);
    const outcome = verbs[verb](1, side);
    if (outcome.kind === "done") return assertEquals(board.state(1).plug, after as Plug);
    assertStringIncludes(why(outcome), after);
    assertEquals(board.state(1).plug, before);
  });
}

check("a locked plug cannot be pulled out of the socket, but off the car", () => {
  const { verbs, board } = bench(acTwoSockets);
  verbs.plug(1);
  board.setLock(1, true);
  assertEquals(verbs.unplug(1), { kind: "impossible", why: "connector 1: the plug is locked in the socket" });
  assertEquals(verbs.unplug(1, "station").kind, "impossible");
  assertEquals(board.state(1).plug, "both");
  assertEquals(verbs.unplug(1, "ev").kind, "done");
  assertEquals(verbs.unplug(1, "station").kind, "impossible");
  board.setLock(1, false);
  assertEquals(verbs.unplug(1, "station").kind, "done");
});

check("a lock that fails stays where it is, closed or open, until it is mended", () => {
  const { verbs, board } = bench(acTwoSockets);
  verbs.plug(1);
  board.setLock(1, true);
  verbs.lock(1, { failure: true });
  board.setLock(1, false);
  assertEquals(board.state(1).locked, true);
  verbs.lock(1, { failure: false });
  assertEquals(board.state(1).locked, true);
  board.setLock(1, false);
  assertEquals(board.state(1).locked, false);
});

check("a fixed cable has no lock that could fail", () => {
  assertEquals(bench(referenceDc).verbs.lock(1, { failure: true }).kind, "impossible");
});

/** A request as it comes from outside, and its outcome (the beginning of why). */
const requests: readonly (readonly [StationProfile, unknown, VerbOutcome["kind"], string])[] = [
  [referenceDc, { verb: "plug", connectorId: 1 }, "done", ""],
  [
    referenceDc,
    { verb: "plug", connectorId: 1, side: "station" },
    "impossible",
    "connector 1: the cable is fixed",
  ],
  [referenceDc, { verb: "plug", connectorId: 2 }, "invalid", "name a connector from 1 to 1, not 2"],
  [referenceDc, { verb: "plug", connectorId: 0 }, "invalid", "name a connector from 1 to 1, not 0"],
  [referenceDc, { verb: "plug", connectorId: 1.5 }, "invalid", "connectorId: write a whole number, not 1.5"],
  [referenceDc, { verb: "plug" }, "invalid", "connectorId: write a number; it is missing"],
  [
    referenceDc,
    { verb: "plug", connectorId: 1, site: "ev" },
    "invalid",
    'remove the field "site", which is not',
  ],
  [referenceDc, { verb: "pluck", connectorId: 1 }, "invalid", 'verb: write "plug" or'],
  [referenceDc, null, "invalid", "write an object, not null"],
  [referenceDc, { verb: "unplug", connectorId: 1 }, "impossible", "connector 1: there is no plug to pull"],
  [referenceDc, { verb: "swipe", idTag: "04A1B2C3" }, "done", ""],
  [referenceDc, { verb: "swipe", idTag: "" }, "invalid", "idTag: write 1 to 20 printable characters, not"],
  [
    referenceDc,
    { verb: "swipe", idTag: "123456789012345678901" },
    "invalid",
    "idTag: write 1 to 20 printable",
  ],
  [referenceDc, { verb: "swipe", idTag: "A", connectorId: 1 }, "invalid", "leave connectorId 1 out"],
  [
    dcFour,
    { verb: "swipe", idTag: "A" },
    "invalid",
    "name the connector whose reader it is, from 1 to 4, not",
  ],
  [dcFour, { verb: "swipe", idTag: "A", connectorId: 5 }, "invalid", "name the connector whose reader it is"],
  [dcFour, { verb: "swipe", idTag: "A", connectorId: 4 }, "done", ""],
  [referenceDc, { verb: "fault", connectorId: 0, errorCode: "OtherError", info: "x" }, "done", ""],
  [referenceDc, { verb: "fault", connectorId: 1, errorCode: "NoError" }, "invalid", "errorCode: write"],
  [
    referenceDc,
    { verb: "fault", connectorId: 2, errorCode: "OtherError" },
    "invalid",
    "name a connector from",
  ],
  [
    referenceDc,
    { verb: "fault", connectorId: 1, errorCode: "OtherError", info: "x".repeat(51) },
    "invalid",
    "info: write at most 50",
  ],
  [
    referenceDc,
    { verb: "fault", connectorId: 1, errorCode: "EVCommunicationError", severity: "fault" },
    "invalid",
    'write severity "warning"',
  ],
  [
    referenceDc,
    { verb: "fault", connectorId: 0, errorCode: "EVCommunicationError" },
    "invalid",
    "name a connector, not 0",
  ],
  [
    referenceDc,
    { verb: "fault", connectorId: 1, errorCode: "OtherError", severity: "info" },
    "invalid",
    'severity: write "fault" or "warning", not "info"',
  ],
  [referenceDc, { verb: "clear-fault", connectorId: 1 }, "done", ""],
  [referenceDc, { verb: "ev", connectorId: 1, demand: false, suspended: true, socPercent: 50 }, "done", ""],
  [referenceDc, { verb: "ev", connectorId: 1, socPercent: 101 }, "invalid", "socPercent: write at most 100"],
  [referenceDc, { verb: "lock", connectorId: 1, failure: true }, "impossible", "connector 1: it has no lock"],
  [acTwoSockets, { verb: "lock", connectorId: 2, failure: true }, "done", ""],
  [referenceDc, { verb: "power", state: "failing" }, "done", ""],
  [
    referenceDc,
    { verb: "power", state: "off" },
    "invalid",
    'state: write "on" or "failing" or "cut", not "off"',
  ],
];
for (const [profile, request, kind, reason] of requests) {
  check(`${profile.name} answers ${JSON.stringify(request)}: ${kind} ${reason}`, () => {
    const outcome = bench(profile).perform(request);
    assertEquals(outcome.kind, kind);
    assertEquals(why(outcome).slice(0, reason.length), reason);
  });
}

check("a fault is one, a warning is one where it says so, and of a car that does not answer always", () => {
  const { perform, board, physicalState } = bench(acTwoSockets);
  perform({ verb: "fault", connectorId: 1, errorCode: "HighTemperature", severity: "warning" });
  perform({ verb: "fault", connectorId: 1, errorCode: "GroundFailure", severity: "fault" });
  perform({ verb: "fault", connectorId: 2, errorCode: "EVCommunicationError" });
  perform({ verb: "fault", connectorId: 0, errorCode: "WeakSignal", severity: "warning" });
  const told = [1, 2].map((id) => [board.state(id).fault?.errorCode, board.state(id).warning?.errorCode]);
  assertEquals(told, [["GroundFailure", "HighTemperature"], [undefined, "EVCommunicationError"]]);
  assertEquals([board.stationFault(), board.stationWarning()], [null, { errorCode: "WeakSignal" }]);
  assertEquals(physicalState().stationWarning, { errorCode: "WeakSignal" });
  for (const connectorId of [0, 1, 2]) perform({ verb: "clear-fault", connectorId });
  const left = [1, 2].flatMap((id) => [board.state(id).fault, board.state(id).warning]);
  assertEquals([...left, board.stationFault(), board.stationWarning()], Array(6).fill(null));
});

check("what was performed has happened", () => {
  const { perform, board, physicalState } = bench(acTwoSockets);
  perform({ verb: "plug", connectorId: 2, side: "ev" });
  perform({ verb: "fault", connectorId: 1, errorCode: "WeakSignal", vendorErrorCode: "v" });
  perform({ verb: "ev", connectorId: 1, socPercent: 50, demand: false });
  assertEquals(board.state(2).plug, "ev");
  assertEquals(board.state(1).fault, { errorCode: "WeakSignal", vendorErrorCode: "v" });
  const car = physicalState().connectors[0]?.car;
  assertEquals([car?.batteryWh, car?.demand, car?.suspended], [32_000, false, false]);
});

function why(outcome: VerbOutcome): string {
  return outcome.kind === "done" ? "" : outcome.why;
}
