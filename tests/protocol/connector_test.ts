/**
 * How a connector comes to charge, or does not: identification, the plug, remote starts, time-outs and faults (OCPP 1.6 §4.8, §4.9).
 */
import type { ConnectorEvent, Fault, Trouble } from "../../protocol/connector_facts.ts";
import { clockNeverSet, storageRefuses } from "../../protocol/connector_facts.ts";
import {
  accept,
  answerStart,
  cable,
  charging,
  plug,
  present,
  refuse,
  remoteStart,
  startCommitted,
  stopCommitted,
  story,
  timeOut,
} from "./connector_story.ts";

const fault: Fault = { errorCode: "GroundFailure" };
const meterFailed: ConnectorEvent = { kind: "StartFailed", warning: { errorCode: "PowerMeterFailure" } };

const storageFull: ConnectorEvent = {
  kind: "StartFailed",
  warning: { errorCode: "InternalError", vendorErrorCode: storageRefuses, info: "full" },
};

const clockUnknown: ConnectorEvent = {
  kind: "StartFailed",
  warning: { errorCode: "InternalError", vendorErrorCode: clockNeverSet, info: "never set" },
};

const storageRecovered: ConnectorEvent = { kind: "StorageRecovered" };

story("TC_003: plugged in first", charging);

story("TC_004_1: identified first", [
  [present("DRIVER"), "Available", "AskAuthorization DRIVER"],
  [accept("DRIVER"), "Preparing"],
  [plug("both"), "Preparing", "CommitStart DRIVER"],
  [startCommitted, "Charging"],
]);

story("TC_004_2: identified, and nobody plugs in until ConnectionTimeOut", [
  [present("DRIVER"), "Available", "AskAuthorization DRIVER"],
  [accept("DRIVER"), "Preparing"],
  [timeOut, "Available"],
  [plug("both"), "Preparing"],
]);

story("TC_061_1, B1: the same tag a second time takes the intention back, in any case of letters", [
  [present("DRIVER"), "Available", "AskAuthorization DRIVER"],
  [accept("DRIVER"), "Preparing"],
  [present("STRANGER"), "Preparing"],
  [present("driver"), "Available"],
  [plug("both"), "Preparing"],
]);

story("B1: plugged in and out again", [
  [plug("both"), "Preparing"],
  [plug("none"), "Available"],
]);

story("a cable in the socket is a beginning, a cable at the car alone is none", [
  [cable("station", "open"), "Preparing"],
  [cable("ev", "open"), "Available"],
  [cable("both", "open"), "Preparing"],
]);

story("TC_010: plugged in first, then started from afar, with AuthorizeRemoteTxRequests", [
  [plug("both"), "Preparing"],
  [remoteStart("DRIVER", true), "Preparing", "AskAuthorization DRIVER"],
  [accept("DRIVER", "GROUP"), "Preparing", "CommitStart DRIVER of GROUP"],
  [startCommitted, "Charging"],
]);

story("TC_010: plugged in first, then started from afar, without AuthorizeRemoteTxRequests", [
  [plug("both"), "Preparing"],
  [remoteStart("DRIVER", false), "Preparing", "CommitStart DRIVER"],
  [startCommitted, "Charging"],
]);

story("TC_011_1: started from afar first, with AuthorizeRemoteTxRequests", [
  [remoteStart("DRIVER", true), "Available", "AskAuthorization DRIVER"],
  [accept("DRIVER"), "Preparing"],
  [plug("both"), "Preparing", "CommitStart DRIVER"],
  [startCommitted, "Charging"],
]);

story("TC_011_1: started from afar first, without AuthorizeRemoteTxRequests", [
  [remoteStart("DRIVER", false), "Preparing"],
  [plug("both"), "Preparing", "CommitStart DRIVER"],
  [startCommitted, "Charging"],
]);

story("TC_011_2: started from afar, and nobody plugs in until ConnectionTimeOut", [
  [remoteStart("DRIVER", false), "Preparing"],
  [timeOut, "Available"],
  [plug("both"), "Preparing"],
]);

story("TC_023_4: refused before the plug, it was never in use", [
  [present("STRANGER"), "Available", "AskAuthorization STRANGER"],
  [refuse("STRANGER"), "Available"],
  [plug("both"), "Preparing"],
]);

story("TC_023_4: refused after the plug, nothing starts", [
  [plug("both"), "Preparing"],
  [present("STRANGER"), "Preparing", "AskAuthorization STRANGER"],
  [refuse("STRANGER"), "Preparing"],
]);

story("TC_023_5: started from afar and refused, nothing starts", [
  [remoteStart("STRANGER", true), "Available", "AskAuthorization STRANGER"],
  [plug("both"), "Preparing"],
  [refuse("STRANGER"), "Preparing"],
]);

story("while one asks nobody else is heard, and only the answer for that one counts", [
  [present("DRIVER"), "Available", "AskAuthorization DRIVER"],
  [present("STRANGER"), "Available"],
  [accept("STRANGER"), "Available"],
  [plug("both"), "Preparing"],
  [accept("DRIVER"), "Preparing", "CommitStart DRIVER"],
  [present("STRANGER"), "Preparing"],
  [accept("STRANGER"), "Preparing"],
]);

story("an answer that nobody waits for any more starts nothing", [
  [plug("both"), "Preparing"],
  [accept("DRIVER"), "Preparing"],
  [timeOut, "Preparing"],
  [startCommitted, "Preparing"],
  [answerStart(true), "Preparing"],
  [stopCommitted, "Preparing"],
]);

story("§6: unplugged while it starts, it waits for the plug again", [
  ...charging.slice(0, 3),
  [plug("none"), "Preparing"],
  [startCommitted, "Preparing"],
  [plug("both"), "Preparing", "CommitStart DRIVER"],
  [startCommitted, "Charging"],
]);

story("TC_041: in a fault no tag is heard", [
  [plug("both", { fault }), "Faulted GroundFailure"],
  [present("DRIVER"), "Faulted GroundFailure"],
  [remoteStart("DRIVER", false), "Faulted GroundFailure"],
  [plug("both"), "Preparing"],
]);

story("TC_041: accepted in a fault, nothing starts, not even when the fault is over", [
  [plug("both"), "Preparing"],
  [present("DRIVER"), "Preparing", "AskAuthorization DRIVER"],
  [plug("both", { fault }), "Faulted GroundFailure"],
  [accept("DRIVER"), "Faulted GroundFailure"],
  [plug("both"), "Preparing"],
]);

story("TC_041: a fault takes back an authorization that waits for the plug", [
  [remoteStart("DRIVER", false), "Preparing"],
  [plug("none", { fault }), "Faulted GroundFailure"],
  [plug("both"), "Preparing"],
]);

story("§6: a fault while it starts: no transaction", [
  ...charging.slice(0, 3),
  [plug("both", { fault }), "Faulted GroundFailure"],
  [startCommitted, "Faulted GroundFailure"],
  [plug("both"), "Preparing"],
]);

story(
  "a start that the store refuses is a warning, which ends by itself when there is room again; nothing starts then",
  [
    [plug("both"), "Preparing"],
    [present("DRIVER"), "Preparing", "AskAuthorization DRIVER"],
    [accept("DRIVER"), "Preparing", "CommitStart DRIVER"],
    [storageFull, "Preparing InternalError (full)"],
    [storageRecovered, "Preparing"],
  ],
);

story("§5.3: a meter that answers again ends the warning that it did not, and no other does", [
  ...charging.slice(0, 3),
  [meterFailed, "Preparing PowerMeterFailure"],
  [storageRecovered, "Preparing PowerMeterFailure"],
  [{ kind: "ClockRecovered" }, "Preparing PowerMeterFailure"],
  [{ kind: "MeterRecovered" }, "Preparing"],
  [{ kind: "MeterRecovered" }, "Preparing"],
]);

story(
  "D-meter-failure: a transaction that nobody measures ends as Other, and the connector says why until the meter answers",
  [
    ...charging,
    [{ kind: "MeterFailed" }, "Finishing PowerMeterFailure", "CommitStop 1 Other"],
    [{ kind: "MeterFailed" }, "Finishing PowerMeterFailure"],
    [{ kind: "StopCommitted" }, "Finishing PowerMeterFailure"],
    [{ kind: "MeterRecovered" }, "Finishing"],
    [{ kind: "MeterFailed" }, "Finishing"],
  ],
);

story("§5.3: a clock that was set ends the warning that it never was, and no other does", [
  ...charging.slice(0, 3),
  [clockUnknown, "Preparing InternalError (never set)"],
  [storageRecovered, "Preparing InternalError (never set)"],
  [{ kind: "MeterRecovered" }, "Preparing InternalError (never set)"],
  [{ kind: "ClockRecovered" }, "Preparing"],
]);

story("§5.3: a start that failed is told as a warning until the next one has succeeded", [
  ...charging.slice(0, 3),
  [meterFailed, "Preparing PowerMeterFailure"],
  [present("STRANGER"), "Preparing PowerMeterFailure", "AskAuthorization STRANGER"],
  [refuse("STRANGER"), "Preparing PowerMeterFailure"],
  [plug("both", { fault }), "Faulted GroundFailure"],
  [plug("both"), "Preparing PowerMeterFailure"],
  [present("DRIVER"), "Preparing PowerMeterFailure", "AskAuthorization DRIVER"],
  [accept("DRIVER"), "Preparing PowerMeterFailure", "CommitStart DRIVER"],
  [startCommitted, "Charging"],
]);

story("a start that fails late, when it has been unplugged, takes nothing back", [
  ...charging.slice(0, 3),
  [plug("none"), "Preparing"],
  [meterFailed, "Preparing PowerMeterFailure"],
  [plug("both"), "Preparing PowerMeterFailure", "CommitStart DRIVER"],
]);

story("C4, D3: the car pauses and goes on", [
  ...charging,
  [plug("both", { demand: false }), "SuspendedEV"],
  [plug("both"), "Charging"],
]);

story("C9, D9, I3, I4: a fault pauses the transaction, and what was before comes back", [
  ...charging,
  [plug("both", { fault }), "Faulted GroundFailure"],
  [plug("both"), "Charging"],
  [plug("both", { demand: false }), "SuspendedEV"],
  [plug("both", { demand: false, fault }), "Faulted GroundFailure"],
  [plug("both", { demand: false }), "SuspendedEV"],
]);

const silentCar: Trouble = { errorCode: "EVCommunicationError" };
const hot: Trouble = { errorCode: "HighTemperature", info: "70 C" };

story("§7.6: EVCommunicationError is told where a car is there that does not charge, and stops nothing", [
  [plug("none", { warning: silentCar }), "Available"],
  [plug("both", { warning: silentCar, demand: false }), "Preparing EVCommunicationError"],
  [present("DRIVER"), "Preparing EVCommunicationError", "AskAuthorization DRIVER"],
  [accept("DRIVER"), "Preparing EVCommunicationError", "CommitStart DRIVER"],
  [startCommitted, "SuspendedEV EVCommunicationError"],
  [plug("both", { warning: silentCar }), "Charging"],
  [plug("both", { warning: silentCar, fault }), "Faulted GroundFailure"],
  [plug("both", { demand: false }), "SuspendedEV"],
]);

story(
  "§5.3: a warning of the electronics stands beside every status, before that of a start, until it is over",
  [
    [plug("none", { warning: hot }), "Available HighTemperature (70 C)"],
    ...charging.slice(0, 3),
    [meterFailed, "Preparing PowerMeterFailure"],
    [plug("both", { warning: hot }), "Preparing HighTemperature (70 C)"],
    [plug("both"), "Preparing PowerMeterFailure"],
  ],
);

story("the answer for another transaction is none for this one", [
  ...charging,
  [{ kind: "StartAnswered", localId: 2, transactionId: 8, accepted: false, energyWh: 0 }, "Charging"],
]);
