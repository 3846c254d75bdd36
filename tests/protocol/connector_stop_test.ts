/**
 * How a transaction ends: by its own tag or one of its group, from afar, at the car, by refusal; and what may begin after it
 * (OCPP 1.6 §4.9, §4.10, §5.15; spec/behaviour.md §4.4, §4.5, §6).
 */
import type { Line } from "./connector_story.ts";
import {
  accept,
  answerStart,
  charging,
  plug,
  present,
  refuse,
  remoteStart,
  remoteStop,
  startCommitted,
  stopCommitted,
  story,
  timeOut,
} from "./connector_story.ts";

const unplugInfo = "(EV side disconnected)";

/** Charging, as one whose tag belongs to GROUP. */
const chargingInGroup: readonly Line[] = [...charging, [answerStart(true, "GROUP"), "Charging"]];

/** A transaction is over and its cable still in. */
const ended: readonly Line[] = [
  ...charging,
  [present("DRIVER"), "Finishing", "CommitStop 1 Local by DRIVER"],
  [stopCommitted, "Finishing"],
];

story("§4.4: its own tag stops it without a question, in any case of letters", [
  ...charging,
  [present("driver"), "Finishing", "CommitStop 1 Local by driver"],
  [stopCommitted, "Finishing"],
  [plug("none"), "Available"],
]);

story("F1: unplugged before the stop is committed, it is Finishing until then", [
  ...charging,
  [present("DRIVER"), "Finishing", "CommitStop 1 Local by DRIVER"],
  [plug("none"), "Finishing"],
  [stopCommitted, "Available"],
]);

story("TC_068: another tag does nothing, and is not asked about, where there is no group", [
  ...charging,
  [present("STRANGER"), "Charging"],
  [accept("STRANGER", "GROUP"), "Charging"],
  [present("DRIVER"), "Finishing", "CommitStop 1 Local by DRIVER"],
]);

story("TC_069: a tag of the same group stops it, and is named; groups have no case of letters", [
  ...chargingInGroup,
  [present("FRIEND"), "Charging", "AskAuthorization FRIEND"],
  [accept("FRIEND", "group"), "Finishing", "CommitStop 1 Local by FRIEND"],
]);

story("TC_069: the group may be known from Authorize.conf already", [
  [plug("both"), "Preparing"],
  [present("DRIVER"), "Preparing", "AskAuthorization DRIVER"],
  [accept("DRIVER", "GROUP"), "Preparing", "CommitStart DRIVER of GROUP"],
  [startCommitted, "Charging"],
  [answerStart(true), "Charging"],
  [present("FRIEND"), "Charging", "AskAuthorization FRIEND"],
  [accept("FRIEND", "GROUP"), "Finishing", "CommitStop 1 Local by FRIEND"],
]);

story("§4.4: a tag of another group, of none, or one refused, does not stop it", [
  ...chargingInGroup,
  [present("STRANGER"), "Charging", "AskAuthorization STRANGER"],
  [accept("STRANGER", "OTHERS"), "Charging"],
  [accept("STRANGER"), "Charging"],
  [refuse("STRANGER", "GROUP"), "Charging"],
]);

story("§4.3: a parentIdTag presented as a tag is a stranger's", [
  ...chargingInGroup,
  [present("GROUP"), "Charging", "AskAuthorization GROUP"],
  [accept("GROUP"), "Charging"],
]);

story("TC_012: stopped from afar, once", [
  ...charging,
  [remoteStop, "Finishing", "CommitStop 1 Remote"],
  [remoteStop, "Finishing"],
  [present("DRIVER"), "Finishing"],
  [stopCommitted, "Finishing"],
  [remoteStop, "Finishing"],
]);

story("TC_016: a reset stops it, and the cable stays to be finished", [
  ...charging,
  [{ kind: "StopRequested", stop: { reason: "SoftReset" } }, "Finishing", "CommitStop 1 SoftReset"],
  [stopCommitted, "Finishing"],
]);

story("TC_016: a reset ends the intention of one who waits for the plug", [
  [remoteStart("DRIVER", false), "Preparing"],
  [{ kind: "StopRequested", stop: { reason: "SoftReset" } }, "Available"],
  [plug("both"), "Preparing"],
]);

story("TC_016: a reset ends the intention of one who starts", [
  ...charging.slice(0, 3),
  [{ kind: "StopRequested", stop: { reason: "SoftReset" } }, "Preparing"],
  [startCommitted, "Preparing"],
]);

story("TC_016: a reset ends the intention of one who asks, and what was before comes back", [
  [plug("both"), "Preparing"],
  [present("DRIVER"), "Preparing", "AskAuthorization DRIVER"],
  [{ kind: "StopRequested", stop: { reason: "SoftReset" } }, "Preparing"],
  [accept("DRIVER"), "Preparing"],
]);

story("TC_032: a loss of power stops it even in a fault", [
  ...charging,
  [plug("both", { fault: { errorCode: "UnderVoltage" } }), "Faulted UnderVoltage"],
  [
    { kind: "StopRequested", stop: { reason: "PowerLoss" } },
    "Faulted UnderVoltage",
    "CommitStop 1 PowerLoss",
  ],
  [stopCommitted, "Faulted UnderVoltage"],
  [plug("both"), "Finishing"],
]);

story("TC_037_3: refused by StartTransaction.conf, it stops if StopTransactionOnInvalidId is true", [
  ...charging,
  [answerStart(false), "Finishing", "CommitStop 1 DeAuthorized"],
  [stopCommitted, "Finishing"],
]);

story("§4.5: refused when it stops already, it stops for the reason that came first", [
  ...charging,
  [remoteStop, "Finishing", "CommitStop 1 Remote"],
  [answerStart(false), "Finishing"],
  [stopCommitted, "Finishing"],
]);

story("TC_005_1: unplugged at the car with StopTransactionOnEVSideDisconnect, detachable cable", [
  ...charging,
  [plug("station"), `Finishing ${unplugInfo}`, "CommitStop 1 EVDisconnected"],
  [stopCommitted, `Finishing ${unplugInfo}`],
  [plug("none"), "Available"],
], { stopOnEvSideDisconnect: true });

story("TC_005_1: what is plugged in again after that is no longer disconnected", [
  ...charging,
  [plug("station"), `Finishing ${unplugInfo}`, "CommitStop 1 EVDisconnected"],
  [stopCommitted, `Finishing ${unplugInfo}`],
  [present("DRIVER"), `Finishing ${unplugInfo}`, "AskAuthorization DRIVER"],
  [plug("both"), "Finishing"],
], { stopOnEvSideDisconnect: true });

story("TC_005_2: unplugged at the car with StopTransactionOnEVSideDisconnect, fixed cable", [
  ...charging,
  [plug("none"), `Finishing ${unplugInfo}`, "CommitStop 1 EVDisconnected"],
  [stopCommitted, "Available"],
], { stopOnEvSideDisconnect: true });

story("TC_005_3: unplugged at the car without StopTransactionOnEVSideDisconnect, detachable cable", [
  ...charging,
  [plug("station"), `SuspendedEV ${unplugInfo}`],
  [remoteStop, "Finishing", "CommitStop 1 Remote"],
  [stopCommitted, "Finishing"],
  [plug("none"), "Available"],
], { stopOnEvSideDisconnect: false });

story("TC_005_3: unplugged at the car without StopTransactionOnEVSideDisconnect, fixed cable", [
  ...charging,
  [plug("none"), `SuspendedEV ${unplugInfo}`],
  [remoteStop, "Finishing", "CommitStop 1 Remote"],
  [stopCommitted, "Available"],
], { stopOnEvSideDisconnect: false });

story("§6: plugged in at the car again, the same transaction goes on", [
  ...charging,
  [plug("station"), `SuspendedEV ${unplugInfo}`],
  [plug("both"), "Charging"],
], { stopOnEvSideDisconnect: false });

story("§4.9: refused and unplugged, SuspendedEVSE wins over SuspendedEV", [
  ...charging,
  [answerStart(false), "SuspendedEVSE"],
  [plug("station"), `SuspendedEVSE ${unplugInfo}`],
], { stopOnInvalidId: false, stopOnEvSideDisconnect: false });

story("§4.9: unplugged in a fault, the fault is told", [
  ...charging,
  [plug("station", { fault: { errorCode: "GroundFailure" } }), "Faulted GroundFailure"],
  [plug("station"), `SuspendedEV ${unplugInfo}`],
], { stopOnEvSideDisconnect: false });

story("an ordinary stop tells nothing of the cable that is then unplugged", [
  ...ended,
  [plug("station"), "Finishing"],
  [plug("none"), "Available"],
]);

story("F2: the tag once more after the end begins a new transaction", [
  ...ended,
  [present("FRIEND"), "Finishing", "AskAuthorization FRIEND"],
  [accept("FRIEND"), "Preparing", "CommitStart FRIEND"],
  [{ kind: "StartCommitted", localId: 2 }, "Charging"],
  [remoteStop, "Finishing", "CommitStop 2 Remote"],
]);

story("F2: refused after the end, or interrupted by a reset, it is still to be finished", [
  ...ended,
  [present("STRANGER"), "Finishing", "AskAuthorization STRANGER"],
  [refuse("STRANGER"), "Finishing"],
  [present("STRANGER"), "Finishing", "AskAuthorization STRANGER"],
  [remoteStop, "Finishing"],
]);

story("F1: unplugged while a new start is asked for, the old end is over", [
  ...ended,
  [present("STRANGER"), "Finishing", "AskAuthorization STRANGER"],
  [plug("none"), "Available"],
  [plug("both"), "Preparing"],
  [refuse("STRANGER"), "Preparing"],
]);

story("F2: accepted after the end while the car's end is out, it waits for the plug", [
  ...ended,
  [plug("station"), "Finishing"],
  [present("DRIVER"), "Finishing", "AskAuthorization DRIVER"],
  [accept("DRIVER"), "Preparing"],
  [timeOut, "Preparing"],
]);

story("TC_041: in a fault no new start is asked for after the end", [
  ...ended,
  [plug("both", { fault: { errorCode: "GroundFailure" } }), "Faulted GroundFailure"],
  [present("DRIVER"), "Faulted GroundFailure"],
  [plug("both"), "Finishing"],
]);

story("§3.10: no remote start while the cable of an ended transaction is in", [
  ...ended,
  [remoteStart("DRIVER", false), "Finishing"],
]);
