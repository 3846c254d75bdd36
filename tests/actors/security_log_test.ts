/** The security log over restarts, power cuts and full disks, and the delivery of what is to be sent (security white paper A04). */
import { assert, assertEquals } from "@std/assert";
import { readSecurityLog } from "../../actors/security_book.ts";
import type { SecurityLogReport } from "../../actors/security_log.ts";
import { createNodeDigest } from "../../hal/drivers/node_digest.ts";
import type { SecurityEventType } from "../../protocol/security_event.ts";
import { verifiedChain } from "../../protocol/security_log.ts";
import { probeMs } from "../../protocol/liveness.ts";
import type { SecurityLogEndRecord } from "../../storage/records.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import { loadStation } from "../../hal/drivers/station_files.ts";
import type { CalmHouse, CalmHouseOptions } from "./calm_house.ts";
import { actions, bootedHouse, charging, newHouse, storeOf, swiped } from "./calm_house.ts";

const settleMs = 5_000;

function raise(house: CalmHouse, type: SecurityEventType, techInfo?: string): void {
  house.addresses().securityLog.send({
    kind: "SecurityEventRaised",
    type,
    ...(techInfo === undefined ? {} : { techInfo }),
  });
}

/** Types and texts in the log, as the next start would find it. */
async function logged(house: CalmHouse): Promise<readonly string[]> {
  const store = storeOf(house);
  return (await readSecurityLog(store)).map(({ type, techInfo }) => `${type} ${techInfo}`.trimEnd());
}

function sent(house: CalmHouse): readonly string[] {
  return house.sent("SecurityEventNotification").map(({ payload }) =>
    `${payload.type} ${payload.techInfo ?? ""}`.trimEnd()
  );
}

async function report(house: CalmHouse): Promise<SecurityLogReport> {
  let told: SecurityLogReport | null = null;
  house.addresses().securityLog.send({ kind: "TellSecurityLog", reply: (report) => void (told = report) });
  await house.advance(0);
  assert(told !== null);
  return told;
}

async function rebooted(house: CalmHouse): Promise<void> {
  house.cutPower(0);
  await house.restorePower();
  await house.advance(0);
}

async function verdict(house: CalmHouse): Promise<string> {
  const store = storeOf(house);
  const end = (await store.get(["securityLogEnd"]))?.value as SecurityLogEndRecord;
  return verifiedChain(await readSecurityLog(store), end, createNodeDigest().sha256).kind;
}

Deno.test("every boot is in the log and is sent, once and after the states of the connectors", async () => {
  const house = await newHouse();
  await house.advance(0);
  assertEquals(await logged(house), ["StartupOfTheDevice boot 1"]);
  await house.advance(settleMs - 1);
  assertEquals(sent(house), []);
  await house.advance(1);
  assertEquals(house.sent("SecurityEventNotification").map(({ payload }) => payload), [
    { type: "StartupOfTheDevice", timestamp: "2026-01-01T00:00:00.000Z", techInfo: "boot 1" },
  ]);
  house.system().crash("security_log");
  await house.advance(600_000);
  assertEquals([await logged(house), sent(house).length], [["StartupOfTheDevice boot 1"], 1]);
});

Deno.test("a Reset is told after it has happened; one that a host does not carry out is none", async () => {
  const house = await bootedHouse();
  await house.ask("Reset", { type: "Hard" });
  await house.advance(0);
  assertEquals((await logged(house)).slice(1), ["ResetOrReboot Reset Hard", "StartupOfTheDevice boot 2"]);
  await rebooted(house);
  assertEquals((await logged(house)).slice(3), ["StartupOfTheDevice boot 3"]);

  const stuck = await bootedHouse({ stuckRestarts: Infinity });
  await stuck.ask("Reset", { type: "Soft" });
  await stuck.advance(600_000);
  await rebooted(stuck);
  assertEquals((await logged(stuck)).slice(1), ["StartupOfTheDevice boot 2"]);
});

Deno.test("A04.FR.02: events of an outage wait for its end, over a power cut too, and go in their order with their own times", async () => {
  const house = await bootedHouse();
  await house.advance(settleMs);
  house.network.setLink("down");
  await house.advance(60_000);
  raise(house, "MemoryExhaustion", "one");
  await house.advance(60_000);
  raise(house, "TamperDetectionActivated", "two");
  await house.advance(0);
  house.forget();
  house.cutPower(0);
  await house.restorePower();
  house.network.setLink("down");
  await house.advance(600_000);
  assertEquals(sent(house), []);
  assertEquals((await report(house)).pending.length, 3);
  house.network.setLink("up");
  await house.advance(600_000);
  assertEquals(
    house.sent("SecurityEventNotification").map(({ payload }) => [payload.type, payload.timestamp]),
    [
      ["MemoryExhaustion", "2026-01-01T00:01:05.000Z"],
      ["TamperDetectionActivated", "2026-01-01T00:02:05.000Z"],
      ["StartupOfTheDevice", "2026-01-01T00:02:05.000Z"],
    ],
  );
  assertEquals((await report(house)).pending, []);
  await rebooted(house);
  house.forget();
  await house.advance(600_000);
  assertEquals(sent(house), ["StartupOfTheDevice boot 3"], "what was delivered is not sent again");
});

Deno.test("§4.2: nothing is sent while the registration is Pending", async () => {
  const house = await newHouse();
  house.centralSystem.script("BootNotification", { kind: "boot", status: "Pending", intervalS: 600 });
  await house.advance(599_999);
  assertEquals(sent(house), []);
  await house.advance(1 + settleMs);
  assertEquals(sent(house), ["StartupOfTheDevice boot 1"]);
});

Deno.test("once it is online, an event is sent at once, but behind the messages of a transaction", async () => {
  const house = await bootedHouse();
  await house.advance(settleMs);
  raise(house, "TamperDetectionActivated");
  await house.advance(0);
  assertEquals(sent(house), ["StartupOfTheDevice boot 1", "TamperDetectionActivated"]);

  await charging(house);
  house.centralSystem.script("Heartbeat", { kind: "answer", afterMs: 2_000 });
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  raise(house, "MemoryExhaustion");
  await swiped(house, "ALICE");
  await house.advance(2_000);
  const order = house.sent("StopTransaction", "SecurityEventNotification").map(({ action }) => action);
  assertEquals(order, ["StopTransaction", "SecurityEventNotification"]);
});

Deno.test("SendAllSecurityEvents: what is not critical is logged only, until the key says otherwise", async () => {
  const house = await bootedHouse();
  raise(house, "InvalidMessages", "one");
  await house.advance(settleMs);
  assertEquals(await house.ask("ChangeConfiguration", { key: "SendAllSecurityEvents", value: "true" }), {
    result: { status: "Accepted" },
  });
  raise(house, "InvalidMessages", "two");
  await house.advance(0);
  assertEquals((await logged(house)).slice(1), ["InvalidMessages one", "InvalidMessages two"]);
  assertEquals(sent(house), ["StartupOfTheDevice boot 1", "InvalidMessages two"]);
});

/** Without security profiles. */
function silent(): NonNullable<CalmHouseOptions["station"]> {
  const loaded = loadStation("reference-dc");
  assert(loaded.kind !== "refused");
  return { ...loaded.value, security: { ...loaded.value.security, securityProfiles: [] } };
}

Deno.test("a station without security profiles keeps its log and sends nothing", async () => {
  const house = await bootedHouse({ station: silent() });
  await house.advance(600_000);
  assertEquals([await logged(house), sent(house)], [["StartupOfTheDevice boot 1"], []]);
});

for (const errorCode of ["NotImplemented", "NotSupported"] as const) {
  Deno.test(`a central system that answers ${errorCode} does not know the message: each is sent once, and counted`, async () => {
    const house = await bootedHouse();
    house.centralSystem.script("SecurityEventNotification", ...Array(2).fill({ kind: "error", errorCode }));
    raise(house, "MemoryExhaustion");
    await house.advance(3_600_000);
    assertEquals(sent(house), ["StartupOfTheDevice boot 1", "MemoryExhaustion"]);
    assertEquals(house.effects("SecurityEventNotTaken").length, 2);
    const { pending, undelivered } = await report(house);
    assertEquals([pending, undelivered], [[], 2]);
    await rebooted(house);
    assertEquals((await report(house)).undelivered, 2);
  });
}

for (
  const [what, turn, waitMs] of [
    ["refuses", { kind: "error", errorCode: "InternalError" }, 0],
    ["does not answer", { kind: "nothing" }, 30_000 + probeMs],
  ] as const
) {
  Deno.test(`A04.FR.02: a central system that ${what} is asked for ever, with waits that grow to an hour; the next one waits`, async () => {
    const house = await bootedHouse();
    house.centralSystem.script("SecurityEventNotification", ...Array(70).fill(turn));
    raise(house, "MemoryExhaustion");
    await house.advance(60 * 3_600_000);
    const moments = house.sent("SecurityEventNotification").map(({ atMs }) => atMs);
    const waits = moments.slice(1).map((atMs, at) => atMs - (moments[at] ?? 0) - waitMs);
    const expected = Array.from({ length: 70 }, (_, at) => Math.min(at + 1, 60) * 60_000);
    assertEquals(waits.slice(0, 70), expected);
    assertEquals(sent(house), [...Array(71).fill("StartupOfTheDevice boot 1"), "MemoryExhaustion"]);
    assertEquals([house.effects("SecurityEventNotTaken"), (await report(house)).undelivered], [[], 0]);
  });

  Deno.test(`a central system that ${what} is asked five times about what is not critical; then the next one goes`, async () => {
    const house = await bootedHouse();
    await house.advance(settleMs);
    house.forget();
    house.centralSystem.script("SecurityEventNotification", ...Array(5).fill(turn));
    raise(house, "InvalidChargePointCertificate");
    raise(house, "MemoryExhaustion");
    await house.advance(3_600_000);
    assertEquals(sent(house), [...Array(5).fill("InvalidChargePointCertificate"), "MemoryExhaustion"]);
    assertEquals(house.effects("SecurityEventNotTaken").length, 1);
    assertEquals((await report(house)).undelivered, 1);
  });
}

Deno.test("each event has its own attempts", async () => {
  const house = await bootedHouse();
  const refused = { kind: "error", errorCode: "InternalError" } as const;
  const turns = [...Array(4).fill(refused), { kind: "answer" }, refused];
  house.centralSystem.script("SecurityEventNotification", ...turns);
  raise(house, "MemoryExhaustion");
  await house.advance(3_600_000);
  const [last = 0, again = 0] = house.sent("SecurityEventNotification").slice(-2).map(({ atMs }) => atMs);
  assertEquals([house.sent("SecurityEventNotification").length, again - last], [7, 60_000]);
  assertEquals(house.effects("SecurityEventNotTaken"), []);
});

Deno.test("a link that is lost under it is no refusal: it goes again, for as long as it takes", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("SecurityEventNotification", ...Array(8).fill({ kind: "cut" }));
  await house.advance(3_600_000);
  assertEquals(sent(house), Array(9).fill("StartupOfTheDevice boot 1"));
  assertEquals([house.effects("SecurityEventNotTaken"), (await report(house)).pending], [[], []]);
});

Deno.test("a crash of the log, of the outbox or of the link loses nothing that was stored, and the order stays", async () => {
  for (const actor of ["security_log", "outbox", "link", "station"]) {
    const house = await bootedHouse();
    raise(house, "MemoryExhaustion", "one");
    raise(house, "MemoryExhaustion", "two");
    await house.advance(0);
    house.system().crash(actor);
    await house.advance(600_000);
    assertEquals([actor, ...sent(house)], [
      actor,
      "StartupOfTheDevice boot 1",
      "MemoryExhaustion one",
      "MemoryExhaustion two",
    ]);
  }
});

Deno.test("D11: what a full disk refuses is stored when there is room, in order and with its own time, and nothing twice", async () => {
  const house = await bootedHouse();
  await house.advance(settleMs);
  house.store().failCommits("full", Infinity);
  raise(house, "TamperDetectionActivated", "one");
  await house.advance(30_000);
  raise(house, "InvalidMessages", "two");
  await house.advance(0);
  assertEquals(await logged(house), ["StartupOfTheDevice boot 1"]);
  house.store().failCommits("full", 0);
  await house.advance(60_000);
  const full = "MemoryExhaustion the store refuses: database or disk is full";
  assertEquals((await logged(house)).slice(1), ["TamperDetectionActivated one", full, "InvalidMessages two"]);
  assertEquals(
    house.sent("SecurityEventNotification").slice(1).map(({ payload }) => payload.timestamp),
    ["2026-01-01T00:00:05.000Z", "2026-01-01T00:00:05.000Z"],
  );
});

Deno.test("what is too much to wait for a full disk is counted, and the log says so when there is room", async () => {
  const house = await bootedHouse();
  house.store().failCommits("full", Infinity);
  for (let at = 0; at < 60; at++) raise(house, "ResetOrReboot", `reset ${at}`);
  raise(house, "InvalidMessages", "one");
  await house.advance(0);
  house.store().failCommits("full", 0);
  await house.advance(60_000);
  const entries = (await logged(house)).slice(1);
  assertEquals([entries.length, entries[0], entries[49]], [
    51,
    "ResetOrReboot reset 0",
    "ResetOrReboot reset 49",
  ]);
  const lost =
    "MemoryExhaustion 12 events were not stored: ResetOrReboot 10, InvalidMessages 1, MemoryExhaustion 1";
  assertEquals([entries[50], sent(house).at(-1)], [lost, lost]);
  raise(house, "ResetOrReboot", "one more");
  await house.advance(0);
  assertEquals((await logged(house)).slice(52), ["ResetOrReboot one more"], "it is told once");
  assertEquals(await verdict(house), "intact");
});

Deno.test("the log rolls at 1,000 entries, and the rest of the chain stays intact", async () => {
  const house = await bootedHouse({ station: silent() });
  for (let at = 0; at < 1_010; at++) {
    raise(house, "ResetOrReboot", `reset ${at}`);
    if (at % 100 === 0) await house.advance(0);
  }
  await house.advance(0);
  const entries = await logged(house);
  assertEquals([entries.length, entries[0], entries.at(-1)], [
    1_000,
    "ResetOrReboot reset 10",
    "ResetOrReboot reset 1009",
  ]);
  assertEquals([await verdict(house), (await report(house)).chain], ["intact", { kind: "intact" }]);
});

Deno.test("A04.FR.02: nothing critical rolls away before it is delivered, and none of it is washed out by changes", async () => {
  const house = await bootedHouse();
  house.network.setLink("down");
  for (let at = 0; at < 1_010; at++) {
    raise(house, "ResetOrReboot", `reset ${at}`);
    raise(house, "ReconfigurationOfSecurityParameters", "authorizationKey");
    if (at % 100 === 0) await house.advance(0);
  }
  await house.advance(0);
  const { entries, chain, pending } = await report(house);
  assertEquals([entries, chain], [1_021, { kind: "intact" }]);
  assertEquals([pending.length, pending[0]?.number], [1_011, 1]);
});

/** While it is dark somebody is at the medium. */
async function tampered(
  house: CalmHouse,
  change: (entries: readonly { key: readonly (string | number)[]; value: unknown }[]) => {
    readonly sets?: readonly { key: readonly (string | number)[]; value: never }[];
    readonly deletes?: readonly (readonly (string | number)[])[];
  },
): Promise<void> {
  house.cutPower(0);
  const copy = createMemoryStore({ from: house.store().snapshot() });
  await copy.store.commit(change(await copy.store.list(["securityLog"])));
  house.tamper(() => copy.snapshot());
  await house.restorePower();
  await house.advance(0);
}

for (
  const [what, change, at] of [
    ["the first entry that is left is changed", ([entry]: readonly { value: unknown }[]) => ({
      sets: [{ key: ["securityLog", 1], value: { ...entry!.value as object, techInfo: "boot 7" } as never }],
    }), 2],
    ["the first entry is taken out", () => ({ deletes: [["securityLog", 1]] }), 1],
    ["an entry is taken out", () => ({ deletes: [["securityLog", 2]] }), 2],
    ["the last entry is taken out", () => ({ deletes: [["securityLog", 3]] }), 3],
    ["the end is taken away", () => ({ deletes: [["securityLogEnd"]] }), 3],
    ["all of it is gone", () => ({
      deletes: [["securityLog", 1], ["securityLog", 2], ["securityLog", 3], ["securityLogEnd"]],
    }), 0],
  ] as const
) {
  Deno.test(`SecurityLogWasCleared: ${what}; it is told once, and the log goes on`, async () => {
    const house = await bootedHouse();
    raise(house, "InvalidMessages", "one");
    raise(house, "InvalidMessages", "two");
    await house.advance(settleMs);
    await tampered(house, change);
    const told = `SecurityLogWasCleared entry ${at} is missing or was changed`;
    assertEquals((await logged(house)).slice(-2), [told, "StartupOfTheDevice boot 2"]);
    // No number is used twice. Without the end nobody knows what has been delivered: at least once it is.
    const waiting = { 0: [1, 2], 3: what.includes("the end") ? [1, 4, 5] : [4, 5] }[at as number] ?? [4, 5];
    assertEquals((await report(house)).pending.map(({ number }) => number), waiting);
    await house.advance(settleMs);
    assert(sent(house).includes(told));
    await rebooted(house);
    assertEquals((await logged(house)).filter((line) => line.startsWith("SecurityLogWasCleared")), [told]);
    assertEquals((await logged(house)).at(-1), "StartupOfTheDevice boot 3");
  });
}

Deno.test("house rule 9: a flood of events costs ten entries, and is told of within the hour", async () => {
  const house = await bootedHouse();
  for (let at = 0; at < 500; at++) raise(house, "InvalidMessages", `defect ${at}`);
  await house.advance(0);
  assertEquals((await logged(house)).length, 11);
  await house.advance(3_600_000);
  raise(house, "InvalidMessages", "one more");
  await house.advance(0);
  assertEquals((await logged(house)).at(-1), "InvalidMessages one more (490 more left out before it)");
  assertEquals(actions(house).includes("SecurityEventNotification"), false);
});

Deno.test("the first boot's log begins empty: nothing is told as cleared, not even after a cut in the middle of it", async () => {
  const house = await newHouse();
  house.cutPower(0);
  await house.restorePower();
  await house.advance(0);
  assertEquals((await logged(house)).filter((line) => line.startsWith("SecurityLogWasCleared")), []);
});
