/**
 * How a transaction ends: by its own tag or one of its group, from afar, by a reset or a loss of power; and what may begin
 * after it (OCPP 1.6 §4.9, §4.10, §5.15; spec/behaviour.md §4.4, §6).
 */
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
  startCommitted,
  stop,
  stopCommitted,
  story,
  timeOut,
} from "./connector_story.ts";

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
  [stop("SoftReset"), "Finishing", "CommitStop 1 SoftReset"],
  [stopCommitted, "Finishing"],
]);

story("TC_016: a reset ends the intention of one who waits for the plug", [
  [remoteStart("DRIVER", false), "Preparing"],
  [stop("SoftReset"), "Available"],
  [plug("both"), "Preparing"],
]);

story("TC_016: a reset ends the intention of one who starts", [
  ...charging.slice(0, 3),
  [stop("SoftReset"), "Preparing"],
  [startCommitted, "Preparing"],
]);

story("TC_016: a reset ends the intention of one who asks, and what was before comes back", [
  [plug("both"), "Preparing"],
  [present("DRIVER"), "Preparing", "AskAuthorization DRIVER"],
  [stop("SoftReset"), "Preparing"],
  [accept("DRIVER"), "Preparing"],
]);

story("TC_032: a loss of power stops it even in a fault", [
  ...charging,
  [plug("both", { fault: { errorCode: "UnderVoltage" } }), "Faulted UnderVoltage"],
  [stop("PowerLoss"), "Faulted UnderVoltage", "CommitStop 1 PowerLoss"],
  [stopCommitted, "Faulted UnderVoltage"],
  [plug("both"), "Finishing"],
]);

story("§6: at an ordinary end a detachable cable is let go, and nothing is told of it when it is unplugged", [
  ...chargingLocked,
  [present("DRIVER"), "Finishing", "CommitStop 1 Local by DRIVER"],
  [cable("both", "open"), "Finishing"],
  [stopCommitted, "Finishing"],
  [cable("station", "open"), "Finishing"],
  [cable("none", "open"), "Available"],
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
  ...chargingLocked,
  [remoteStop, "Finishing", "CommitStop 1 Remote"],
  [stopCommitted, "Finishing"],
  [cable("station", "open"), "Finishing"],
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
