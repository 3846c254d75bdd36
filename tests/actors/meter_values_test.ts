/** Samples of a running transaction, and the reading that a trigger asks for (OCPP 1.6 §3.15, §4.7; TC_070; spec/behaviour.md §16). */
import { assertEquals } from "@std/assert";
import type { MeterValue } from "../../protocol/messages/types.ts";
import type { CalmHouse } from "./calm_house.ts";
import { begun, bootedHouse, charging, chargingHouse, moments, swiped } from "./calm_house.ts";

function values(house: CalmHouse): readonly MeterValue[] {
  return house.sent("MeterValues").flatMap(({ payload }) => payload.meterValue as MeterValue[]);
}

Deno.test("TC_070: a sample each MeterValueSampleInterval from the transaction's start, Sample.Periodic, with its transactionId", async () => {
  const house = await bootedHouse({ settings: { MeterValueSampleInterval: "20" } });
  await house.advance(7_000);
  await charging(house);
  await house.advance(60_000);
  assertEquals(moments(house, "MeterValues"), [27_000, 47_000, 67_000]);
  assertEquals(values(house).map(({ timestamp }) => timestamp), [
    "2026-01-01T00:00:27.000Z",
    "2026-01-01T00:00:47.000Z",
    "2026-01-01T00:01:07.000Z",
  ]);
  const contexts = values(house).flatMap(({ sampledValue }) => sampledValue.map(({ context }) => context));
  assertEquals(contexts, Array(3).fill("Sample.Periodic"));
  assertEquals(house.sent("MeterValues").map(({ payload }) => payload.transactionId), [1, 1, 1]);
  await swiped(house, "ALICE");
  await house.advance(600_000);
  assertEquals(house.sent("MeterValues").length, 3, "none after the stop");
});

Deno.test("TC_070: every measurand of MeterValuesSampledData, from the next sample after a change on", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await charging(house);
  await house.advance(60_000);
  const list = "Energy.Active.Import.Register,Power.Active.Import,Voltage";
  await house.ask("ChangeConfiguration", { key: "MeterValuesSampledData", value: list });
  await house.advance(60_000);
  const measurands = values(house).map(({ sampledValue }) =>
    [...new Set(sampledValue.map(({ measurand }) => measurand))].join()
  );
  assertEquals(measurands, ["Energy.Active.Import.Register", list]);
});

Deno.test("§16: MeterValuesSampledData: a measurand without a suffix is told phase by phase, with one that phase alone", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  const list = "Voltage,Current.Import.L2,Power.Active.Import";
  await house.ask("ChangeConfiguration", { key: "MeterValuesSampledData", value: list });
  await house.ask("ChangeConfiguration", { key: "StopTxnSampledData", value: "Voltage.L3" });
  await charging(house);
  await house.advance(60_000);
  const told = values(house).flatMap(({ sampledValue }) => sampledValue).map(({ measurand, phase, value }) =>
    [measurand, phase ?? "all", value].join(" ")
  );
  assertEquals(told, [
    "Voltage L1-N 230.0",
    "Voltage L2-N 230.0",
    "Voltage L3-N 230.0",
    "Current.Import L2 16.0",
    "Power.Active.Import all 11040",
    "Power.Active.Import L1 3680",
    "Power.Active.Import L2 3680",
    "Power.Active.Import L3 3680",
  ]);
  await swiped(house, "ALICE");
  const [stop] = house.sent("StopTransaction");
  const data = (stop?.payload.transactionData ?? []) as MeterValue[];
  const phases = data.map(({ sampledValue }) => sampledValue.map(({ phase }) => phase).join());
  assertEquals(phases, ["L3", "L3", "L3"]);
});

Deno.test("MeterValueSampleInterval: a new value holds at once, on the grid that began with the transaction; 0 ends it", async () => {
  const house = await chargingHouse();
  await house.advance(30_000);
  await house.ask("ChangeConfiguration", { key: "MeterValueSampleInterval", value: "20" });
  await house.advance(10_000);
  assertEquals(moments(house, "MeterValues"), [40_000]);
  await house.ask("ChangeConfiguration", { key: "MeterValueSampleInterval", value: "0" });
  await house.advance(600_000);
  assertEquals(moments(house, "MeterValues"), [40_000]);
  await house.ask("ChangeConfiguration", { key: "MeterValueSampleInterval", value: "300" });
  await house.advance(260_000);
  assertEquals(moments(house, "MeterValues"), [40_000, 900_000]);
});

Deno.test("§4.7: samples go on while the car pauses", async () => {
  const house = await chargingHouse();
  house.station.verbs.ev(1, { suspended: true });
  await house.advance(120_000);
  assertEquals(moments(house, "MeterValues"), [60_000, 120_000]);
});

Deno.test("a sample whose reading comes after the stop was decided is dropped: none is later than StopTransaction", async () => {
  const house = await bootedHouse({ meterMs: 500 });
  await begun(house);
  await house.advance(500 + 60_200);
  await swiped(house, "ALICE");
  await house.advance(10_000);
  assertEquals(house.sent("MeterValues", "StopTransaction").map(({ action }) => action), ["StopTransaction"]);
});

Deno.test("outside a transaction nothing is sampled", async () => {
  const house = await bootedHouse();
  house.station.verbs.plug(1);
  await house.advance(600_000);
  assertEquals(values(house), []);
});

Deno.test("a meter that hangs costs the samples of that time, and nothing else", async () => {
  const house = await chargingHouse();
  await house.advance(30_000);
  house.station.meter.setMode("hang");
  await house.advance(100_000);
  assertEquals(moments(house, "MeterValues"), []);
  const failed = house.effects("MeterFailed").filter(({ detail }) =>
    (detail as { readonly purpose: string }).purpose === "sample"
  );
  assertEquals(failed.map(({ atMs }) => atMs), [63_000, 123_000]);
  house.station.meter.setMode("ok");
  await house.advance(50_000);
  assertEquals([moments(house, "MeterValues"), house.crashes()], [[180_000], []]);
});

Deno.test("a store that is full costs samples, and not the transaction", async () => {
  const house = await chargingHouse();
  await house.advance(59_999);
  house.store().failCommits("full", Infinity);
  await house.advance(1);
  house.store().failCommits("full", 0);
  await house.advance(60_000);
  assertEquals(moments(house, "MeterValues"), [120_000]);
  assertEquals([house.effects("DropSample").length, house.crashes()], [1, []]);
});

Deno.test("TC_054: TriggerMessage MeterValues: context Trigger, with the transactionId when there is one; no transaction message", async () => {
  const house = await bootedHouse();
  await house.ask("TriggerMessage", { requestedMessage: "MeterValues", connectorId: 1 });
  await charging(house).then(() => house.ask("TriggerMessage", { requestedMessage: "MeterValues" }));
  assertEquals(house.sent("MeterValues").map(({ payload }) => payload.transactionId), [1]);
  const [value] = values(house).flatMap(({ sampledValue }) => sampledValue);
  assertEquals([value?.context, value?.measurand], ["Trigger", "Energy.Active.Import.Register"]);
});

Deno.test("D-resume: a connector that crashed samples on the same grid", async () => {
  const house = await chargingHouse();
  await house.advance(70_000);
  house.system().crash("connector:1");
  await house.advance(60_000);
  assertEquals(moments(house, "MeterValues"), [60_000, 120_000]);
});

Deno.test("§4.7: within a transaction time never falls: a point of the clock's grid is not before a sample that came just after it", async () => {
  const settings = { MeterValueSampleInterval: "30", ClockAlignedDataInterval: "60" };
  const house = await bootedHouse({ settings, meterMs: 5 });
  await house.advance(29_993);
  await begun(house);
  await house.advance(90_100);
  const told = values(house).map(({ timestamp, sampledValue: [value] }) => [timestamp, value?.context]);
  // The readings of the points come after those of the samples, which were asked for 2 ms earlier.
  assertEquals(told, [
    ["2026-01-01T00:01:00.003Z", "Sample.Periodic"],
    ["2026-01-01T00:01:00.003Z", "Sample.Clock"],
    ["2026-01-01T00:01:30.003Z", "Sample.Periodic"],
    ["2026-01-01T00:02:00.003Z", "Sample.Periodic"],
    ["2026-01-01T00:02:00.003Z", "Sample.Clock"],
  ]);
});

Deno.test("errata v4.0 §3.14: StopTxnAlignedData alone: the beginning, the points of the grid, the end", async () => {
  const house = await bootedHouse({
    settings: { ClockAlignedDataInterval: "60", StopTxnAlignedData: "Energy.Active.Import.Register" },
  });
  await house.advance(10_000);
  await charging(house);
  await house.advance(60_000);
  await swiped(house, "ALICE");
  const data = house.sent("StopTransaction").flatMap(({ payload }) =>
    payload.transactionData as MeterValue[]
  );
  assertEquals(data.map(({ timestamp, sampledValue: [value] }) => [timestamp, value?.context]), [
    ["2026-01-01T00:00:10.000Z", "Transaction.Begin"],
    ["2026-01-01T00:01:00.000Z", "Sample.Clock"],
    ["2026-01-01T00:01:10.000Z", "Transaction.End"],
  ]);
});

Deno.test("§17: the clock is set within a transaction: a point of the new grid bears the transaction's own time", async () => {
  const house = await bootedHouse({
    settings: { ClockAlignedDataInterval: "60", MeterValueSampleInterval: "0" },
  });
  house.centralSystem.script("Heartbeat", {
    kind: "answer",
    payload: { currentTime: "2026-01-01T01:05:30.000Z" },
  });
  await house.advance(250_000);
  await charging(house);
  await house.advance(90_000);
  // Set an hour and half a minute ahead at 00:05:00, when the second point was due.
  assertEquals(values(house).map(({ timestamp }) => timestamp), [
    "2026-01-01T00:05:00.000Z",
    "2026-01-01T00:05:30.000Z",
  ]);
});
