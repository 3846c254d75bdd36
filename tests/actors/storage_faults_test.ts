/** A store that is full or fails, and a meter that does not answer, in the moments that cost money (reliability.md D5, D13; house rules 1, 9). */
import { assert, assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import {
  begun,
  bootedHouse,
  chargingHouse,
  contactorClosed,
  reported,
  status,
  stored,
  swiped,
} from "./calm_house.ts";

/** The start's is the first commit then. */
const uncached = { AuthorizationCacheEnabled: "false" };

function registerWh(house: CalmHouse): number {
  return Math.floor(house.station.physicalState().connectors[0]?.registerWh ?? 0);
}

function meterStops(house: CalmHouse): readonly unknown[] {
  return house.sent("StopTransaction").map(({ payload }) => payload.meterStop);
}

Deno.test("a full disk at the start: no transaction, no energy, a warning; and the next card is welcome again", async () => {
  const house = await bootedHouse({ settings: uncached });
  house.store().failCommits("full", 1);
  await begun(house);
  assertEquals([house.sent("StartTransaction"), contactorClosed(house)], [[], false]);
  assertEquals(house.sent("StatusNotification").map(({ payload }) => [payload.status, payload.errorCode]), [
    ["Preparing", "NoError"],
    ["Preparing", "InternalError"],
  ]);
  await house.advance(60_000);
  await swiped(house, "ALICE");
  assertEquals([contactorClosed(house), house.centralSystem.open().length], [true, 1]);
  assertEquals(house.sent("StatusNotification").at(-1)?.payload.errorCode, "NoError");
});

Deno.test("a full disk: the connector says why it begins nothing, and says by itself when it is over; the session is not begun then", async () => {
  const house = await bootedHouse({ settings: uncached });
  house.store().failCommits("full", Infinity);
  await begun(house);
  const said = () =>
    house.sent("StatusNotification").map(({ atMs, payload }) => [
      atMs,
      payload.status,
      payload.errorCode,
      payload.vendorErrorCode,
      payload.info,
    ]);
  const why = ["InternalError", "StorageRefuses", "storage refuses: database or disk is full"];
  assertEquals(said(), [
    [0, "Preparing", "NoError", undefined, undefined],
    [0, "Preparing", ...why],
  ]);
  await house.advance(25_000);
  house.store().failCommits("full", 0);
  await house.advance(5_000);
  assertEquals(said().slice(2), [[30_000, "Preparing", "NoError", undefined, undefined]]);
  assertEquals([contactorClosed(house), house.sent("StartTransaction")], [false, []]);
  // The security log stores and sends what it could not.
  await house.advance(60_000);
  // Nothing is asked of a store that is well.
  let commits = 0;
  house.watchCommits(() => void (commits += 1));
  await house.advance(60_000);
  assertEquals(commits, 0);
  await swiped(house, "ALICE");
  assert(contactorClosed(house));
});

Deno.test("a full disk: a card that is presented meanwhile is refused again, and the transaction that goes on goes on", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets", settings: uncached });
  await begun(house, 1, "ALICE");
  house.store().failCommits("full", Infinity);
  await begun(house, 2, "BOB");
  await house.advance(15_000);
  await swiped(house, "BOB");
  assertEquals([contactorClosed(house, 1), contactorClosed(house, 2)], [true, false]);
  house.store().failCommits("full", 0);
  await house.advance(10_000);
  assertEquals(reported(house, 2).length, 3);
  await swiped(house, "BOB");
  assertEquals([contactorClosed(house, 1), contactorClosed(house, 2)], [true, true]);
});

Deno.test("a full disk at the stop: the contactor opens at once, the stop is tried each second until it is durable", async () => {
  const house = await chargingHouse();
  await house.advance(30_000);
  house.store().failCommits("full", Infinity);
  await swiped(house, "ALICE");
  assertEquals([contactorClosed(house), status(house)], [false, "Finishing"]);
  await house.advance(10_500);
  assertEquals([house.sent("StopTransaction"), (await stored(house, "transaction")).length], [[], 1]);
  house.store().failCommits("full", 0);
  await house.advance(499);
  assertEquals(house.sent("StopTransaction"), []);
  await house.advance(1);
  assertEquals(
    house.sent("StopTransaction").map(({ atMs, payload }) => [atMs, payload.reason, payload.meterStop]),
    [
      [41_000, "Local", registerWh(house)],
    ],
  );
  assertEquals(house.sent("StopTransaction")[0]?.payload.timestamp, "2026-01-01T00:00:30.000Z");
  assertEquals([house.centralSystem.open(), house.crashes()], [[], []]);
});

Deno.test("D-stop-first: of each transaction the stop is durable before its bill is made, not of the first alone", async () => {
  const house = await chargingHouse();
  const decided: unknown[] = [];
  house.watchCommits(({ sets = [], deletes = [] }) => {
    const [record] = sets.filter(({ key }) => key[0] === "transaction");
    const stop = (record?.value as { readonly stop?: { readonly reason: string } } | undefined)?.stop;
    if (stop !== undefined) decided.push(stop.reason);
    if (deletes.some(([kind]) => kind === "transaction")) decided.push("bill");
  });
  for (let swipes = 0; swipes < 3; swipes++) {
    await house.advance(10_000);
    await swiped(house, "ALICE");
  }
  assertEquals([decided, house.centralSystem.ledger.size], [["Local", "bill", "Local", "bill"], 2]);
});

Deno.test("D-stop-first: a stop that the disk refuses outlives its connector: the next car gets nothing on the card of the first", async () => {
  const house = await chargingHouse();
  await house.advance(30_000);
  house.store().failCommits("full", Infinity);
  await swiped(house, "ALICE");
  const stoppedWh = registerWh(house);
  house.station.verbs.unplug(1);
  await house.advance(2_000);
  house.station.verbs.plug(1);
  let wasClosed = false;
  house.watch(() => void (wasClosed ||= contactorClosed(house)));
  for (let crashes = 0; crashes < 2; crashes++) {
    house.system().crash("connector:1");
    await house.advance(30_000);
  }
  house.store().failCommits("full", 0);
  await house.advance(2_000);
  const [entry] = house.centralSystem.ledger.values();
  assertEquals([entry?.stop?.reason, entry?.stop?.meterStop, entry?.stop?.timestamp, wasClosed], [
    "Local",
    stoppedWh,
    "2026-01-01T00:00:30.000Z",
    false,
  ]);
});

Deno.test("a full disk at the stop: a car that leaves meanwhile, and a new card, change nothing of the bill", async () => {
  const house = await chargingHouse();
  await house.advance(30_000);
  house.store().failCommits("full", Infinity);
  await swiped(house, "ALICE");
  house.station.verbs.unplug(1);
  await house.advance(2_000);
  await swiped(house, "BOB");
  house.store().failCommits("full", 0);
  await house.advance(10_000);
  assertEquals(house.sent("StopTransaction").map(({ payload }) => [payload.reason, payload.idTag]), [[
    "Local",
    "ALICE",
  ]]);
  assertEquals([house.centralSystem.ledger.size, status(house)], [1, "Available"]);
});

for (const fault of ["failedKept", "failedLost", "failedOrphaned"] as const) {
  Deno.test(`D5: a start whose commit ends ${fault}: the connector rebuilds from what is there, and is open without it`, async () => {
    const house = await bootedHouse({ settings: uncached });
    house.store().failCommits(fault, 1);
    await begun(house);
    const isThere = fault === "failedKept";
    assertEquals([contactorClosed(house), house.crashes().length], [isThere, 1]);
    await house.advance(120_000);
    assertEquals(house.centralSystem.open().length, isThere ? 1 : 0);
  });

  Deno.test(`D-stop-first: a stop whose decision's commit ends ${fault} stands: the connector crashes, and its successor has heard of it`, async () => {
    const house = await chargingHouse();
    await house.advance(30_000);
    house.store().failCommits(fault, 1);
    await swiped(house, "ALICE");
    assertEquals([contactorClosed(house), meterStops(house), house.crashes().length], [
      false,
      [registerWh(house)],
      1,
    ]);
    assertEquals([house.centralSystem.open(), status(house)], [[], "Finishing"]);
  });

  Deno.test(`D5: a stop whose bill's commit ends ${fault}: one StopTransaction, and the contactor stays open`, async () => {
    const house = await chargingHouse();
    await house.advance(30_000);
    house.disk.commitMs = 100;
    await swiped(house, "ALICE");
    house.store().failCommits(fault, 1);
    let wasClosed = false;
    house.watch(() => void (wasClosed ||= contactorClosed(house)));
    await house.advance(60_000);
    assertEquals([wasClosed, house.crashes().length], [false, 1]);
    assertEquals([house.centralSystem.open(), meterStops(house)], [[], [registerWh(house)]]);
  });
}

for (const mode of ["hang", "fail"] as const) {
  Deno.test(`a meter that ${mode}s at the start: no transaction, no energy, PowerMeterFailure`, async () => {
    const house = await bootedHouse();
    house.station.meter.setMode(mode);
    await begun(house);
    await house.advance(3_000);
    assertEquals([house.sent("StartTransaction"), contactorClosed(house)], [[], false]);
    assertEquals(house.sent("StatusNotification").at(-1)?.payload.errorCode, "PowerMeterFailure");
    house.station.meter.setMode("ok");
    await swiped(house, "ALICE");
    assert(contactorClosed(house));
  });

  Deno.test(`a meter that ${mode}s at the stop: the last reading stands in, and the bill is not held up`, async () => {
    const house = await chargingHouse();
    await house.advance(90_000);
    const checkpointWh = registerWh(house);
    await house.advance(9_000);
    house.station.meter.setMode(mode);
    await swiped(house, "ALICE");
    assertEquals(contactorClosed(house), false);
    await house.advance(15_000);
    assertEquals([meterStops(house), house.centralSystem.open()], [[checkpointWh], []]);
    assert(registerWh(house) > checkpointWh);
  });
}

for (const register of [NaN, Infinity, -5]) {
  Deno.test(`a meter that tells a register of ${register} Wh has failed: nothing is billed by it`, async () => {
    const house = await bootedHouse();
    const { board } = house.station;
    board.put({ ...board.outlet(1), registerWh: register });
    await begun(house);
    assertEquals([house.sent("StartTransaction"), contactorClosed(house), house.crashes()], [[], false, []]);
    assertEquals(house.sent("StatusNotification").at(-1)?.payload.errorCode, "PowerMeterFailure");
  });
}

Deno.test("a meter actor that crashes under a stop's question is asked again, and the true register is billed", async () => {
  const house = await chargingHouse();
  await house.advance(90_000);
  house.station.meter.setMode("hang");
  await swiped(house, "ALICE");
  house.station.meter.setMode("ok");
  house.system().crash("meter");
  await house.advance(199);
  assertEquals(meterStops(house), []);
  await house.advance(1);
  assertEquals(meterStops(house), [registerWh(house)]);
});

Deno.test("errata v4.0 §3.9: a register that falls is not believed: nothing that is billed is less than what was read", async () => {
  const house = await chargingHouse();
  await house.advance(90_000);
  const { board } = house.station;
  const readWh = registerWh(house);
  board.put({ ...board.outlet(1), registerWh: 100 });
  await swiped(house, "ALICE");
  assertEquals(meterStops(house), [readWh]);
});

Deno.test("errata v4.0 §3.9: nor by a connector that has crashed, from the last checkpoint on", async () => {
  const house = await chargingHouse();
  await house.advance(90_000);
  const readWh = registerWh(house);
  house.system().crash("connector:1");
  await house.advance(0);
  const { board } = house.station;
  board.put({ ...board.outlet(1), registerWh: 100 });
  await swiped(house, "ALICE");
  assertEquals(meterStops(house), [readWh]);
});

Deno.test("a fault in the answer's commit is no second transaction: the outbox crashes, and goes on from the store", async () => {
  for (const fault of ["failedKept", "failedLost", "failedOrphaned"] as const) {
    const house = await bootedHouse();
    house.centralSystem.script("StartTransaction", { kind: "answer", afterMs: 10 });
    await begun(house);
    house.store().failCommits(fault, 1);
    await house.advance(120_000);
    assertEquals(house.crashes().length, 1, fault);
    assertEquals([house.centralSystem.ledger.size, (await stored(house, "outbox")).length], [1, 0], fault);
    await swiped(house, "ALICE");
    await house.advance(0);
    assertEquals([house.centralSystem.open(), reported(house).at(-1)], [[], "Finishing"], fault);
  }
});

Deno.test("a damaged record of a transaction crashes its connector and no other; the contactor is open", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await begun(house, 1, "ALICE");
  await begun(house, 2, "BOB");
  house.store().corrupt(["transaction", 1]);
  house.system().crash("connector:1");
  await house.advance(0);
  assertEquals(contactorClosed(house, 1), false);
  assertEquals(house.crashes().every((crash) => crash.startsWith("connector:1")), true);
});

Deno.test("D-stop-first: a remote stop that the disk does not take is not promised, since a crash could undo it; it stops all the same", async () => {
  const house = await chargingHouse();
  house.store().failCommits("full", 1);
  const transactionId = house.centralSystem.open()[0]?.transactionId;
  assertEquals(await house.ask("RemoteStopTransaction", { transactionId }), {
    result: { status: "Rejected" },
  });
  assertEquals([contactorClosed(house), house.centralSystem.open()], [false, []]);
});
