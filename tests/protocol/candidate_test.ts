/** What a reader knows of a connector that a tag might be meant for (OCPP 1.6 §3.5, §5.15; errata v4.0 §3.5; spec/behaviour.md §4.4). */
import { assertEquals } from "@std/assert";
import type { Candidate } from "../../protocol/authorization.ts";
import { candidateOf, chosenConnector } from "../../protocol/authorization.ts";
import type { ConnectorEvent, ConnectorFacts } from "../../protocol/connector_facts.ts";
import {
  accept,
  after,
  answerStart,
  cable,
  charging,
  chargingLocked,
  inoperative,
  lockTimeOut,
  operative,
  plug,
  present,
  remoteStart,
  remoteStop,
  stop,
  stopCommitted,
} from "./connector_story.ts";

function check(
  sentence: string,
  events: readonly ConnectorEvent[],
  expected: Omit<Candidate, "connectorId" | "status" | "reserved">,
): void {
  Deno.test({ name: `what the reader knows of a connector: ${sentence}`, permissions: "none" }, () => {
    const { status: _status, reserved: _reserved, ...candidate } = candidateOf(3, after(events));
    assertEquals(candidate, { connectorId: 3, ...expected });
  });
}

/** Plugged in, presented, accepted, committed. */
const started = charging.map(([event]) => event);
const locked = chargingLocked.map(([event]) => event);
const nobodys = { free: false, ended: false, cableInStation: false, grouped: false };
const plugged = { ...nobodys, cableInStation: true };
const drivers = { ...plugged, idTag: "DRIVER" };
const held = [...locked, answerStart(true, "GROUP"), stop("DeAuthorized"), stopCommitted];

check("nobody is there", [], { ...nobodys, free: true });
check("a cable is in", [plug("both")], { ...plugged, free: true });
check("a cable is in the socket alone", [cable("station", "open")], { ...plugged, free: true });
check("a cable is at the car alone", [cable("ev", "open")], { ...nobodys, free: true });
check("a fault", [plug("none", { fault: { errorCode: "GroundFailure" } })], nobodys);
check("§5.2: out of use", [inoperative], nobodys);
check("someone asks", [present("DRIVER")], { ...nobodys, idTag: "DRIVER" });
check("someone waits for the plug", [remoteStart("DRIVER", false)], { ...nobodys, idTag: "DRIVER" });
check("someone of a group waits for the plug", [present("DRIVER"), accept("DRIVER", "GROUP")], {
  ...nobodys,
  idTag: "DRIVER",
});
check("§6: someone waits for the lock", locked.slice(0, 3), drivers);
check("TC_024: someone's lock did not close", [...locked.slice(0, 3), lockTimeOut], plugged);
check("someone starts", started.slice(0, 3), drivers);
check("someone charges", started, drivers);
check("§5.2: someone charges, and after that it is out of use", [...started, inoperative], drivers);
check("someone of a group charges", [...started, answerStart(true, "GROUP")], { ...drivers, grouped: true });
check("someone of a group stops", [...started, answerStart(true, "GROUP"), remoteStop], drivers);
check("F2: someone has stopped", [...started, remoteStop, stopCommitted], { ...plugged, ended: true });
check(
  "TC_041: someone has stopped, in a fault",
  [...started, remoteStop, stopCommitted, plug("both", { fault: { errorCode: "GroundFailure" } })],
  plugged,
);
check("§5.2: someone has stopped, out of use", [...started, remoteStop, stopCommitted, inoperative], plugged);
check("errata v4.0 §3.5: the cable is held for someone of a group", held, { ...drivers, grouped: true });
check("errata v4.0 §3.5: out of use as well", [...held, inoperative], { ...drivers, grouped: true });
check("errata v4.0 §3.5, H2: and in use again", [...held, inoperative, operative], {
  ...drivers,
  grouped: true,
});
check("the cable was held for someone, who got it", [...held, present("DRIVER")], {
  ...plugged,
  ended: true,
});

function checkChosen(
  sentence: string,
  all: readonly ConnectorFacts[],
  idTag: string,
  expected: number,
): void {
  Deno.test({ name: `reader of several connectors: ${sentence}`, permissions: "none" }, () => {
    const candidates = all.map((facts, index) => candidateOf(index + 1, facts));
    assertEquals(chosenConnector(candidates, idTag), expected);
  });
}

const free = after([plug("both")]);
checkChosen("errata v4.0 §3.5: who comes back gets the cable first", [free, after(held)], "driver", 2);
checkChosen("a stranger gets a free connector, and no held cable", [after(held), free], "STRANGER", 2);
checkChosen(
  "§6: a tag once more while its lock closes claims no second connector",
  [
    free,
    after(locked.slice(0, 3)),
  ],
  "DRIVER",
  2,
);
