/** The local authorization list as the actors keep it (OCPP 1.6 §3.5.2, §5.10, §5.15; spec/behaviour.md §4, §11). */
import { assertEquals } from "@std/assert";
import type { AuthorizationData } from "../../protocol/messages/local_auth_list.ts";
import type { IdTagInfo } from "../../protocol/messages/types.ts";
import { dcFour } from "../hal/stations.ts";
import type { CalmHouse, CalmHouseOptions } from "./calm_house.ts";
import { bootedHouse, contactorClosed, stored, swiped } from "./calm_house.ts";

const accepted: IdTagInfo = { status: "Accepted" };
const blocked: IdTagInfo = { status: "Blocked" };

function house(
  settings: Readonly<Record<string, string>> = {},
  options: CalmHouseOptions = {},
): Promise<CalmHouse> {
  return bootedHouse({ settings: { LocalPreAuthorize: "true", ...settings }, ...options });
}

function listed(idTag: string, idTagInfo: IdTagInfo = accepted): AuthorizationData {
  return { idTag, idTagInfo };
}

async function send(
  charger: CalmHouse,
  updateType: "Full" | "Differential",
  listVersion: number,
  ...localAuthorizationList: readonly AuthorizationData[]
): Promise<unknown> {
  const answer = await charger.ask("SendLocalList", { updateType, listVersion, localAuthorizationList });
  return (answer as { readonly result: { readonly status: unknown } }).result.status;
}

async function version(charger: CalmHouse): Promise<unknown> {
  const answer = await charger.ask("GetLocalListVersion", {});
  return (answer as { readonly result: { readonly listVersion: unknown } }).result.listVersion;
}

async function restarted(charger: CalmHouse, keptCommits = 0): Promise<void> {
  charger.cutPower(keptCommits);
  await charger.restorePower();
  await charger.advance(0);
}

/** Plugs in and presents the card: whether that starts a transaction. */
async function starts(charger: CalmHouse, idTag: string): Promise<boolean> {
  charger.station.verbs.plug(1);
  await charger.advance(0);
  await swiped(charger, idTag);
  return contactorClosed(charger);
}

Deno.test("TC_043_2: the version is that of the last update that was accepted, over a power cut too", async () => {
  const charger = await house();
  assertEquals(await version(charger), 0);
  assertEquals(await send(charger, "Full", 2, listed("A")), "Accepted");
  assertEquals(await version(charger), 2);
  assertEquals(await send(charger, "Differential", 5, listed("B")), "Accepted");
  assertEquals(await send(charger, "Differential", 4, listed("C")), "VersionMismatch");
  await restarted(charger);
  assertEquals(await version(charger), 5);
});

Deno.test("TC_042_2: an empty list has version 0, whatever was sent; and so has one that was emptied entry by entry", async () => {
  const charger = await house();
  assertEquals(await send(charger, "Full", 7, listed("A")), "Accepted");
  assertEquals(await send(charger, "Full", 8), "Accepted");
  assertEquals(await version(charger), 0);
  assertEquals(await send(charger, "Full", 9, listed("A"), listed("B")), "Accepted");
  assertEquals(await send(charger, "Differential", 10, { idTag: "a" }, { idTag: "b" }), "Accepted");
  assertEquals(await version(charger), 0);
});

Deno.test("TC_042_1: LocalAuthListEnabled=false: version -1, NotSupported, and nobody is let in by the list", async () => {
  const charger = await house();
  assertEquals(await send(charger, "Full", 2, listed("ALICE")), "Accepted");
  await charger.ask("ChangeConfiguration", { key: "LocalAuthListEnabled", value: "false" });
  assertEquals([await version(charger), await send(charger, "Full", 3)], [-1, "NotSupported"]);
  await starts(charger, "ALICE");
  assertEquals(charger.sent("Authorize").length, 1);
});

Deno.test("TC_008_1: a listed idTag starts without Authorize, however it is written, after a power cut too", async () => {
  const charger = await house({ AuthorizationCacheEnabled: "false" });
  assertEquals(await send(charger, "Full", 2, listed("alice")), "Accepted");
  await restarted(charger);
  charger.forget();
  assertEquals(await starts(charger, "ALICE"), true);
  assertEquals(charger.sent("Authorize"), []);
});

Deno.test("§3.5.2: the list has priority over the cache, and what it names is not added to it", async () => {
  const charger = await house();
  await send(charger, "Full", 2, listed("ALICE", blocked));
  await starts(charger, "ALICE");
  // Online a local no is no answer: the central system was asked, and let her in.
  assertEquals([charger.sent("Authorize").length, contactorClosed(charger)], [1, true]);
  assertEquals(await stored(charger, "cache"), []);
  const offline = await house();
  await swiped(offline, "ALICE");
  await swiped(offline, "ALICE");
  assertEquals((await stored(offline, "cache")).length, 1);
  await send(offline, "Full", 2, listed("ALICE", blocked));
  offline.network.setLink("down");
  await offline.advance(0);
  assertEquals(await starts(offline, "ALICE"), false);
});

Deno.test("§4.2: LocalListConflict is reported of connector 0 when the central system contradicts its list", async () => {
  const charger = await house({ LocalPreAuthorize: "false" });
  await send(charger, "Full", 2, listed("ALICE", blocked), listed("BOB"));
  const conflicts = () =>
    charger.sent("StatusNotification").map((
      { payload },
    ) => [payload.connectorId, payload.status, payload.errorCode])
      .filter(([, , errorCode]) => errorCode !== "NoError");
  await swiped(charger, "BOB");
  assertEquals(conflicts(), []);
  await swiped(charger, "BOB");
  await swiped(charger, "ALICE");
  assertEquals(conflicts(), [[0, "Available", "LocalListConflict"]]);
});

Deno.test("TC_043_3: storage that fails: Failed, and the old list is whole", async () => {
  const charger = await house();
  await send(charger, "Full", 2, listed("A"), listed("B"));
  for (const updateType of ["Full", "Differential"] as const) {
    charger.store().failCommits("full", 1);
    assertEquals(await send(charger, updateType, 3, listed("C")), "Failed");
    assertEquals(await version(charger), 2);
  }
  await restarted(charger);
  assertEquals([await version(charger), (await stored(charger, "listed")).length], [2, 2]);
});

Deno.test("a power cut in an update leaves all of the old list or all of the new one", async () => {
  for (const keptCommits of [0, 1]) {
    const charger = await house();
    await send(charger, "Full", 2, listed("A"), listed("B"));
    charger.disk.commitMs = 10;
    charger.centralSystem.call("SendLocalList", {
      updateType: "Full",
      listVersion: 3,
      localAuthorizationList: [listed("C"), listed("D"), listed("E")],
    });
    await charger.advance(5);
    charger.disk.commitMs = 0;
    await restarted(charger, keptCommits);
    const names = (await stored(charger, "listed")).length;
    assertEquals([await version(charger), names], keptCommits === 0 ? [2, 2] : [3, 3]);
  }
});

Deno.test("LocalAuthListMaxLength holds for what a Differential update leads to", async () => {
  const charger = await house();
  const five = ["A", "B", "C", "D", "E"].map((idTag) => listed(idTag));
  assertEquals(await send(charger, "Full", 2, ...five), "Accepted");
  assertEquals(await send(charger, "Differential", 3, listed("F")), "Failed");
  assertEquals(await send(charger, "Differential", 3, listed("F"), { idTag: "A" }), "Accepted");
  assertEquals(await send(charger, "Differential", 4, listed("b", blocked)), "Accepted");
});

Deno.test("a list that is replaced is cleared away, page by page, and what the new one says holds at once", async () => {
  const charger = await house({}, { station: dcFour });
  const page = (from: number) => Array.from({ length: 400 }, (_, at) => listed(`T${from + at}`));
  assertEquals(await send(charger, "Full", 1, ...page(0)), "Accepted");
  for (const part of [1, 2]) {
    assertEquals(await send(charger, "Differential", part + 1, ...page(part * 400)), "Accepted");
  }
  assertEquals((await stored(charger, "listed")).length, 1_000, "as many as are listed at a time");
  assertEquals(await send(charger, "Full", 9, listed("ALICE")), "Accepted");
  assertEquals([(await stored(charger, "listed")).length, await stored(charger, "listPurge")], [1, []]);
});
