/** Power that is gone without a warning: what the next boot makes of it (OCPP 1.6 §7.36 PowerLoss; TC_032_2; spec/behaviour.md §18). */
import { assert, assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import {
  actions,
  begun,
  bootedHouse,
  charging,
  chargingHouse,
  contactorClosed,
  reported,
  status,
  stored,
  swiped,
} from "./calm_house.ts";
import { rebooted, registerWh, stops } from "./power_cycle.ts";

Deno.test("TC_032_2: a cut without a warning is closed after the boot: PowerLoss, the register, the time of the last sign of life", async () => {
  const house = await chargingHouse();
  await house.advance(97_000);
  await rebooted(house, 0);
  assertEquals(actions(house)[0], "BootNotification");
  assertEquals([stops(house), contactorClosed(house)], [[["PowerLoss", "2026-01-01T00:01:30.000Z"]], false]);
  assertEquals([reported(house), status(house)], [["Finishing"], "Finishing"]);
  const [entry] = house.centralSystem.ledger.values();
  assertEquals(entry?.stop?.meterStop, registerWh(house));
  assert(registerWh(house) > 1_000);
});

for (
  const [what, after] of [
    ["hangs", (house) => house.station.meter.setMode("hang")],
    ["is another one", (house) => house.station.meter.exchange(1, "SPARE")],
    ["has begun anew", ({ station: { board } }) => board.put({ ...board.outlet(1), registerWh: 5 })],
  ] as const satisfies readonly (readonly [string, (house: CalmHouse) => void])[]
) {
  Deno.test(`TC_032_2: with a meter that ${what} after the boot the bill ends with the last checkpoint, at most 10 s old`, async () => {
    const house = await chargingHouse();
    await house.advance(90_000);
    const checkpointWh = registerWh(house);
    await house.advance(9_000);
    after(house);
    await rebooted(house, 0);
    await house.advance(70_000);
    const [entry] = house.centralSystem.ledger.values();
    assertEquals([entry?.stop?.meterStop, entry?.stop?.timestamp], [
      checkpointWh,
      "2026-01-01T00:01:30.000Z",
    ]);
    assert(checkpointWh > 1_000);
  });
}

Deno.test("a checkpoint goes with the start, and is a commit every 10 s, whether energy flows or not, and none without a transaction", async () => {
  const house = await bootedHouse({ settings: { MeterValueSampleInterval: "0" } });
  const checkpoints: number[] = [];
  house.watchCommits(({ sets = [] }) => {
    if (sets.some(({ key }) => key[0] === "checkpoint")) checkpoints.push(house.clock.monotonicMs());
  });
  await house.advance(60_000);
  await charging(house);
  await house.advance(30_000);
  assertEquals(checkpoints, [60_000, 70_000, 80_000, 90_000]);
  house.station.verbs.ev(1, { suspended: true });
  await house.advance(30_000);
  assertEquals(checkpoints.slice(4), [100_000, 110_000, 120_000]);
  await swiped(house, "ALICE");
  assertEquals(house.store().snapshot().records.filter(({ key }) => key[0] === "checkpoint"), []);
});

Deno.test("§17: no Stop is before a sample of its transaction, nor a sample before another, wherever the cut falls", async () => {
  for (const seconds of [59, 60, 61, 119, 121]) {
    const house = await chargingHouse({
      settings: { ClockAlignedDataInterval: "60", StopTxnSampledData: "Energy.Active.Import.Register" },
    });
    await house.advance(seconds * 1_000);
    await rebooted(house, 0);
    await house.advance(60_000);
    const [entry] = house.centralSystem.ledger.values();
    const times = [
      entry?.start.timestamp ?? "",
      ...(entry?.meterValues ?? []).flatMap(({ meterValue }) => meterValue.map(({ timestamp }) => timestamp)),
      entry?.stop?.timestamp ?? "",
    ];
    assertEquals(times, times.toSorted());
    const data = (entry?.stop?.transactionData ?? []).map(({ timestamp }) => timestamp);
    assertEquals([...data, entry?.stop?.timestamp ?? ""], [...data, entry?.stop?.timestamp ?? ""].toSorted());
  }
});

Deno.test("errata v4.0 §3.9: one absurdly high reading costs no later bill anything", async () => {
  const house = await bootedHouse();
  const { board } = house.station;
  const trueWh = board.outlet(1).registerWh;
  board.put({ ...board.outlet(1), registerWh: 9_000_000 });
  await house.ask("TriggerMessage", { requestedMessage: "MeterValues", connectorId: 1 });
  board.put({ ...board.outlet(1), registerWh: trueWh });
  await charging(house);
  await house.advance(60_000);
  await swiped(house, "ALICE");
  const [entry] = house.centralSystem.ledger.values();
  assertEquals([entry?.start.meterStart, entry?.stop?.meterStop], [
    0,
    Math.floor(board.outlet(1).registerWh),
  ]);
});

Deno.test("D4: a cut while the start is being stored: either all of it is there, and is closed, or nothing", async () => {
  for (const keptCommits of [0, 1]) {
    // The start's is the only commit then.
    const house = await bootedHouse({ settings: { AuthorizationCacheEnabled: "false" } });
    house.disk.commitMs = 100;
    await begun(house);
    await house.advance(50);
    await rebooted(house, keptCommits);
    await house.advance(60_000);
    assertEquals(house.sent("StartTransaction", "StopTransaction").map(({ action }) => action), [
      ...Array(keptCommits).fill("StartTransaction"),
      ...Array(keptCommits).fill("StopTransaction"),
    ]);
    assertEquals([house.centralSystem.open(), contactorClosed(house)], [[], false]);
  }
});

Deno.test("D-stop-first: a cut after the decision keeps its reason, idTag and time", async () => {
  const house = await chargingHouse();
  await house.advance(30_000);
  house.disk.commitMs = 100;
  await swiped(house, "ALICE");
  await house.advance(150);
  await rebooted(house, 0);
  assertEquals(stops(house), [["Local", "2026-01-01T00:00:30.000Z"]]);
  assertEquals(house.sent("StopTransaction")[0]?.payload.idTag, "ALICE");
});

Deno.test("D4: a cut while StopTransaction is being stored: it is made again or sent, and there is one", async () => {
  for (const keptCommits of [0, 1]) {
    const house = await chargingHouse();
    await house.advance(30_000);
    house.disk.commitMs = 100;
    await swiped(house, "ALICE");
    await house.advance(150);
    await rebooted(house, keptCommits);
    await house.advance(600_000);
    assertEquals([house.sent("StopTransaction").length, house.centralSystem.open()], [1, []]);
    assertEquals((await stored(house, "transaction")).length, 0);
  }
});

Deno.test("D4: a cut while an answer is being stored: the message is sent again or not, and is one transaction", async () => {
  for (const keptCommits of [0, 1]) {
    const house = await bootedHouse();
    house.centralSystem.script("StartTransaction", { kind: "answer", afterMs: 10 });
    await begun(house);
    house.disk.commitMs = 100;
    await house.advance(60);
    await rebooted(house, keptCommits);
    assertEquals(house.sent("StartTransaction").length, 1 - keptCommits);
    assertEquals([house.centralSystem.ledger.size, house.centralSystem.open()], [1, []]);
  }
});
