/**
 * What a connector wants of its hardware, whether it takes a remote start, and what it remembers (house rule 9; OCPP 1.6 §5.11).
 */
import { assertEquals } from "@std/assert";
import type { ConnectorFacts, Fault } from "../../protocol/connector_facts.ts";
import { mayRemoteStart, trouble, wantsContactor, wantsLock } from "../../protocol/connector_status.ts";
import {
  after,
  answerStart,
  cable,
  charging,
  chargingLocked,
  inoperative,
  lockTimeOut,
  operative,
  plug,
  remoteStart,
  remoteStop,
  stop,
  stopCommitted,
} from "./connector_story.ts";

interface Wishes {
  readonly remoteStart: boolean;
  readonly lock: boolean;
  readonly contactor: boolean;
}

/** Plugged in, presented, accepted, committed. */
const started = charging.map(([event]) => event);
const lockedIn = chargingLocked.map(([event]) => event);
const fault: Fault = { errorCode: "GroundFailure" };

const free: Wishes = { remoteStart: true, lock: false, contactor: false };
const taken: Wishes = { remoteStart: false, lock: false, contactor: false };
const held: Wishes = { remoteStart: false, lock: true, contactor: false };
const closed: Wishes = { remoteStart: false, lock: true, contactor: true };

function check(moment: string, facts: ConnectorFacts, expected: Wishes): void {
  Deno.test({ name: `connector: remote start, lock and contactor: ${moment}`, permissions: "none" }, () => {
    const actual: Wishes = {
      remoteStart: mayRemoteStart(facts, "ANYBODY"),
      lock: wantsLock(facts),
      contactor: wantsContactor(facts),
    };
    assertEquals(actual, expected);
  });
}

check("nobody is there", after([]), free);
check("a cable is in", after(started.slice(0, 1)), free);
check("TC_041: in a fault", after([plug("both", { fault })]), taken);
check("it is being asked for", after(started.slice(0, 2)), taken);
check("it waits for the plug", after([remoteStart("DRIVER", false), cable("station", "open")]), taken);
check("§6: its lock closes", after(lockedIn.slice(0, 3)), held);
check("TC_024: its lock did not close", after([...lockedIn.slice(0, 3), lockTimeOut]), taken);
check("§6: it starts", after(started.slice(0, 3)), held);
check("TC_026: it charges", after(started), closed);
check("the car pauses", after([...started, plug("both", { demand: false })]), closed);
check("§6: a transaction is in a fault", after([...started, plug("both", { fault })]), held);
check(
  "TC_005_3: the car's end is out and the transaction goes on",
  after([...lockedIn, cable("station", "closed")], { stopOnEvSideDisconnect: false }),
  held,
);
check(
  "TC_037_2: the central system has refused the tag",
  after([...started, answerStart(false)], { stopOnInvalidId: false }),
  held,
);
check(
  "the cable is out of the station, and the transaction goes on",
  after([...lockedIn, cable("ev", "open")], { stopOnEvSideDisconnect: false }),
  taken,
);
check("the lock has opened under a transaction", after([...lockedIn, cable("both", "open")]), held);
check(
  "MaxEnergyOnInvalidId: the central system has refused the tag, and so much energy is left",
  after([...started, answerStart(false)], { stopOnInvalidId: false, maxEnergyOnInvalidIdWh: 1 }),
  closed,
);
check("it stops", after([...started, remoteStop]), taken);
check("it has stopped", after([...started, remoteStop, stopCommitted]), taken);
check(
  "it has stopped, and the next driver's cable has come while it did",
  after([...started, remoteStop, cable("none", "open"), plug("both"), stopCommitted]),
  free,
);
check("errata v4.0 §3.5: it stops by a refusal", after([...lockedIn, stop("DeAuthorized")]), held);
check(
  "errata v4.0 §3.5: it has stopped by a refusal",
  after([...lockedIn, stop("DeAuthorized"), stopCommitted]),
  held,
);
check("§5.2: out of use", after([inoperative]), taken);
check("§5.2: out of use, and a transaction goes on", after([...started, inoperative]), closed);
check("§5.2: in use again", after([inoperative, operative]), free);
check(
  "errata v4.0 §3.5, H2: in use again with the cable still held",
  after([...lockedIn, stop("DeAuthorized"), stopCommitted, inoperative, operative]),
  held,
);

Deno.test(
  { name: "connector: a transaction keeps what StartTransaction.conf said", permissions: "none" },
  () => {
    const answered = answerStart(true, "GROUP");
    const transaction = {
      localId: 1,
      idTag: "DRIVER",
      parentIdTag: "GROUP",
      transactionId: 7,
      mayCharge: true,
    };
    assertEquals(after([...started, answered]).use, { kind: "transaction", transaction });
    assertEquals(after([...started, remoteStop, answered]).use, {
      kind: "stopping",
      transaction,
      stop: { reason: "Remote" },
    });
  },
);

Deno.test(
  { name: "connector: §5.6: a fault is told with all that is known of it", permissions: "none" },
  () => {
    const known: Fault = { errorCode: "OtherError", info: "door open", vendorErrorCode: "CX009" };
    assertEquals(trouble(after([plug("both", { fault: known })])), known);
  },
);
