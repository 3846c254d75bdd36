/**
 * The lock round a detachable cable: closed before a transaction, opened by UnlockConnector, broken (OCPP 1.6 §5.18;
 * spec/behaviour.md §5.6, §6; messages.md §3.17; TC_017, TC_018, TC_024).
 */
import { assertEquals } from "@std/assert";
import type { Fault } from "../../protocol/connector_facts.ts";
import { wantsContactor } from "../../protocol/connector_status.ts";
import type { Line } from "./connector_story.ts";
import {
  accept,
  after,
  answerStart,
  cable,
  chargingLocked,
  lockTimeOut,
  present,
  remoteStart,
  remoteStop,
  startCommitted,
  stop,
  stopCommitted,
  story,
  timeOut,
  unlock,
} from "./connector_story.ts";

const fault: Fault = { errorCode: "GroundFailure" };
/** Accepted with the plug in: the lock is closing. */
const locking = chargingLocked.slice(0, 3);
const starting = chargingLocked.slice(0, 4);
const failed = "Faulted ConnectorLockFailure";

story("§6: no transaction before the lock says that it has closed", chargingLocked);

story("§6: identified first, and from afar too", [
  [remoteStart("DRIVER", false), "Preparing"],
  [cable("station", "open"), "Preparing"],
  [cable("both", "open"), "Preparing, held"],
  [cable("both", "closed"), "Preparing, held", "CommitStart DRIVER"],
]);

story("a lock that is closed already need not close again", [
  [cable("both", "closed"), "Preparing"],
  [remoteStart("DRIVER", false), "Preparing, held", "CommitStart DRIVER"],
]);

story("while the lock closes nobody is heard, and no other wait is over", [
  ...locking,
  [present("DRIVER"), "Preparing, held"],
  [present("STRANGER"), "Preparing, held"],
  [accept("STRANGER"), "Preparing, held"],
  [remoteStart("STRANGER", false), "Preparing, held"],
  [timeOut, "Preparing, held"],
  [startCommitted, "Preparing, held"],
  [cable("both", "closed"), "Preparing, held", "CommitStart DRIVER"],
]);

story("TC_024: a lock that does not close: Faulted, no transaction, and over when the plug is out", [
  ...locking,
  [lockTimeOut, failed],
  [present("DRIVER"), failed],
  [remoteStart("DRIVER", false), failed],
  [cable("both", "closed"), failed],
  [startCommitted, failed],
  [cable("station", "open"), failed],
  [cable("none", "open"), "Available"],
  [present("DRIVER"), "Available", "AskAuthorization DRIVER"],
]);

story("TC_024: it is over as well when the car keeps the cable", [
  ...locking,
  [lockTimeOut, failed],
  [cable("ev", "open"), "Available"],
]);

story("TC_024: of two faults the electronics' own is told", [
  ...locking,
  [lockTimeOut, failed],
  [cable("both", "open", { fault }), "Faulted GroundFailure"],
  [cable("both", "open"), failed],
]);

story("a lock's time-out that comes late means nothing", [
  ...chargingLocked,
  [lockTimeOut, "Charging, held"],
  [remoteStop, "Finishing", "CommitStop 1 Remote"],
  [lockTimeOut, "Finishing"],
  [stopCommitted, "Finishing"],
  [lockTimeOut, "Finishing"],
  [cable("none", "open"), "Available"],
  [lockTimeOut, "Available"],
]);

story("TC_041: a fault while the lock closes takes the authorization back", [
  ...locking,
  [cable("both", "open", { fault }), "Faulted GroundFailure"],
  [cable("both", "closed"), "Preparing"],
  [lockTimeOut, "Preparing"],
]);

story("unplugged at the car while the lock closes, it waits for the plug again", [
  ...locking,
  [cable("station", "open"), "Preparing"],
  [lockTimeOut, "Preparing"],
  [cable("both", "open"), "Preparing, held"],
  [cable("both", "closed"), "Preparing, held", "CommitStart DRIVER"],
]);

story("unplugged at the station while the lock closes, it waits until ConnectionTimeOut", [
  ...locking,
  [cable("none", "open"), "Preparing"],
  [timeOut, "Available"],
]);

story("a reset while the lock closes ends the intention", [
  ...locking,
  [stop("SoftReset"), "Preparing"],
  [cable("both", "closed"), "Preparing"],
]);

story("§6: a lock that opens again under a start has to close again first", [
  ...starting,
  [cable("both", "open"), "Preparing, held"],
  [startCommitted, "Preparing, held"],
  [cable("both", "closed"), "Preparing, held", "CommitStart DRIVER"],
  [startCommitted, "Charging, held"],
]);

story("C5, E3: a lock that opens in a transaction suspends it", [
  ...chargingLocked,
  [cable("both", "open"), "SuspendedEVSE, held"],
  [cable("both", "closed"), "Charging, held"],
]);

Deno.test({ name: "connector: no energy flows round an open lock", permissions: "none" }, () => {
  const events = chargingLocked.map(([event]) => event);
  const locks = ["closed", "open"] as const;
  assertEquals(locks.map((lock) => wantsContactor(after([...events, cable("both", lock)]))), [true, false]);
});

story("TC_017_1: UnlockConnector with nobody there", [
  [unlock, "Available"],
  [cable("station", "open"), "Preparing"],
  [unlock, "Preparing"],
]);

story("TC_018_1: UnlockConnector stops the transaction and lets the cable go", [
  ...chargingLocked,
  [unlock, "Finishing", "CommitStop 1 UnlockCommand"],
  [unlock, "Finishing"],
  [stopCommitted, "Finishing"],
  [cable("none", "open"), "Available"],
]);

story("§5.18: UnlockConnector while someone asks: the answer starts nothing", [
  [present("DRIVER"), "Available", "AskAuthorization DRIVER"],
  [unlock, "Available"],
  [accept("DRIVER"), "Available"],
]);

story("§5.18: UnlockConnector while the next user asks: it is still to be finished", [
  ...chargingLocked,
  [remoteStop, "Finishing", "CommitStop 1 Remote"],
  [stopCommitted, "Finishing"],
  [present("FRIEND"), "Finishing", "AskAuthorization FRIEND"],
  [unlock, "Finishing"],
  [accept("FRIEND"), "Finishing"],
]);

const waiting: readonly Line[] = [
  [cable("station", "open"), "Preparing"],
  [remoteStart("DRIVER", false), "Preparing"],
];

for (
  const [moment, before] of Object.entries({ "for the plug": waiting, "for the lock": locking, starting })
) {
  story(`§5.18: UnlockConnector while one waits (${moment}): the intention is dropped, nothing starts`, [
    ...before,
    [unlock, "Preparing"],
    [cable("both", "closed"), "Preparing"],
    [startCommitted, "Preparing"],
  ]);
}

story("§5.18: UnlockConnector lets a cable go that is held for somebody", [
  ...chargingLocked,
  [answerStart(false), "Finishing, held", "CommitStop 1 DeAuthorized"],
  [stopCommitted, "Finishing, held"],
  [unlock, "Finishing"],
  [present("STRANGER"), "Finishing", "AskAuthorization STRANGER"],
]);

story("§5.18: and one that would be held as soon as the stop is committed; the reason stays", [
  ...chargingLocked,
  [answerStart(false), "Finishing, held", "CommitStop 1 DeAuthorized"],
  [unlock, "Finishing"],
  [stopCommitted, "Finishing"],
]);

story("§5.18: UnlockConnector ends no fault", [
  ...locking,
  [lockTimeOut, failed],
  [unlock, failed],
]);
