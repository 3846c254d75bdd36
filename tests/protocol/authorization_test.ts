/** Who may charge, and which connector a tag is meant for (OCPP 1.6 §3.5, §4.1; spec/behaviour.md §4.2, §7). */
import { assertEquals } from "@std/assert";
import type { Authorization, AuthorizationRules, Candidate } from "../../protocol/authorization.ts";
import {
  chosenConnector,
  decideOffline,
  decideOnline,
  judged,
  remoteStartConnector,
} from "../../protocol/authorization.ts";
import type { IdTagInfo } from "../../protocol/messages/types.ts";
import type { Reserved } from "../../protocol/reservation.ts";
import { notReserved } from "../../protocol/reservation.ts";

const nowMs = Date.parse("2026-03-01T12:00:00Z");

function checkJudged(sentence: string, info: IdTagInfo, expected: Authorization): void {
  Deno.test({ name: `authorization: ${sentence}`, permissions: "none" }, () => {
    assertEquals(judged(info, nowMs), expected);
  });
}

checkJudged("§7.2: Accepted may charge", { status: "Accepted" }, { accepted: true });
checkJudged("§7.2: Blocked may not", { status: "Blocked" }, { accepted: false });
checkJudged("§7.2: Expired may not", { status: "Expired" }, { accepted: false });
checkJudged("TC_023: Invalid may not", { status: "Invalid" }, { accepted: false });
checkJudged("§7.2: ConcurrentTx may not", { status: "ConcurrentTx" }, { accepted: false });
checkJudged("the group is told with a yes", { status: "Accepted", parentIdTag: "GROUP" }, {
  accepted: true,
  parentIdTag: "GROUP",
});
checkJudged("the group is told with a no", { status: "ConcurrentTx", parentIdTag: "GROUP" }, {
  accepted: false,
  parentIdTag: "GROUP",
});
checkJudged("§7.27: before its expiryDate", { status: "Accepted", expiryDate: "2026-03-01T12:00:00.001Z" }, {
  accepted: true,
});
checkJudged(
  "§7.27: at its expiryDate it is over",
  { status: "Accepted", expiryDate: "2026-03-01T12:00:00Z" },
  {
    accepted: false,
  },
);
checkJudged("§7.27: an expiryDate in another zone", {
  status: "Accepted",
  expiryDate: "2026-03-01T12:30:00+01:00",
}, {
  accepted: false,
});
checkJudged("an expiryDate to come makes no yes of a no", {
  status: "Blocked",
  expiryDate: "2027-01-01T00:00:00Z",
}, {
  accepted: false,
});

/** The table of spec/behaviour.md §4.2, row by row. What a local list will know joins in as `known`. */
const valid: IdTagInfo = { status: "Accepted", parentIdTag: "GROUP" };
const invalid: IdTagInfo = { status: "Invalid" };
const overdue: IdTagInfo = { status: "Accepted", expiryDate: "2026-03-01T11:00:00Z" };
const concurrent: IdTagInfo = { status: "ConcurrentTx" };

const nothingOn: AuthorizationRules = {
  localPreAuthorize: false,
  localAuthorizeOffline: false,
  allowOfflineTxForUnknownId: false,
};
const everythingOn: AuthorizationRules = {
  localPreAuthorize: true,
  localAuthorizeOffline: true,
  allowOfflineTxForUnknownId: true,
};

function checkOnline(
  sentence: string,
  known: IdTagInfo | null,
  localPreAuthorize: boolean,
  expected: "start" | "ask",
): void {
  Deno.test({ name: `authorization: §4.2: online, ${sentence}: ${expected}`, permissions: "none" }, () => {
    for (const others of [nothingOn, everythingOn]) {
      const decided = decideOnline(known, { ...others, localPreAuthorize }, nowMs);
      assertEquals(decided, expected === "start" ? { accepted: true, parentIdTag: "GROUP" } : null);
    }
  });
}

checkOnline("LocalPreAuthorize, valid", valid, true, "start");
checkOnline("LocalPreAuthorize, known to be not valid", invalid, true, "ask");
checkOnline("LocalPreAuthorize, blocked", { status: "Blocked" }, true, "ask");
checkOnline("LocalPreAuthorize, was valid and expired by time", overdue, true, "ask");
checkOnline("LocalPreAuthorize, ConcurrentTx when it was asked last", concurrent, true, "ask");
checkOnline("LocalPreAuthorize, unknown", null, true, "ask");
checkOnline("no LocalPreAuthorize, valid", valid, false, "ask");
checkOnline("no LocalPreAuthorize, known to be not valid", invalid, false, "ask");
checkOnline("no LocalPreAuthorize, unknown", null, false, "ask");

function checkOffline(
  sentence: string,
  known: IdTagInfo | null,
  rules: Partial<AuthorizationRules>,
  expected: Authorization,
): void {
  const outcome = expected.accepted ? "start" : "refuse";
  Deno.test({ name: `authorization: §4.2: offline, ${sentence}: ${outcome}`, permissions: "none" }, () => {
    // LocalPreAuthorize is about being online.
    for (const localPreAuthorize of [false, true]) {
      assertEquals(decideOffline(known, { ...nothingOn, ...rules, localPreAuthorize }, nowMs), expected);
    }
  });
}

const locally = { localAuthorizeOffline: true };
const anybody = { allowOfflineTxForUnknownId: true };

checkOffline("LocalAuthorizeOffline, valid", valid, locally, { accepted: true, parentIdTag: "GROUP" });
checkOffline("LocalAuthorizeOffline, not Accepted", { status: "Blocked" }, { ...locally, ...anybody }, {
  accepted: false,
});
checkOffline("LocalAuthorizeOffline, was valid and expired by time", overdue, { ...locally, ...anybody }, {
  accepted: false,
});
checkOffline("LocalAuthorizeOffline, known to be not valid", invalid, { ...locally, ...anybody }, {
  accepted: false,
});
checkOffline("LocalAuthorizeOffline, ConcurrentTx when it was asked last", concurrent, {
  ...locally,
  ...anybody,
}, { accepted: false });
checkOffline("no LocalAuthorizeOffline, valid", valid, {}, { accepted: false });
checkOffline("no LocalAuthorizeOffline, valid and so no stranger", valid, anybody, { accepted: false });
checkOffline("no LocalAuthorizeOffline, known to be not valid", invalid, anybody, { accepted: false });
checkOffline("unknown, AllowOfflineTxForUnknownId", null, anybody, { accepted: true });
checkOffline("unknown, AllowOfflineTxForUnknownId and LocalAuthorizeOffline", null, {
  ...locally,
  ...anybody,
}, { accepted: true });
checkOffline("unknown, the key absent or false", null, {}, { accepted: false });
checkOffline("unknown, LocalAuthorizeOffline alone", null, locally, { accepted: false });

/** Connectors in the order of their numbers, each by what is there. */
type Kind =
  | "free"
  | "free, cable in"
  | "TAG's cable in, reserved anywhere"
  | "kept for TAG"
  | "kept for OTHER"
  | "kept for a group"
  | "taken"
  | "ended"
  | "charging TAG"
  | "grouped";

function candidates(kinds: readonly Kind[]): readonly Candidate[] {
  return kinds.map((kind, index) => ({
    connectorId: index + 1,
    status: "Available",
    reserved: reservedAs(kind),
    free: kind.startsWith("free") || kind.startsWith("kept") || kind.startsWith("TAG"),
    ended: kind === "ended",
    cableInStation: !kind.startsWith("kept") && kind !== "free",
    grouped: kind === "grouped",
    ...(kind === "charging TAG" ? { idTag: "TAG" } : kind === "grouped" ? { idTag: "OTHER" } : {}),
  }));
}

function reservedAs(kind: Kind): Reserved {
  if (kind.startsWith("TAG")) return { held: false, claims: [{ reservationId: 1, idTag: "TAG" }] };
  if (!kind.startsWith("kept")) return notReserved;
  const idTag = kind === "kept for TAG" ? "TAG" : "OTHER";
  const group = kind === "kept for a group" ? { parentIdTag: "GROUP" } : {};
  return { held: true, claims: [{ reservationId: 1, idTag, ...group }] };
}

function checkChosen(sentence: string, kinds: readonly Kind[], expected: number | null): void {
  Deno.test({ name: `reader of several connectors: ${sentence}`, permissions: "none" }, () => {
    assertEquals(chosenConnector(candidates(kinds), "tag"), expected);
  });
}

checkChosen("§4.4: its own connector first, to stop there", ["free, cable in", "free", "charging TAG"], 3);
checkChosen("then a free one with a cable in", ["grouped", "ended", "free", "free, cable in"], 4);
checkChosen("then a free one", ["grouped", "ended", "taken", "free"], 4);
checkChosen("F2: then one where a transaction has ended", ["grouped", "taken", "ended"], 3);
checkChosen("TC_069: then one of a group that it may belong to", ["taken", "grouped", "grouped"], 2);
checkChosen("of two alike the first", ["taken", "free, cable in", "free, cable in"], 2);
checkChosen("TC_046: the one that is kept for it", ["free, cable in", "kept for TAG"], 2);
checkChosen(
  "§4.2: where its cable is, though another one is kept for the charge point's reservation",
  ["kept for TAG", "TAG's cable in, reserved anywhere"],
  2,
);
checkChosen("§5.13: never one that is kept for another", ["kept for OTHER", "free"], 2);
checkChosen(
  "TC_053: one that is kept for a group only where no other is free",
  ["kept for a group", "free"],
  2,
);
checkChosen("TC_053: and then that one, since the tag may belong to it", ["taken", "kept for a group"], 2);
checkChosen("§5.13: none where all are kept for others", ["kept for OTHER", "taken"], null);
checkChosen("TC_068: otherwise none", ["taken", "taken"], null);
checkChosen("none of none", [], null);

function checkRemote(sentence: string, kinds: readonly Kind[], expected: number | null): void {
  Deno.test({ name: `remote start without connectorId: ${sentence}`, permissions: "none" }, () => {
    assertEquals(remoteStartConnector(candidates(kinds), "tag"), expected);
  });
}

checkRemote("§7: a free one with a cable in", ["free", "taken", "free, cable in"], 3);
checkRemote("TC_046_2: the one that is kept for it", ["free", "kept for TAG"], 2);
checkRemote("§5.13: never one that is kept for another", ["kept for OTHER", "taken"], null);
checkRemote(
  "§7: where its cable is, though another one is kept for the charge point's reservation",
  ["kept for TAG", "TAG's cable in, reserved anywhere"],
  2,
);
checkRemote("§7: else a free one", ["taken", "ended", "free", "free"], 3);
checkRemote("§3.10: never one where a transaction has ended, or one that is taken", [
  "taken",
  "ended",
  "grouped",
], null);
