/** Authorization as the actors keep it: who is asked, what is remembered, and what holds offline (OCPP 1.6 §3.5; spec/behaviour.md §4). */
import { assert, assertEquals } from "@std/assert";
import type { IdTagInfo } from "../../protocol/messages/types.ts";
import { referenceDc } from "../hal/stations.ts";
import type { CalmHouse, CalmHouseOptions } from "./calm_house.ts";
import {
  actions,
  bootedHouse,
  charging,
  contactorClosed,
  moments,
  status,
  stored,
  swiped,
} from "./calm_house.ts";

const worth: Readonly<Record<string, IdTagInfo>> = {
  MALLORY: { status: "Invalid" },
  ALICE: { status: "Accepted", parentIdTag: "FAMILY" },
  BOB: { status: "Accepted", parentIdTag: "family" },
  CAROL: { status: "Accepted", parentIdTag: "OTHERS" },
  GUEST: { status: "Accepted", expiryDate: "2026-01-01T01:00:00Z" },
};

/** Registered; with no key that says otherwise only the central system decides. */
function house(
  settings: Readonly<Record<string, string>> = {},
  options: CalmHouseOptions = {},
): Promise<CalmHouse> {
  return bootedHouse({
    judge: (idTag) => worth[idTag] ?? { status: "Accepted" },
    settings: { LocalAuthorizeOffline: "false", ...settings },
    ...options,
  });
}

/** The central system has been asked about the idTag: it is in the cache, and nobody uses the connector. */
async function asked(charger: CalmHouse, idTag: string): Promise<void> {
  await swiped(charger, idTag);
  assertEquals(charger.sent("Authorize").map(({ payload }) => payload.idTag), [idTag]);
  // B1: presented again, it takes its intention back.
  if (status(charger) === "Preparing") await swiped(charger, idTag);
  assertEquals(status(charger), "Available");
  charger.forget();
}

async function offline(charger: CalmHouse): Promise<void> {
  charger.network.setLink("down");
  await charger.advance(0);
  assertEquals(charger.centralSystem.connected(), false);
}

/** Plugs in and presents the card: whether that starts a transaction. */
async function starts(charger: CalmHouse, idTag: string): Promise<boolean> {
  charger.station.verbs.plug(1);
  await charger.advance(0);
  await swiped(charger, idTag);
  return contactorClosed(charger);
}

Deno.test("§4.2: an idTag that nothing is known of is asked about, whatever the keys say", async () => {
  const charger = await house({ LocalPreAuthorize: "true", LocalAuthorizeOffline: "true" });
  assert(await starts(charger, "ALICE"));
  assertEquals(actions(charger).filter((action) => !action.startsWith("Status")), [
    "Authorize",
    "StartTransaction",
  ]);
});

Deno.test("TC_007_1: with LocalPreAuthorize a cached idTag starts without Authorize, however it is written", async () => {
  const charger = await house({ LocalPreAuthorize: "true" });
  await asked(charger, "ALICE");
  assert(await starts(charger, "alice"));
  assertEquals(charger.sent("Authorize"), []);
  assertEquals(charger.sent("StartTransaction").map(({ payload }) => payload.idTag), ["alice"]);
});

Deno.test("TC_007_2: a remote start looks into the cache too", async () => {
  const charger = await house({ LocalPreAuthorize: "true", AuthorizeRemoteTxRequests: "true" });
  await asked(charger, "ALICE");
  charger.station.verbs.plug(1);
  const answer = await charger.ask("RemoteStartTransaction", { connectorId: 1, idTag: "ALICE" });
  assertEquals(answer, { result: { status: "Accepted" } });
  assert(contactorClosed(charger));
  assertEquals(charger.sent("Authorize"), []);
});

Deno.test("§4.2: without LocalPreAuthorize the central system is asked each time", async () => {
  const charger = await house();
  await asked(charger, "ALICE");
  assert(await starts(charger, "ALICE"));
  assertEquals(charger.sent("Authorize").length, 1);
});

Deno.test("§4.2: with LocalPreAuthorize an idTag that was refused is asked about again, and the answer is followed", async () => {
  const charger = await house({ LocalPreAuthorize: "true" });
  charger.centralSystem.script("Authorize", {
    kind: "answer",
    payload: { idTagInfo: { status: "ConcurrentTx" } },
  });
  await asked(charger, "ALICE");
  assert(await starts(charger, "ALICE"));
  assertEquals(charger.sent("Authorize").length, 1);
});

Deno.test("§9.1.2: a cache that is switched off is neither asked nor told, and keeps what it has", async () => {
  const charger = await house({ LocalPreAuthorize: "true" });
  await asked(charger, "ALICE");
  await charger.ask("ChangeConfiguration", { key: "AuthorizationCacheEnabled", value: "false" });
  await asked(charger, "ALICE");
  await asked(charger, "CAROL");
  assertEquals(await cached(charger), [worth.ALICE]);
  await charger.ask("ChangeConfiguration", { key: "AuthorizationCacheEnabled", value: "true" });
  assert(await starts(charger, "ALICE"));
  assertEquals(charger.sent("Authorize"), []);
});

for (
  const [what, settings, idTag, expected] of [
    ["valid in the cache", { LocalAuthorizeOffline: "true" }, "ALICE", true],
    ["valid in the cache, but LocalAuthorizeOffline is off", {}, "ALICE", false],
    ["LocalPreAuthorize does not count offline", { LocalPreAuthorize: "true" }, "ALICE", false],
    ["valid in the cache is no stranger", { AllowOfflineTxForUnknownId: "true" }, "ALICE", false],
    [
      "refused when it was asked last",
      { LocalAuthorizeOffline: "true", AllowOfflineTxForUnknownId: "true" },
      "MALLORY",
      false,
    ],
    ["a stranger", { LocalAuthorizeOffline: "true" }, "DAVE", false],
    ["a stranger, AllowOfflineTxForUnknownId", { AllowOfflineTxForUnknownId: "true" }, "DAVE", true],
  ] as const
) {
  Deno.test(`§4.2: offline, ${what}: ${expected ? "starts" : "refused"}`, async () => {
    const charger = await house(settings);
    if (idTag !== "DAVE") await asked(charger, idTag);
    await offline(charger);
    assertEquals(await starts(charger, idTag), expected);
  });
}

Deno.test("§3.5.1: an idTag that has expired since it was asked about is refused offline", async () => {
  for (const [afterMs, expected] of [[3_599_000, true], [3_600_000, false]] as const) {
    const charger = await house({ LocalAuthorizeOffline: "true" });
    await asked(charger, "GUEST");
    await offline(charger);
    await charger.advance(afterMs);
    assertEquals([afterMs, await starts(charger, "GUEST")], [afterMs, expected]);
  }
});

Deno.test("§4.2: a central system that does not answer is no central system: after 30 s the offline rules hold", async () => {
  const charger = await house({ LocalAuthorizeOffline: "true" });
  await asked(charger, "ALICE");
  charger.centralSystem.script("Authorize", { kind: "nothing" }, { kind: "nothing" });
  assertEquals(await starts(charger, "ALICE"), false);
  await charger.advance(29_999);
  assertEquals(contactorClosed(charger), false);
  await charger.advance(1);
  assert(contactorClosed(charger));
});

Deno.test("D-authorize-error: a CALLERROR refuses, whatever is known locally", async () => {
  const charger = await house({ LocalAuthorizeOffline: "true", AllowOfflineTxForUnknownId: "true" });
  await asked(charger, "ALICE");
  charger.centralSystem.script("Authorize", { kind: "error", errorCode: "InternalError" });
  assertEquals(await starts(charger, "ALICE"), false);
});

Deno.test("§4.2: nobody waits longer than 30 s for the central system, however long MessageTimeout is", async () => {
  const charger = await house({ LocalAuthorizeOffline: "true", MessageTimeout: "300" });
  await asked(charger, "ALICE");
  charger.centralSystem.script("Authorize", { kind: "nothing" });
  assertEquals(await starts(charger, "ALICE"), false);
  await charger.advance(29_999);
  assertEquals(contactorClosed(charger), false);
  await charger.advance(1);
  assert(contactorClosed(charger));
});

for (const [key, expected] of [["LocalAuthorizeOffline", true], ["LocalPreAuthorize", false]] as const) {
  Deno.test(`§4.2: a charge point that is not accepted yet goes by the offline rules at once: ${key}`, async () => {
    const charger = await house({ [key]: "true" });
    await asked(charger, "ALICE");
    charger.cutPower(0);
    charger.centralSystem.script("BootNotification", {
      kind: "answer",
      payload: { status: "Pending", currentTime: "2026-01-01T00:00:00Z", interval: 900 },
    });
    await charger.restorePower();
    while (charger.sent("BootNotification").length === 0) await charger.advance(100);
    await charger.advance(0);
    assertEquals(charger.centralSystem.connected(), true);
    assertEquals(await starts(charger, "ALICE"), expected);
  });
}

Deno.test("§3.5.1: StartTransaction.conf is remembered: an idTag that it blocked is refused offline", async () => {
  const charger = await house({ LocalAuthorizeOffline: "true", AllowOfflineTxForUnknownId: "true" });
  charger.centralSystem.script("StartTransaction", {
    kind: "answer",
    payload: { transactionId: 9, idTagInfo: { status: "Blocked" } },
  });
  charger.station.verbs.plug(1);
  await swiped(charger, "ALICE");
  assertEquals(await cached(charger), [{ status: "Blocked" }]);
  charger.station.verbs.unplug(1);
  await charger.advance(0);
  await offline(charger);
  assertEquals(await starts(charger, "ALICE"), false);
});

Deno.test("§3.5.1: StopTransaction.conf is remembered, for the idTag that stopped", async () => {
  const charger = await house({ LocalAuthorizeOffline: "true" });
  await charging(charger, 1, "ALICE");
  charger.centralSystem.script("StopTransaction", {
    kind: "answer",
    payload: { idTagInfo: { status: "Expired" } },
  });
  await swiped(charger, "BOB");
  assertEquals(charger.sent("StopTransaction").map(({ payload }) => payload.idTag), ["BOB"]);
  charger.station.verbs.unplug(1);
  await offline(charger);
  assertEquals(await starts(charger, "BOB"), false);
  assertEquals(await starts(charger, "ALICE"), true);
});

Deno.test("§3.5.1: a StopTransaction.conf without idTagInfo leaves the cache as it is", async () => {
  const charger = await house();
  await charging(charger, 1, "ALICE");
  const before = await cached(charger);
  await swiped(charger, "ALICE");
  assertEquals(charger.sent("StopTransaction").length, 1);
  assertEquals(await cached(charger), before);
});

Deno.test("errata v4.0 §3.4: the cache survives a power loss, a reset, and a crash of its actor", async () => {
  const charger = await house({ LocalPreAuthorize: "true" });
  await asked(charger, "ALICE");
  charger.cutPower(0);
  await charger.restorePower();
  await charger.advance(0);
  await charger.ask("Reset", { type: "Hard" });
  await charger.advance(60_000);
  assertEquals(charger.restarts.length, 1);
  charger.system().crash("authorizer");
  await charger.advance(1_000);
  charger.forget();
  assert(await starts(charger, "ALICE"));
  assertEquals(charger.sent("Authorize"), []);
});

Deno.test("TC_061: after ClearCache an idTag is asked about again, also after a power loss", async () => {
  for (const cut of [false, true]) {
    const charger = await house({ LocalPreAuthorize: "true" });
    await asked(charger, "ALICE");
    await asked(charger, "CAROL");
    assertEquals(await charger.ask("ClearCache", {}), { result: { status: "Accepted" } });
    assertEquals(await cached(charger), []);
    if (cut) {
      charger.cutPower(0);
      await charger.restorePower();
      await charger.advance(0);
      charger.forget();
    }
    assert(await starts(charger, "ALICE"));
    assertEquals(charger.sent("Authorize").length, 1);
  }
});

Deno.test("TC_061: an empty cache is cleared as well, and one that is switched off", async () => {
  const charger = await house();
  assertEquals(await charger.ask("ClearCache", {}), { result: { status: "Accepted" } });
  await asked(charger, "ALICE");
  await charger.ask("ChangeConfiguration", { key: "AuthorizationCacheEnabled", value: "false" });
  assertEquals(await charger.ask("ClearCache", {}), { result: { status: "Accepted" } });
  assertEquals(await cached(charger), []);
});

Deno.test("errata v4.0 §3.23: a station without a cache rejects ClearCache, and remembers nobody", async () => {
  const station = { ...referenceDc, options: { ...referenceDc.options, authorizationCache: false } };
  const charger = await house({ LocalPreAuthorize: "true" }, { station });
  await asked(charger, "ALICE");
  await asked(charger, "ALICE");
  assertEquals(await charger.ask("ClearCache", {}), { result: { status: "Rejected" } });
  assertEquals(await cached(charger), []);
});

Deno.test("§5.4: a store that refuses rejects ClearCache, and all is known as before", async () => {
  const charger = await house({ LocalPreAuthorize: "true" });
  await asked(charger, "ALICE");
  charger.store().failCommits("full", 1);
  assertEquals(await charger.ask("ClearCache", {}), { result: { status: "Rejected" } });
  assert(await starts(charger, "ALICE"));
  assertEquals(charger.sent("Authorize"), []);
});

Deno.test("a refusal that the store cannot keep counts all the same, until the next start", async () => {
  const charger = await house({ LocalAuthorizeOffline: "true", AllowOfflineTxForUnknownId: "true" });
  charger.store().failCommits("full", 1);
  await asked(charger, "MALLORY");
  assertEquals(charger.effects("ForgetIdTag").length, 1);
  await offline(charger);
  assertEquals(await starts(charger, "MALLORY"), false);
});

Deno.test("TC_069: another tag of the group is asked about, and stops", async () => {
  const charger = await house();
  await charging(charger, 1, "ALICE");
  await swiped(charger, "BOB");
  assertEquals(actions(charger).filter((action) => !action.startsWith("Status")), [
    "Authorize",
    "StopTransaction",
  ]);
});

Deno.test("§4.4: with LocalPreAuthorize, or offline, the cache knows the group", async () => {
  for (const cut of [false, true]) {
    const charger = await house({ LocalPreAuthorize: "true", LocalAuthorizeOffline: "true" });
    await asked(charger, "BOB");
    await charging(charger, 1, "ALICE");
    if (cut) await offline(charger);
    await swiped(charger, "BOB");
    assertEquals([charger.sent("Authorize").length, status(charger)], [0, "Finishing"]);
  }
});

Deno.test("TC_068: a tag of another group stops nothing, online or offline", async () => {
  const charger = await house({ AllowOfflineTxForUnknownId: "true", LocalAuthorizeOffline: "true" });
  await charging(charger, 1, "ALICE");
  await swiped(charger, "CAROL");
  assert(contactorClosed(charger));
  await offline(charger);
  await swiped(charger, "CAROL");
  await swiped(charger, "DAVE");
  assert(contactorClosed(charger));
});

Deno.test("an outbox that is down does not hold up a driver: after 20 s the offline rules hold", async () => {
  // Without a list nothing but the outbox's start reads the disk that is slow here.
  const charger = await house({ LocalAuthorizeOffline: "true", LocalAuthListEnabled: "false" });
  await asked(charger, "ALICE");
  charger.disk.readMs = 60_000;
  charger.system().crash("outbox");
  charger.station.verbs.plug(1);
  await charger.advance(0);
  await swiped(charger, "ALICE");
  await charger.advance(19_999);
  assertEquals(status(charger), "Preparing");
  await charger.advance(1);
  assert(contactorClosed(charger));
  assertEquals(moments(charger, "Authorize"), []);
});

Deno.test("§3.5: while a slow disk holds the outbox up the central system is asked all the same, and no offline rule holds", async () => {
  const charger = await house({ AllowOfflineTxForUnknownId: "true" }, { station: "ac-two-sockets" });
  await charging(charger, 1, "ALICE");
  charger.station.verbs.plug(2);
  await charger.advance(0);
  charger.disk.commitMs = 9_000;
  await swiped(charger, "ALICE");
  for (let s = 0; s < 60 && charger.sent("StopTransaction").length === 0; s++) await charger.advance(1_000);
  assertEquals(charger.sent("StopTransaction").length, 1);
  // Its answer is being committed: the outbox takes no other message meanwhile.
  await swiped(charger, "MALLORY");
  await charger.advance(7_000);
  assertEquals(charger.sent("Authorize"), []);
  await charger.advance(30_000);
  assertEquals(charger.sent("Authorize").map(({ payload }) => payload.idTag), ["MALLORY"]);
  assertEquals(charger.sent("StartTransaction"), []);
});

async function cached(charger: CalmHouse): Promise<readonly unknown[]> {
  return (await stored(charger, "cache")).map((record) => (record as { readonly info: unknown }).info);
}
