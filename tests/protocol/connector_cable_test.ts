/**
 * A cable that is pulled at the car, or out of the station, in a transaction and after it (OCPP 1.6 §4.9, §9.1.25, §9.1.30;
 * errata v4.0 §3.83; spec/behaviour.md §6; TC_005).
 */
import type { ConnectorRules } from "../../protocol/connector_facts.ts";
import type { Line } from "./connector_story.ts";
import {
  accept,
  answerStart,
  cable,
  charging,
  chargingLocked,
  plug,
  present,
  refuse,
  remoteStart,
  remoteStop,
  stop,
  stopCommitted,
  story,
  unlock,
} from "./connector_story.ts";

const info = "(EV side disconnected)";

/** StopTransactionOnEVSideDisconnect, UnlockConnectorOnEVSideDisconnect. */
const stopAndUnlock: Partial<ConnectorRules> = {
  stopOnEvSideDisconnect: true,
  unlockOnEvSideDisconnect: true,
};
const stopAndHold: Partial<ConnectorRules> = {
  stopOnEvSideDisconnect: true,
  unlockOnEvSideDisconnect: false,
};

/** Pulled at the car by a stranger, while DRIVER is away. */
const heldForDriver: readonly Line[] = [
  ...chargingLocked,
  [cable("station", "closed"), `Finishing ${info}, held`, "CommitStop 1 EVDisconnected"],
  [stopCommitted, `Finishing ${info}, held`],
];

story("TC_005_1, §6: stop and unlock: the cable is let go", [
  ...chargingLocked,
  [cable("station", "closed"), `Finishing ${info}`, "CommitStop 1 EVDisconnected"],
  [cable("station", "open"), `Finishing ${info}`],
  [stopCommitted, `Finishing ${info}`],
  [cable("none", "open"), "Available"],
], stopAndUnlock);

story("TC_005_1: what is plugged in again after that is no longer disconnected", [
  ...chargingLocked,
  [cable("station", "closed"), `Finishing ${info}`, "CommitStop 1 EVDisconnected"],
  [stopCommitted, `Finishing ${info}`],
  [present("DRIVER"), `Finishing ${info}`, "AskAuthorization DRIVER"],
  [cable("both", "open"), "Finishing"],
  [accept("DRIVER"), "Preparing, held"],
  [cable("both", "closed"), "Preparing, held", "CommitStart DRIVER"],
], stopAndUnlock);

story("TC_005_2, §6: stop and no unlock: the cable is held until its user presents the tag", [
  ...heldForDriver,
  [present("STRANGER"), `Finishing ${info}, held`],
  [remoteStart("STRANGER", false), `Finishing ${info}, held`],
  [stop("SoftReset"), `Finishing ${info}, held`],
  [present("driver"), `Finishing ${info}`],
  [cable("none", "open"), "Available"],
], stopAndHold);

story("§6: the tag that lets the cable go starts nothing; presented once more it does (F2)", [
  ...heldForDriver,
  [cable("both", "closed"), "Finishing, held"],
  [present("DRIVER"), "Finishing"],
  [present("DRIVER"), "Finishing", "AskAuthorization DRIVER"],
], stopAndHold);

story("§6: a tag of the same group lets it go too, others do not", [
  ...chargingLocked,
  [answerStart(true, "GROUP"), "Charging, held"],
  [cable("station", "closed"), `Finishing ${info}, held`, "CommitStop 1 EVDisconnected"],
  [stopCommitted, `Finishing ${info}, held`],
  [present("FRIEND"), `Finishing ${info}, held`, "AskAuthorization FRIEND"],
  [refuse("FRIEND", "GROUP"), `Finishing ${info}, held`],
  [accept("FRIEND"), `Finishing ${info}, held`],
  [accept("FRIEND", "OTHERS"), `Finishing ${info}, held`],
  [accept("FRIEND", "group"), `Finishing ${info}`],
  [cable("none", "open"), "Available"],
], stopAndHold);

story("§6: without a group nobody else's tag is asked about, and no answer lets it go", [
  ...heldForDriver,
  [accept("FRIEND", "GROUP"), `Finishing ${info}, held`],
], stopAndHold);

for (const unlockOnEvSideDisconnect of [true, false]) {
  story(`TC_005_3, §6: no stop has priority over unlock (${unlockOnEvSideDisconnect}): it goes on, held`, [
    ...chargingLocked,
    [cable("station", "closed"), `SuspendedEV ${info}, held`],
    [cable("both", "closed"), "Charging, held"],
    [cable("station", "closed"), `SuspendedEV ${info}, held`],
    [remoteStop, "Finishing", "CommitStop 1 Remote"],
    [stopCommitted, "Finishing"],
    [cable("none", "open"), "Available"],
  ], { stopOnEvSideDisconnect: false, unlockOnEvSideDisconnect });
}

story("TC_005_2: a fixed cable is not held: it is free when the stop is committed", [
  ...charging,
  [plug("none"), `Finishing ${info}`, "CommitStop 1 EVDisconnected"],
  [stopCommitted, "Available"],
], stopAndHold);

story("TC_005_2: a fixed cable that is back before the stop is committed is anybody's", [
  ...charging,
  [plug("none"), `Finishing ${info}`, "CommitStop 1 EVDisconnected"],
  [plug("both"), "Finishing"],
  [stopCommitted, "Finishing"],
  [present("STRANGER"), "Finishing", "AskAuthorization STRANGER"],
], stopAndHold);

story("TC_005_3: a fixed cable, and no stop", [
  ...charging,
  [plug("none"), `SuspendedEV ${info}`],
  [plug("both"), "Charging"],
  [plug("none"), `SuspendedEV ${info}`],
  [remoteStop, "Finishing", "CommitStop 1 Remote"],
  [stopCommitted, "Available"],
], { stopOnEvSideDisconnect: false });

story("§4.9: unplugged in a fault, the fault is told", [
  ...charging,
  [plug("none", { fault: { errorCode: "GroundFailure" } }), "Faulted GroundFailure"],
  [plug("none"), `SuspendedEV ${info}`],
], { stopOnEvSideDisconnect: false });

story("pulled out of the station under an open lock, nothing is held any more", [
  ...heldForDriver,
  [cable("none", "open"), "Available"],
  [cable("both", "open"), "Preparing"],
  [present("STRANGER"), "Preparing", "AskAuthorization STRANGER"],
], stopAndHold);

story(
  "pulled out so before the stop is committed, the cable that comes next is not held either, and the next one's (F2)",
  [
    ...heldForDriver.slice(0, -1),
    [cable("none", "open"), `Finishing ${info}`],
    [cable("both", "open"), "Finishing"],
    [stopCommitted, "Preparing"],
  ],
  stopAndHold,
);

story(
  "and it stays the next one's where UnlockConnector comes before the stop is committed",
  [
    ...heldForDriver.slice(0, -1),
    [cable("none", "open"), `Finishing ${info}`],
    [cable("both", "open"), "Finishing"],
    [unlock, "Finishing"],
    [stopCommitted, "Preparing"],
  ],
  stopAndHold,
);

story("pulled out so in a transaction, an empty socket is not held", [
  ...chargingLocked,
  [cable("ev", "open"), `Finishing ${info}`, "CommitStop 1 EVDisconnected"],
  [cable("both", "open"), "Finishing"],
  [stopCommitted, "Finishing"],
], stopAndHold);

story("pulled out so while the transaction goes on, it can come back, and energy waits for the lock", [
  ...chargingLocked,
  [cable("ev", "open"), `SuspendedEV ${info}`],
  [cable("both", "open", { demand: false }), "SuspendedEVSE, held"],
  [cable("both", "open"), "SuspendedEVSE, held"],
  [cable("both", "closed"), "Charging, held"],
], { stopOnEvSideDisconnect: false });
