/** GetLog and what follows it, in the simulated house (`actors/diagnostics.ts`; security white paper N01). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { readSecurityLog } from "../../actors/security_book.ts";
import { securityLogText } from "../../protocol/security_log.ts";
import type { CalmHouse } from "./calm_house.ts";
import { bootedHouse, charging, contactorClosed, storeOf } from "./calm_house.ts";
import { securedHouse, status } from "./secured_house.ts";

const location = "ftp://charger:secret@files.test/logs/";

interface Asked {
  readonly logType?: "SecurityLog" | "DiagnosticsLog";
  readonly requestId?: number;
  readonly retries?: number;
  readonly retryInterval?: number;
  readonly remoteLocation?: string;
  readonly oldestTimestamp?: string;
  readonly latestTimestamp?: string;
}

function getLog(asked: Asked = {}) {
  const {
    logType = "SecurityLog",
    requestId = 7,
    retries,
    retryInterval,
    remoteLocation = location,
    ...period
  } = asked;
  return {
    ...{ logType, requestId, log: { remoteLocation, ...period } },
    ...(retries === undefined ? {} : { retries }),
    ...(retryInterval === undefined ? {} : { retryInterval }),
  };
}

/** What has been told of uploads, in order. */
function told(house: CalmHouse): readonly string[] {
  return house.sent("LogStatusNotification").map(({ payload }) =>
    `${payload.status} ${payload.requestId ?? "-"}`
  );
}

function contentOf(house: CalmHouse, at = 0): string {
  return new TextDecoder().decode(house.transfer.arrived[at]?.content);
}

async function securityLog(house: CalmHouse): Promise<string> {
  const store = storeOf(house);
  return securityLogText(await readSecurityLog(store), {});
}

const fails = { kind: "Failed", fault: "failed", error: "why" } as const;

Deno.test("TC_079: Accepted with the name of the file, Uploading, the file as it is in the log, Uploaded", async () => {
  const house = await bootedHouse();
  const answered = await house.ask("GetLog", getLog());
  assert(answered !== null && "result" in answered);
  const { status, filename } = answered.result as { status: string; filename: string };
  assertEquals([status, told(house), house.transfer.underWay()], ["Accepted", ["Uploading 7"], 1]);
  assertMatch(filename, /^CP001-SecurityLog-7-\d{8}T\d{6}Z\.log$/);
  await house.advance(2_000);
  assertEquals(told(house), ["Uploading 7", "Uploaded 7"]);
  assertEquals(contentOf(house), await securityLog(house));
  const [file] = house.transfer.arrived;
  assertEquals([file?.fileName, file?.target.host, file?.target.user], [
    filename,
    "files.test",
    { name: "charger", password: "secret" },
  ]);
});

Deno.test("N01: the conf goes before Uploading", async () => {
  const house = await bootedHouse();
  const before = house.effects("FrameSent").length;
  await house.ask("GetLog", getLog());
  const frames = house.effects("FrameSent").slice(before).map(({ detail }) => JSON.parse(String(detail)));
  assertEquals(frames.map(([type, , action]) => type === 2 ? action : "conf"), [
    "conf",
    "LogStatusNotification",
  ]);
});

Deno.test("DiagnosticsLog is what the charger tells of itself", async () => {
  const house = await bootedHouse();
  assertEquals(await status(house, "GetLog", getLog({ logType: "DiagnosticsLog" })), "Accepted");
  await house.advance(2_000);
  assertEquals(told(house), ["Uploading 7", "Uploaded 7"]);
  assertMatch(contentOf(house), /^# station\n"reference-dc"\n\n# events/);
});

Deno.test("N01: where there is nothing in the period it is Rejected, and nothing is told", async () => {
  const house = await bootedHouse();
  const never = { oldestTimestamp: "2036-01-01T00:00:00Z" };
  const backwards = { oldestTimestamp: "2036-01-01T00:00:00Z", latestTimestamp: "2016-01-01T00:00:00Z" };
  assertEquals(await house.ask("GetLog", getLog(never)), { result: { status: "Rejected" } });
  for (const logType of ["SecurityLog", "DiagnosticsLog"] as const) {
    assertEquals(await house.ask("GetLog", getLog({ logType, ...backwards })), {
      result: { status: "Rejected" },
    });
  }
  await house.advance(60_000);
  assertEquals([told(house), house.transfer.arrived], [[], []]);
});

Deno.test("N01: the entries of the period, and no others", async () => {
  const house = await bootedHouse();
  await house.advance(3_600_000);
  house.addresses().securityLog.send({ kind: "SecurityEventRaised", type: "InvalidMessages" });
  await house.advance(0);
  assertEquals(
    await status(house, "GetLog", getLog({ oldestTimestamp: "2026-01-01T00:30:00Z" })),
    "Accepted",
  );
  await house.advance(2_000);
  assertMatch(contentOf(house), /^2026-01-01T01:00:00.000Z 2 InvalidMessages \S{64}\n$/);
});

Deno.test("N01: a try that failed is tried again after retryInterval, retries times; then UploadFailure", async () => {
  const house = await bootedHouse();
  house.transfer.script(fails, fails, fails);
  await status(house, "GetLog", getLog({ retries: 2, retryInterval: 30 }));
  await house.advance(3 * 2_000 + 2 * 30_000 - 1);
  assertEquals(told(house), ["Uploading 7"]);
  await house.advance(1);
  assertEquals(told(house), ["Uploading 7", "UploadFailure 7"]);
  await house.advance(3_600_000);
  assertEquals([told(house).length, house.transfer.arrived.length], [2, 0]);
});

Deno.test("a later GetLog is AcceptedCanceled: the earlier file never arrives, and nothing more is told of it", async () => {
  const house = await bootedHouse();
  house.transfer.script({ kind: "hangs" });
  await status(house, "GetLog", getLog({ requestId: 1 }));
  await house.advance(60_000);
  assertEquals(await status(house, "GetLog", getLog({ requestId: 2 })), "AcceptedCanceled");
  assertEquals(house.transfer.underWay(), 1);
  await house.advance(60_000);
  assertEquals(told(house), ["Uploading 1", "Uploading 2", "Uploaded 2"]);
  assertEquals(await status(house, "GetLog", getLog({ requestId: 3 })), "Accepted");
});

Deno.test("an end that was on its way when its upload was replaced is not taken for that of the next", async () => {
  const house = await bootedHouse();
  house.transfer.script({ kind: "hangs" }, { kind: "hangs" });
  await status(house, "GetLog", getLog({ requestId: 1 }));
  await status(house, "GetLog", getLog({ requestId: 2 }));
  house.addresses().diagnostics.send({ kind: "TransferEnded", transfer: 1, event: { kind: "Done" } });
  await house.advance(60_000);
  assertEquals(told(house), ["Uploading 1", "Uploading 2"]);
});

Deno.test("a later GetLog for which there is nothing leaves the earlier one alone", async () => {
  const house = await bootedHouse();
  await status(house, "GetLog", getLog({ requestId: 1 }));
  const never = { requestId: 2, oldestTimestamp: "2036-01-01T00:00:00Z" };
  assertEquals(await status(house, "GetLog", getLog(never)), "Rejected");
  await house.advance(2_000);
  assertEquals(told(house), ["Uploading 1", "Uploaded 1"]);
});

for (
  const [remoteLocation, status_] of [
    ["file:///etc/passwd", "NotSupportedOperation"],
    ["sftp://files.test/", "NotSupportedOperation"],
    ["ftp://files.test/../etc", "BadMessage"],
    ["nowhere", "BadMessage"],
    ["", "BadMessage"],
  ] as const
) {
  Deno.test(`issue 6, Threats: ${JSON.stringify(remoteLocation)} is Accepted, and ends with ${status_}; nothing is dialled`, async () => {
    const house = await bootedHouse();
    assertEquals(await status(house, "GetLog", getLog({ remoteLocation })), "Accepted");
    await house.advance(3_600_000);
    assertEquals([told(house), house.transfer.arrived], [["Uploading 7", `${status_} 7`], []]);
  });
}

Deno.test("ExtendedTriggerMessage of LogStatusNotification tells Uploading with the requestId, then Idle without", async () => {
  const house = await bootedHouse();
  const trigger = { requestedMessage: "LogStatusNotification" };
  await status(house, "GetLog", getLog());
  assertEquals(await status(house, "ExtendedTriggerMessage", trigger), "Accepted");
  await house.advance(2_000);
  assertEquals(await status(house, "ExtendedTriggerMessage", trigger), "Accepted");
  assertEquals(told(house), ["Uploading 7", "Uploading 7", "Uploaded 7", "Idle -"]);
});

Deno.test("a lost link loses no status: what was uploaded meanwhile is told when it is back, in order", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("LogStatusNotification", { kind: "cut", processed: false });
  await status(house, "GetLog", getLog());
  house.network.setLink("down");
  await house.advance(600_000);
  house.network.setLink("up");
  await house.advance(600_000);
  assertEquals([told(house), house.transfer.arrived.length], [
    ["Uploading 7", "Uploading 7", "Uploaded 7"],
    1,
  ]);
});

Deno.test("a central system that refuses a status, or does not answer, is told the next one", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("LogStatusNotification", { kind: "error", errorCode: "NotImplemented" });
  await status(house, "GetLog", getLog());
  await house.advance(10_000);
  assertEquals(told(house), ["Uploading 7", "Uploaded 7"]);
});

Deno.test("an upload that a crash has ended is UploadFailure, and its connection is dropped; so is one that a power cut has", async () => {
  for (const end of ["crash", "cut"] as const) {
    const house = await bootedHouse();
    house.transfer.script({ kind: "hangs" });
    await status(house, "GetLog", getLog());
    if (end === "crash") house.system().crash("diagnostics");
    else {
      house.cutPower(0);
      await house.restorePower();
    }
    await house.advance(60_000);
    assertEquals([end, ...told(house)], [end, "Uploading 7", "UploadFailure 7"]);
    assertEquals(house.transfer.underWay(), 0);
    house.system().crash("diagnostics");
    await house.advance(60_000);
    assertEquals(told(house).length, 2);
    assertEquals(await status(house, "GetLog", getLog()), "Accepted");
  }
});

Deno.test("a full disk keeps no log from being uploaded", async () => {
  const house = await bootedHouse();
  house.store().failCommits("full", Infinity);
  assertEquals(await status(house, "GetLog", getLog()), "Accepted");
  await house.advance(2_000);
  assertEquals(told(house), ["Uploading 7", "Uploaded 7"]);
});

Deno.test("the tree: upkeep that fails for good stops nothing else, and is back after a while", async () => {
  const house = await bootedHouse();
  await charging(house);
  for (let at = 0; at < 3; at++) {
    house.system().crash("diagnostics");
    await house.advance(0);
  }
  assertEquals(house.giveUps().map(({ supervisor, retryInMs }) => [supervisor, retryInMs]), [[
    "upkeep",
    10_000,
  ]]);
  assertEquals(contactorClosed(house), true);
  await house.advance(10_000);
  assertEquals([await status(house, "GetLog", getLog()), contactorClosed(house)], ["Accepted", true]);
});

Deno.test("D-file-trust: a server of files is proven by the central system's roots", async () => {
  const house = await securedHouse();
  await status(house, "GetLog", getLog({ remoteLocation: "https://files.test/" }));
  await house.advance(2_000);
  const roots = house.credentials().held().roots.map(({ pem }) => pem);
  assertEquals([house.transfer.arrived[0]?.roots, roots.length], [roots, 1]);
});

Deno.test("no password of a location is in the trace or in what an actor shows", async () => {
  const traced: string[] = [];
  const house = await bootedHouse();
  house.onTrace((event) => {
    if (event.kind === "effect" && event.actor === "diagnostics") traced.push(JSON.stringify(event));
  });
  house.transfer.script(fails);
  await status(house, "GetLog", getLog());
  traced.push(JSON.stringify(house.system().inspect("diagnostics")));
  await house.advance(120_000);
  assertEquals([traced.length > 3, traced.filter((text) => text.includes("secret"))], [true, []]);
});

Deno.test("an end that could not be told is told after a crash and after a power cut, once", async () => {
  for (const end of ["crash", "cut"] as const) {
    const house = await bootedHouse();
    await status(house, "GetLog", getLog());
    await house.advance(0);
    house.network.setLink("down");
    await house.advance(60_000);
    assertEquals([end, house.transfer.arrived.length, ...told(house)], [end, 1, "Uploading 7"]);
    if (end === "crash") house.system().crash("diagnostics");
    else {
      house.cutPower(0);
      await house.restorePower();
    }
    house.network.setLink("up");
    await house.advance(600_000);
    assertEquals([end, ...told(house)], [end, "Uploading 7", "Uploaded 7"]);
    house.system().crash("diagnostics");
    await house.advance(60_000);
    assertEquals(told(house).length, 2);
  }
});

Deno.test("D-getlog: an end that could not be told before the next GetLog came is told after a crash and after a power cut", async () => {
  for (const end of ["crash", "cut"]) {
    const house = await bootedHouse();
    house.centralSystem.hangUpOnCalls(true);
    for (const requestId of [7, 8]) {
      assertEquals(
        await status(house, "GetLog", getLog({ requestId, remoteLocation: "nowhere" })),
        "Accepted",
      );
      await house.advance(5_000);
    }
    if (end === "crash") house.system().crash("diagnostics");
    else {
      house.cutPower(0);
      await house.restorePower();
    }
    house.forget();
    house.centralSystem.hangUpOnCalls(false);
    await house.advance(600_000);
    assertEquals([end, ...told(house)], [end, "BadMessage 7", "BadMessage 8"]);
    house.system().crash("diagnostics");
    await house.advance(60_000);
    assertEquals(told(house).length, 2);
  }
});

Deno.test("D-getlog: an end that was told while the next upload went on is told once, also over a power cut", async () => {
  const house = await bootedHouse();
  house.transfer.script({ kind: "hangs" });
  house.centralSystem.script("LogStatusNotification", { kind: "answer", afterMs: 2_000, payload: {} });
  await house.ask("GetLog", getLog({ requestId: 7, remoteLocation: "nowhere" }));
  await house.ask("GetLog", getLog({ requestId: 8 }));
  await house.advance(10_000);
  assertEquals(told(house), ["Uploading 7", "BadMessage 7", "Uploading 8"]);
  house.forget();
  house.cutPower(0);
  await house.restorePower();
  await house.advance(600_000);
  assertEquals(told(house), ["UploadFailure 8"]);
});
