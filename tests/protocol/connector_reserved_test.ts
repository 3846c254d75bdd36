/** A connector that is reserved, as stories (OCPP 1.6 §5.13; spec/behaviour.md §10). */
import type { Claim } from "../../protocol/reservation.ts";
import {
  accept,
  claim,
  inoperative,
  operative,
  plug,
  present,
  refuse,
  release,
  remoteStart,
  reserve,
  startCommitted,
  stopCommitted,
  story,
  timeOut,
} from "./connector_story.ts";

const owners: Claim = { reservationId: 5, idTag: "OWNER" };
const groups: Claim = { reservationId: 6, idTag: "OWNER", parentIdTag: "GROUP" };

story(
  "TC_046_1: it is Reserved, a foreign tag is not even asked about, and its owner starts with the reservation",
  [
    [reserve(owners), "Reserved"],
    [present("STRANGER"), "Reserved"],
    [present("owner"), "Reserved", "AskAuthorization owner"],
    [accept("owner"), "Preparing"],
    [plug("both"), "Preparing", "CommitStart owner with 5"],
    [startCommitted, "Charging"],
  ],
);

story("§10: a cable that comes first leaves it Reserved", [
  [reserve(owners), "Reserved"],
  [plug("both"), "Reserved"],
  [present("STRANGER"), "Reserved"],
  [present("OWNER"), "Reserved", "AskAuthorization OWNER"],
  [accept("OWNER"), "Preparing", "CommitStart OWNER with 5"],
]);

story("TC_046_2: a remote start is for its owner alone", [
  [reserve(owners), "Reserved"],
  [remoteStart("STRANGER", false), "Reserved"],
  [remoteStart("OWNER", false), "Preparing"],
  [plug("both"), "Preparing", "CommitStart OWNER with 5"],
]);

story("TC_053_1: for a group, whoever the central system says is of it", [
  [reserve(groups), "Reserved"],
  [present("STRANGER"), "Reserved", "AskAuthorization STRANGER"],
  [accept("STRANGER", "OTHERS"), "Reserved"],
  [present("FRIEND"), "Reserved", "AskAuthorization FRIEND"],
  [accept("FRIEND", "group"), "Preparing"],
  [plug("both"), "Preparing", "CommitStart FRIEND of group with 6"],
]);

story("TC_053_2: AuthorizeRemoteTxRequests=false or not, only an Authorize tells the group", [
  [reserve(groups), "Reserved"],
  [remoteStart("FRIEND", false), "Reserved", "AskAuthorization FRIEND"],
  [accept("FRIEND", "GROUP"), "Preparing"],
]);

story("§4.3: a parentIdTag is not compared with a presented tag", [
  [reserve(groups), "Reserved"],
  [present("GROUP"), "Reserved", "AskAuthorization GROUP"],
  [accept("GROUP"), "Reserved"],
]);

story("an owner who is refused leaves it Reserved", [
  [reserve(owners), "Reserved"],
  [present("OWNER"), "Reserved", "AskAuthorization OWNER"],
  [refuse("OWNER"), "Reserved"],
]);

story("TC_047, TC_051: cancelled or expired it is anybody's, and nobody's start names the reservation", [
  [reserve(owners), "Reserved"],
  [release, "Available"],
  [present("STRANGER"), "Available", "AskAuthorization STRANGER"],
  [accept("STRANGER"), "Preparing"],
  [plug("both"), "Preparing", "CommitStart STRANGER"],
]);

story("G2: cancelled with a cable in it is Preparing", [
  [reserve(owners), "Reserved"],
  [plug("both"), "Reserved"],
  [release, "Preparing"],
]);

story("expired between tag and cable, its owner starts without it", [
  [reserve(owners), "Reserved"],
  [present("OWNER"), "Reserved", "AskAuthorization OWNER"],
  [accept("OWNER"), "Preparing"],
  [release, "Preparing"],
  [plug("both"), "Preparing", "CommitStart OWNER"],
]);

story("ConnectionTimeOut: through Available back to Reserved, and nobody else gets in meanwhile", [
  [reserve(owners), "Reserved"],
  [present("OWNER"), "Reserved", "AskAuthorization OWNER"],
  [accept("OWNER"), "Preparing"],
  [timeOut, "Available"],
  [present("STRANGER"), "Available"],
  [reserve(owners), "Reserved"],
]);

story("reserved while a cable is in, it says so when the cable is out", [
  [plug("both"), "Preparing"],
  [reserve(owners), "Preparing"],
  [present("STRANGER"), "Preparing"],
  [plug("none"), "Available"],
  [reserve(owners), "Reserved"],
]);

story(
  "TC_049: a reservation of the charge point goes along with its owner, and lets others in while it is not held",
  [
    [claim(owners), "Available"],
    [present("STRANGER"), "Available", "AskAuthorization STRANGER"],
    [accept("STRANGER"), "Preparing"],
    [present("STRANGER"), "Available"],
    [present("OWNER"), "Available", "AskAuthorization OWNER"],
    [accept("OWNER"), "Preparing"],
    [plug("both"), "Preparing", "CommitStart OWNER with 5"],
  ],
);

story("held while a stranger is asked about, it is not his any more", [
  [present("STRANGER"), "Available", "AskAuthorization STRANGER"],
  [reserve(owners), "Reserved"],
  [accept("STRANGER"), "Reserved"],
]);

story("G8, H1: out of use it is Unavailable, and Available when it is back", [
  [reserve(owners), "Reserved"],
  [inoperative, "Unavailable"],
  [release, "Unavailable"],
  [operative, "Available"],
]);

story("reserved under a transaction it waits for the end of it", [
  [plug("both"), "Preparing"],
  [present("DRIVER"), "Preparing", "AskAuthorization DRIVER"],
  [accept("DRIVER"), "Preparing", "CommitStart DRIVER"],
  [startCommitted, "Charging"],
  [reserve(owners), "Charging"],
  [present("DRIVER"), "Finishing", "CommitStop 1 Local by DRIVER"],
  [stopCommitted, "Finishing"],
  [present("DRIVER"), "Finishing"],
  [plug("none"), "Available"],
  [reserve(owners), "Reserved"],
]);
