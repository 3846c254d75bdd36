/**
 * ChangeAvailability: what it does to each state of a connector, and the way back (OCPP 1.6 §4.9, §5.2; messages.md §3.2; TC_013, TC_034).
 */
import type { Fault } from "../../protocol/connector_facts.ts";
import type { Line } from "./connector_story.ts";
import {
  accept,
  answerStart,
  cable,
  charging,
  chargingLocked,
  inoperative,
  operative,
  plug,
  present,
  remoteStart,
  remoteStop,
  startCommitted,
  stopCommitted,
  story,
  timeOut,
  unlock,
} from "./connector_story.ts";

const fault: Fault = { errorCode: "GroundFailure" };

/** A transaction is over and its cable still in. */
const ended: readonly Line[] = [
  ...charging,
  [remoteStop, "Finishing", "CommitStop 1 Remote"],
  [stopCommitted, "Finishing"],
];

/** Nobody but DRIVER, or one of the group, may have the cable. */
const held: readonly Line[] = [
  ...chargingLocked,
  [answerStart(false, "GROUP"), "Finishing, held", "CommitStop 1 DeAuthorized"],
  [stopCommitted, "Finishing, held"],
];

story("§5.2, A8, H1: nobody is there", [
  [inoperative, "Unavailable"],
  [inoperative, "Unavailable"],
  [operative, "Available"],
  [operative, "Available"],
]);

story("§5.2: nothing begins out of use, by tag, from afar or by plug", [
  [inoperative, "Unavailable"],
  [present("DRIVER"), "Unavailable"],
  [remoteStart("DRIVER", false), "Unavailable"],
  [plug("both"), "Unavailable"],
  [present("DRIVER"), "Unavailable"],
  [remoteStart("DRIVER", true), "Unavailable"],
  [plug("none"), "Unavailable"],
]);

story("decision: plugged in, it is Unavailable at once, although §4.9 has no such change (B8); H2", [
  [plug("both"), "Preparing"],
  [inoperative, "Unavailable"],
  [operative, "Preparing"],
  [present("DRIVER"), "Preparing", "AskAuthorization DRIVER"],
]);

story("H2: plugged in while it was out of use", [
  [inoperative, "Unavailable"],
  [plug("both"), "Unavailable"],
  [operative, "Preparing"],
]);

story("§5.2: while someone asks: the answer starts nothing, now or later", [
  [present("DRIVER"), "Available", "AskAuthorization DRIVER"],
  [inoperative, "Unavailable"],
  [accept("DRIVER"), "Unavailable"],
  [operative, "Available"],
  [plug("both"), "Preparing"],
]);

story("§5.2: while someone asks, and the answer comes when it is back in use", [
  [plug("both"), "Preparing"],
  [present("DRIVER"), "Preparing", "AskAuthorization DRIVER"],
  [inoperative, "Unavailable"],
  [operative, "Preparing"],
  [accept("DRIVER"), "Preparing"],
]);

story("§5.2: while someone waits for the plug: the intention is dropped", [
  [remoteStart("DRIVER", false), "Preparing"],
  [inoperative, "Unavailable"],
  [timeOut, "Unavailable"],
  [plug("both"), "Unavailable"],
  [operative, "Preparing"],
]);

story("§5.2: while the lock closes: the intention is dropped and the cable let go", [
  ...chargingLocked.slice(0, 3),
  [inoperative, "Unavailable"],
  [cable("both", "closed"), "Unavailable"],
]);

story("§5.2: while it starts: the intention is dropped", [
  ...charging.slice(0, 3),
  [inoperative, "Unavailable"],
  [startCommitted, "Unavailable"],
  [operative, "Preparing"],
]);

story("§5.2, F8: in a transaction it takes effect when that has ended", [
  ...charging,
  [inoperative, "Charging"],
  [plug("both", { demand: false }), "SuspendedEV"],
  [plug("both"), "Charging"],
  [present("DRIVER"), "Finishing", "CommitStop 1 Local by DRIVER"],
  [stopCommitted, "Unavailable"],
  [plug("none"), "Unavailable"],
  [operative, "Available"],
]);

story("§5.2, F8: while it stops, too; unplugged first", [
  ...charging,
  [remoteStop, "Finishing", "CommitStop 1 Remote"],
  [inoperative, "Finishing"],
  [plug("none"), "Finishing"],
  [stopCommitted, "Unavailable"],
]);

story("§5.2: back in use before the end, what was scheduled is cancelled", [
  ...charging,
  [inoperative, "Charging"],
  [operative, "Charging"],
  [remoteStop, "Finishing", "CommitStop 1 Remote"],
  [inoperative, "Finishing"],
  [operative, "Finishing"],
  [stopCommitted, "Finishing"],
]);

story("F8, H2: a transaction has ended and its cable is in: from Unavailable no way leads to Finishing", [
  ...ended,
  [operative, "Finishing"],
  [inoperative, "Unavailable"],
  [present("DRIVER"), "Unavailable"],
  [operative, "Preparing"],
  [present("DRIVER"), "Preparing", "AskAuthorization DRIVER"],
  [accept("DRIVER"), "Preparing", "CommitStart DRIVER"],
]);

story("H2: scheduled, in effect, and back in use with the cable in", [
  ...charging,
  [inoperative, "Charging"],
  [remoteStop, "Finishing", "CommitStop 1 Remote"],
  [stopCommitted, "Unavailable"],
  [operative, "Preparing"],
]);

story("F8: while the next user asks, the question is dropped", [
  ...ended,
  [present("FRIEND"), "Finishing", "AskAuthorization FRIEND"],
  [inoperative, "Unavailable"],
  [accept("FRIEND"), "Unavailable"],
  [operative, "Preparing"],
]);

story("H9, I8: a fault while it is out of use", [
  [inoperative, "Unavailable"],
  [plug("none", { fault }), "Faulted GroundFailure"],
  [plug("none"), "Unavailable"],
]);

story("I1, I8: put out of use and back in a fault, which goes on being told", [
  [plug("none", { fault }), "Faulted GroundFailure"],
  [inoperative, "Faulted GroundFailure"],
  [plug("none"), "Unavailable"],
  [plug("none", { fault }), "Faulted GroundFailure"],
  [operative, "Faulted GroundFailure"],
  [plug("none"), "Available"],
]);

story("§4.9: scheduled and in a fault: the transaction comes back, and ends into Unavailable", [
  ...charging,
  [inoperative, "Charging"],
  [plug("both", { fault }), "Faulted GroundFailure"],
  [plug("both"), "Charging"],
  [plug("both", { fault }), "Faulted GroundFailure"],
  [remoteStop, "Faulted GroundFailure", "CommitStop 1 Remote"],
  [stopCommitted, "Faulted GroundFailure"],
  [plug("both"), "Unavailable"],
]);

story("errata v4.0 §3.5: out of use a cable stays held, and its user still gets it", [
  ...held,
  [inoperative, "Unavailable, held"],
  [present("STRANGER"), "Unavailable, held", "AskAuthorization STRANGER"],
  [accept("STRANGER"), "Unavailable, held"],
  [present("DRIVER"), "Unavailable"],
  [cable("none", "open"), "Unavailable"],
  [operative, "Available"],
]);

story("errata v4.0 §3.5, H2: back in use it is Preparing, still held, and nobody else's", [
  ...held,
  [inoperative, "Unavailable, held"],
  [operative, "Preparing, held"],
  [remoteStart("STRANGER", false), "Preparing, held"],
  [present("STRANGER"), "Preparing, held", "AskAuthorization STRANGER"],
  [accept("STRANGER", "OTHERS"), "Preparing, held"],
  [present("DRIVER"), "Preparing"],
  [present("DRIVER"), "Preparing", "AskAuthorization DRIVER"],
  [accept("DRIVER"), "Preparing, held", "CommitStart DRIVER"],
]);

story("errata v4.0 §3.5, H2: and then one of the group gets it", [
  ...held,
  [inoperative, "Unavailable, held"],
  [operative, "Preparing, held"],
  [accept("FRIEND", "GROUP"), "Preparing"],
]);

story("§5.18, H2: and then UnlockConnector lets it go", [
  ...held,
  [inoperative, "Unavailable, held"],
  [operative, "Preparing, held"],
  [unlock, "Preparing"],
  [remoteStart("STRANGER", false), "Preparing, held", "CommitStart STRANGER"],
]);

story("H2: and then, pulled out under an open lock, it is held no more", [
  ...held,
  [inoperative, "Unavailable, held"],
  [operative, "Preparing, held"],
  [cable("none", "open"), "Available"],
  [cable("both", "open"), "Preparing"],
]);

story("errata v4.0 §3.5, F8: scheduled, and then stopped by a refusal: held out of use", [
  ...chargingLocked,
  [inoperative, "Charging, held"],
  [answerStart(false), "Finishing, held", "CommitStop 1 DeAuthorized"],
  [stopCommitted, "Unavailable, held"],
  [unlock, "Unavailable"],
]);
