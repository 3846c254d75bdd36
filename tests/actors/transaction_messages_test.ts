/** Transaction messages: attempts, intervals, what is given up, and what is not counted (OCPP 1.6 §3.7; spec/behaviour.md §3). */
import { assert, assertEquals } from "@std/assert";
import type { Turn } from "../sim/turn.ts";
import type { CalmHouse } from "./calm_house.ts";
import {
  actions,
  begun,
  bootedHouse,
  charging,
  chargingHouse,
  contactorClosed,
  moments,
  stored,
  swiped,
} from "./calm_house.ts";

const failure: Turn = { kind: "error", errorCode: "InternalError" };
const nothing: Turn = { kind: "nothing" };

/** The car is plugged in and the card accepted; StartTransaction has been sent, whatever it is answered. */
async function started(house: CalmHouse, ...turns: readonly Turn[]): Promise<void> {
  house.centralSystem.script("StartTransaction", ...turns);
  await begun(house);
  assert(contactorClosed(house));
}

function parked(house: CalmHouse): number {
  return (house.system().inspect("outbox") as { parked: number }).parked;
}

Deno.test("§3.7.1: three attempts, after one and two intervals; then it is parked, and the next goes on", async () => {
  const house = await bootedHouse();
  await started(house, failure, failure, failure);
  await house.advance(180_000);
  assertEquals(moments(house, "StartTransaction"), [0, 60_000, 180_000]);
  assertEquals(parked(house), 1);
  assertEquals(moments(house, "MeterValues"), [180_000, 180_000, 180_000]);
  assertEquals((await stored(house, "parked")).length, 1);
});

Deno.test("§3.7.1: a retry has the same content under a new message id", async () => {
  const house = await bootedHouse();
  await started(house, failure, nothing);
  await house.advance(300_000);
  const starts = house.sent("StartTransaction");
  assertEquals(starts.length, 3);
  assertEquals(new Set(starts.map(({ id }) => id)).size, 3);
  assertEquals(new Set(starts.map(({ payload }) => JSON.stringify(payload))).size, 1);
  assertEquals(house.centralSystem.ledger.size, 1);
});

Deno.test("TransactionMessageRetryInterval: what waits already waits as long as the key says now", async () => {
  const house = await bootedHouse({ settings: { TransactionMessageRetryInterval: "86400" } });
  await started(house, failure);
  await house.advance(10_000);
  const change = (value: string) =>
    house.ask("ChangeConfiguration", { key: "TransactionMessageRetryInterval", value });
  await change("15");
  await house.advance(4_000);
  await change("20");
  await house.advance(5_000);
  assertEquals(moments(house, "StartTransaction"), [0]);
  await house.advance(1_000);
  assertEquals(moments(house, "StartTransaction"), [0, 20_000]);
});

Deno.test("TransactionMessageRetryInterval: where that is over by then it goes at once", async () => {
  const house = await bootedHouse({ settings: { TransactionMessageRetryInterval: "86400" } });
  await started(house, failure);
  await house.advance(10_000);
  await house.ask("ChangeConfiguration", { key: "TransactionMessageRetryInterval", value: "5" });
  assertEquals(moments(house, "StartTransaction"), [0, 10_000]);
});

Deno.test("TransactionMessageAttempts and TransactionMessageRetryInterval hold from the next failure on", async () => {
  const house = await bootedHouse();
  await house.ask("ChangeConfiguration", { key: "TransactionMessageAttempts", value: "2" });
  await house.ask("ChangeConfiguration", { key: "TransactionMessageRetryInterval", value: "10" });
  await started(house, failure, failure);
  await house.advance(10_000);
  assertEquals(moments(house, "StartTransaction"), [0, 10_000]);
  assertEquals(parked(house), 1);
});

Deno.test("§3.7.1: no answer within MessageTimeout from a peer that lives is a failure, too", async () => {
  const house = await bootedHouse();
  await started(house, nothing, nothing, nothing);
  await house.advance(300_000);
  assertEquals(moments(house, "StartTransaction"), [0, 100_000, 260_000]);
  assertEquals(parked(house), 1);
});

Deno.test("spec/rpc.md §6: an answer that breaks its schema is a failure, too", async () => {
  const house = await bootedHouse();
  const noId: Turn = { kind: "answer", payload: { idTagInfo: { status: "Accepted" } } };
  await started(house, noId);
  await house.advance(60_000);
  assertEquals(moments(house, "StartTransaction"), [0, 60_000]);
});

Deno.test("errata v4.0 §3.18: after a parked StartTransaction its MeterValues and StopTransaction say transactionId -1", async () => {
  const house = await bootedHouse();
  await started(house, failure, failure, failure);
  await house.advance(240_000);
  assert(contactorClosed(house), "the car goes on charging");
  await swiped(house, "ALICE");
  const later = house.sent("MeterValues", "StopTransaction");
  assertEquals(later.map(({ payload }) => payload.transactionId), Array(5).fill(-1));
  assertEquals(later.at(-1)?.action, "StopTransaction");
  assertEquals((await stored(house, "outbox")).length + (await stored(house, "answer")).length, 0);
});

Deno.test("spec/behaviour.md §3: no RemoteStopTransaction can mean a transaction whose id was not obtained", async () => {
  const house = await bootedHouse();
  await started(house, failure, failure, failure);
  await house.advance(240_000);
  assertEquals(await house.ask("RemoteStopTransaction", { transactionId: -1 }), {
    result: { status: "Rejected" },
  });
  assert(contactorClosed(house));
});

Deno.test("OCPP 1.6 §5.11: of a transaction that the central system has named -1, RemoteStopTransaction with -1 ends it", async () => {
  const house = await bootedHouse();
  await started(house, { kind: "numbered", transactionId: -1 });
  await house.advance(60_000);
  assertEquals(await house.ask("RemoteStopTransaction", { transactionId: -1 }), {
    result: { status: "Accepted" },
  });
  await house.advance(60_000);
  const [stop] = house.sent("StopTransaction");
  assertEquals([stop?.payload.transactionId, stop?.payload.reason], [-1, "Remote"]);
  assertEquals((await stored(house, "outbox")).length + (await stored(house, "archive")).length, 0);
});

Deno.test("D-parked: MeterValues and StopTransaction are parked as StartTransaction is, and hold up nobody", async () => {
  const house = await chargingHouse();
  house.centralSystem.script("MeterValues", failure, failure, failure);
  house.centralSystem.script("StopTransaction", failure, failure, failure);
  await house.advance(60_000);
  await swiped(house, "ALICE");
  await house.advance(600_000);
  assertEquals(moments(house, "MeterValues"), [60_000, 120_000, 240_000]);
  assertEquals(moments(house, "StopTransaction"), [240_000, 300_000, 420_000]);
  assertEquals(parked(house), 2);
  house.forget();
  await swiped(house, "BOB");
  assertEquals(actions(house).includes("StartTransaction"), true);
  assertEquals(house.centralSystem.ledger.size, 2);
});

Deno.test("D-offline-attempts: a link that is lost again and again uses up no attempt", async () => {
  const house = await bootedHouse({ settings: { TransactionMessageAttempts: "1" } });
  await started(house, ...Array(5).fill({ kind: "answer", afterMs: 20_000 }));
  for (let times = 1; times <= 5; times++) {
    assertEquals(house.sent("StartTransaction").length, times);
    house.centralSystem.cut();
    await house.advance(0);
    while (!house.centralSystem.connected()) await house.advance(100);
  }
  await house.advance(0);
  assertEquals(parked(house), 0);
  assertEquals((await stored(house, "outbox")).length, 0);
  assertEquals(house.centralSystem.ledger.size, 1);
});

Deno.test("D-offline-attempts: a peer that gives no sign of life is cut 10 s after MessageTimeout, and nothing is counted", async () => {
  const house = await bootedHouse({
    settings: { TransactionMessageAttempts: "1", WebSocketPingInterval: "0" },
  });
  await started(house, nothing);
  // What it has said meanwhile says nothing of later.
  await house.ask("ClearCache", {});
  house.network.setLink("silent");
  await house.advance(39_999);
  assertEquals(house.effects("CutDeadPeer"), []);
  await house.advance(1);
  assertEquals(house.effects("CutDeadPeer").length, 1);
  await house.advance(3_600_000);
  assertEquals([parked(house), house.sent("StartTransaction").length], [0, 1]);
  house.network.setLink("up");
  await house.advance(600_000);
  assertEquals([parked(house), house.centralSystem.open().length], [0, 1]);
});

Deno.test("a failure stays counted over a crash of the outbox", async () => {
  const house = await bootedHouse();
  await started(house, failure, failure, failure);
  await house.advance(60_000);
  assertEquals(house.sent("StartTransaction").length, 2);
  house.system().crash("outbox");
  await house.advance(5_000);
  assertEquals([house.sent("StartTransaction").length, parked(house)], [3, 1]);
});

Deno.test("§3.7.1: attempts are counted over a power cut, and the content stays the same", async () => {
  const house = await bootedHouse({ settings: { StopTxnSampledData: "Energy.Active.Import.Register" } });
  await charging(house);
  house.centralSystem.script("StopTransaction", failure, nothing, failure);
  await house.advance(65_000);
  await swiped(house, "ALICE");
  await house.advance(1_000);
  assertEquals(house.sent("StopTransaction").length, 1);
  for (const attempts of [2, 3]) {
    house.cutPower(0);
    await house.advance(10_000);
    await house.restorePower();
    // A time-out counts after MessageTimeout.
    await house.advance(40_000);
    assertEquals([house.sent("StopTransaction").length, parked(house)], [attempts, attempts === 3 ? 1 : 0]);
  }
  const contents = house.sent("StopTransaction").map(({ payload }) => JSON.stringify(payload));
  assertEquals(new Set(contents).size, 1);
  assert(contents[0]?.includes(`"transactionData":[`));
});

Deno.test("D4: an answer that cannot be stored leaves the message in its place; it goes again, and is one transaction", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("StartTransaction", { kind: "answer", afterMs: 10 });
  await begun(house);
  house.store().failCommits("full", 1);
  await house.advance(60_009);
  assertEquals(moments(house, "StartTransaction"), [0]);
  await house.advance(1);
  assertEquals(moments(house, "StartTransaction"), [0, 60_010]);
  assertEquals([house.centralSystem.ledger.size, (await stored(house, "outbox")).length], [1, 0]);
  assertEquals(parked(house), 0);
});
