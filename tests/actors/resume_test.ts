/** A transaction that goes on after a power cut (TC_032_2 with onPowerLoss "resume"; spec/behaviour.md §3, §17, §18). */
import { assert, assertEquals, assertGreater } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import { bootedHouse, charging, contactorClosed, reported, status, stored, swiped } from "./calm_house.ts";
import { rebooted, registerWh, stops } from "./power_cycle.ts";

const startedMs = Date.parse("2026-01-01T00:00:00Z");
const hourMs = 3_600_000;

/** ALICE charges on connector 1 of a station that resumes, since 00:00:00. */
async function resumingHouse(settings: Readonly<Record<string, string>> = {}): Promise<CalmHouse> {
  const house = await bootedHouse({ station: "ac-two-sockets", settings });
  await charging(house);
  return house;
}

/** Start, samples, Stop, as the central system has them. */
function timestamps(house: CalmHouse): readonly string[] {
  const [entry] = house.centralSystem.ledger.values();
  return [
    entry?.start.timestamp ?? "",
    ...(entry?.meterValues ?? []).flatMap(({ meterValue }) => meterValue.map(({ timestamp }) => timestamp)),
    entry?.stop?.timestamp ?? "",
  ];
}

Deno.test("TC_032_2: the transaction goes on: Charging after the boot, its card stops it, and there is one bill of all its energy", async () => {
  const house = await resumingHouse();
  await house.advance(97_000);
  const beforeWh = registerWh(house);
  await rebooted(house, 0);
  assertEquals([status(house), contactorClosed(house), reported(house)], ["Charging", true, ["Charging"]]);
  await house.advance(60_000);
  await swiped(house, "ALICE");
  const [entry] = house.centralSystem.ledger.values();
  assertEquals([house.centralSystem.ledger.size, stops(house)], [1, [["Local", "2026-01-01T00:02:47.000Z"]]]);
  assertEquals([entry?.start.meterStart, entry?.stop?.meterStop], [0, registerWh(house)]);
  assertGreater(registerWh(house), beforeWh + 150);
});

Deno.test("§3: it keeps its transactionId, and samples on, on a grid that begins where it was resumed", async () => {
  const house = await resumingHouse({ MeterValueSampleInterval: "20" });
  await house.advance(27_000);
  await rebooted(house, 0);
  await house.advance(60_000);
  assertEquals(house.sent("MeterValues").map(({ payload }) => payload.transactionId), [1, 1, 1]);
  assertEquals(timestamps(house).slice(1, -1), [
    "2026-01-01T00:00:20.000Z",
    "2026-01-01T00:00:57.000Z",
    "2026-01-01T00:01:17.000Z",
    "2026-01-01T00:01:37.000Z",
  ]);
});

Deno.test("it goes on through cuts one after the other, and through the crash of its connector between them", async () => {
  const house = await resumingHouse();
  for (let cuts = 0; cuts < 3; cuts++) {
    await house.advance(33_000);
    await rebooted(house, 0);
    house.system().crash("connector:1");
    await house.advance(1_000);
    assertEquals([status(house), contactorClosed(house)], ["Charging", true]);
  }
  await swiped(house, "ALICE");
  const [entry] = house.centralSystem.ledger.values();
  assertEquals([entry?.stop?.reason, entry?.stop?.meterStop], ["Local", registerWh(house)]);
});

Deno.test("a transaction that was started offline goes on offline, and is one transaction afterwards", async () => {
  const house = await bootedHouse({
    station: "ac-two-sockets",
    settings: { AllowOfflineTxForUnknownId: "true" },
  });
  house.network.setLink("down");
  await house.advance(1_000);
  house.station.verbs.plug(1);
  await house.advance(0);
  await swiped(house, "ALICE");
  await house.advance(60_000);
  await rebooted(house, 0);
  await house.advance(30_000);
  await swiped(house, "ALICE");
  const [entry] = house.centralSystem.ledger.values();
  assertEquals([house.centralSystem.ledger.size, entry?.stop?.reason, entry?.stop?.meterStop], [
    1,
    "Local",
    registerWh(house),
  ]);
});

Deno.test("power that failed with a warning: no Stop, a checkpoint, and it goes on after the boot", async () => {
  const house = await resumingHouse();
  await house.advance(33_000);
  house.station.verbs.power("failing");
  await house.advance(0);
  const [checkpoint] = await stored(house, "checkpoint") as readonly { readonly atMs: number }[];
  assertEquals([checkpoint?.atMs, contactorClosed(house)], [startedMs + 33_000, false]);
  await rebooted(house, 0);
  assertEquals([status(house), stops(house)], ["Charging", []]);
});

Deno.test("a car that has gone in the dark: PowerLoss at the last sign of life, and the connector is free", async () => {
  for (const side of ["both", "ev"] as const) {
    const house = await resumingHouse();
    await house.advance(97_000);
    await rebooted(house, 0, () => {
      const { board } = house.station;
      board.put({ ...board.outlet(1), plug: side === "both" ? "none" : "station", locked: false });
    });
    assertEquals(stops(house), [["PowerLoss", "2026-01-01T00:01:30.000Z"]]);
    assertEquals(status(house), side === "both" ? "Available" : "Finishing");
    const [entry] = house.centralSystem.ledger.values();
    assertEquals(entry?.stop?.meterStop, registerWh(house));
  }
});

for (
  const [what, dark] of [
    ["is another one", (house) => house.station.meter.exchange(1, "SPARE")],
    ["tells less than before", ({ station: { board } }) => board.put({ ...board.outlet(1), registerWh: 5 })],
    ["is silent", (house) => house.station.meter.setMode("hang")],
  ] as const satisfies readonly (readonly [string, (house: CalmHouse) => void])[]
) {
  Deno.test(`a meter that ${what} after the boot: no energy that nobody would count, but PowerLoss at the last checkpoint`, async () => {
    const house = await resumingHouse();
    await house.advance(90_000);
    const checkpointWh = registerWh(house);
    await house.advance(7_000);
    let wasClosed = false;
    await rebooted(house, 0, () => {
      dark(house);
      house.watch(() => void (wasClosed ||= contactorClosed(house)));
    });
    await house.advance(70_000);
    const [entry] = house.centralSystem.ledger.values();
    assertEquals([entry?.stop?.reason, entry?.stop?.timestamp, entry?.stop?.meterStop], [
      "PowerLoss",
      "2026-01-01T00:01:30.000Z",
      checkpointWh,
    ]);
    assertEquals([wasClosed, status(house)], [false, "Finishing"]);
  });
}

Deno.test("a full disk: nothing goes on that could not be kept, and the Stop is made as soon as there is room", async () => {
  const house = await resumingHouse();
  await house.advance(97_000);
  await rebooted(house, 0, () => {});
  house.system().crash("connector:1");
  await house.advance(0);
  house.cutPower(0);
  await house.advance(1_000);
  await house.restorePower();
  house.store().failCommits("full", Infinity);
  await house.advance(5_000);
  assertEquals([contactorClosed(house), house.centralSystem.open().length], [false, 1]);
  house.store().failCommits("full", 0);
  await house.advance(60_000);
  assertEquals([...house.centralSystem.ledger.values()].map(({ stop }) => stop?.reason), ["PowerLoss"]);
});

Deno.test("§17: a civil clock that lost its time in the dark: the transaction's own never falls, and catches up when the time is told", async () => {
  const house = await resumingHouse({ MeterValueSampleInterval: "2" });
  await house.advance(97_000);
  const accepted = { status: "Accepted", interval: 300, currentTime: "2026-01-01T00:05:00.000Z" };
  house.centralSystem.script("BootNotification", { kind: "answer", afterMs: 5_000, payload: accepted });
  await rebooted(house, 0, () => house.clock.stepWall(-20 * hourMs));
  await house.advance(15_000);
  await swiped(house, "ALICE");
  await house.advance(1_000);
  const times = timestamps(house);
  assertEquals(times, times.toSorted());
  assertEquals(times.slice(-9), [
    // The last before the cut, and two by the last sign of life.
    "2026-01-01T00:01:36.000Z",
    "2026-01-01T00:01:38.000Z",
    "2026-01-01T00:01:40.000Z",
    "2026-01-01T00:05:02.000Z",
    "2026-01-01T00:05:04.000Z",
    "2026-01-01T00:05:06.000Z",
    "2026-01-01T00:05:08.000Z",
    "2026-01-01T00:05:10.000Z",
    "2026-01-01T00:05:10.000Z",
  ]);
});

Deno.test("D-resume-after-cut: a wrong time that is told later is none of a resumed transaction's, also where its station has crashed", async () => {
  for (const crash of [() => {}, (house: CalmHouse) => void house.system().crash("station")]) {
    const house = await resumingHouse();
    await house.advance(65_000);
    await rebooted(house, 0);
    crash(house);
    await house.advance(1_000);
    const wrong = { kind: "answer", payload: { currentTime: "2027-01-01T00:00:00Z" } } as const;
    house.centralSystem.script("Heartbeat", wrong);
    await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
    await house.advance(4_000);
    await swiped(house, "ALICE");
    assertEquals(stops(house), [["Local", "2026-01-01T00:01:20.000Z"]]);
  }
});

/** Two power cuts: of what the first one left the record says that it was resumed. */
async function resumedHouse(): Promise<CalmHouse> {
  const house = await resumingHouse();
  await house.advance(33_000);
  await rebooted(house, 0);
  await house.advance(39_000);
  return house;
}

Deno.test("D-resume-after-cut: a clock that has kept its time is believed before the first answer, also while a meter is waited for", async () => {
  const house = await resumingHouse();
  await house.advance(65_000);
  const payload = { status: "Accepted", interval: 300, currentTime: "2027-01-01T00:00:00Z" };
  house.centralSystem.script("BootNotification", { kind: "answer", afterMs: 5_000, payload });
  await rebooted(house, 0, () => house.station.meter.setMode("hang"));
  await house.advance(20_000);
  house.station.meter.setMode("ok");
  await house.advance(10_000);
  assertEquals(status(house), "Charging");
  await swiped(house, "ALICE");
  assertEquals(stops(house), [["Local", "2026-01-01T00:01:45.000Z"]]);
});

Deno.test("D-silent-meter: the time that is told while a second cut's meter is waited for takes up nothing: it may still count, or end at the cut", async () => {
  for (const [silentMs, stop] of [[25_000, "Remote"], [70_000, "PowerLoss"]] as const) {
    const house = await resumedHouse();
    const cutWh = registerWh(house);
    let wasClosed = false;
    await rebooted(house, 0, () => {
      house.clock.stepWall(-60_000);
      house.station.meter.setMode("hang");
      house.watch(() => void (wasClosed ||= contactorClosed(house)));
    });
    house.system().crash("connector:1");
    await house.advance(5_000);
    if (stop === "Remote") await house.ask("RemoteStopTransaction", { transactionId: 1 });
    await house.advance(silentMs);
    house.station.meter.setMode("ok");
    await house.advance(20_000);
    const [entry] = house.centralSystem.ledger.values();
    assertEquals([entry?.stop?.reason, entry?.stop?.timestamp, wasClosed], [
      stop,
      "2026-01-01T00:01:13.000Z",
      false,
    ]);
    if (stop === "Remote") assertEquals(entry?.stop?.meterStop, cutWh);
  }
});

for (
  const [sentence, bootTime, crash] of [
    ["an absurd time before it", "1970-01-01T00:00:00Z", () => {}],
    ["a station that crashes upon it", "2026-01-01T01:02:00Z", (house) => house.system().crash("station")],
  ] as const satisfies readonly (readonly [string, string, (house: CalmHouse) => void])[]
) {
  Deno.test(`D-resume-after-cut: the first time that is told counts, with ${sentence}; a wrong one after it does not`, async () => {
    const house = await resumingHouse();
    await house.advance(97_000);
    const payload = { status: "Accepted", interval: 300, currentTime: bootTime };
    house.centralSystem.script("BootNotification", { kind: "answer", afterMs: 5_000, payload });
    await rebooted(house, 0, () => house.clock.stepWall(-20 * hourMs));
    await house.advance(5_000);
    crash(house);
    for (const currentTime of ["2026-01-01T01:02:00Z", "2027-01-01T00:00:00Z"]) {
      house.centralSystem.script("Heartbeat", { kind: "answer", payload: { currentTime } });
      await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
    }
    await house.advance(20_000);
    await swiped(house, "ALICE");
    assertEquals(stops(house), [["Local", "2026-01-01T01:02:20.000Z"]]);
  });
}

Deno.test("D-resume-after-cut: where the disk refuses as the time is told, it is caught up with the next sign of life", async () => {
  const house = await resumingHouse();
  await house.advance(97_000);
  const payload = { status: "Accepted", interval: 300, currentTime: "2026-01-01T01:02:00Z" };
  house.centralSystem.script("BootNotification", { kind: "answer", afterMs: 5_000, payload });
  await rebooted(house, 0, () => house.clock.stepWall(-20 * hourMs));
  await house.advance(4_999);
  house.store().failCommits("full", 20);
  await house.advance(1);
  house.store().failCommits("full", 0);
  await house.advance(20_000);
  await swiped(house, "ALICE");
  assertEquals(stops(house), [["Local", "2026-01-01T01:02:20.000Z"]]);
});

Deno.test("§9.1.14: a refused card that the outage has not been told to is refused after the boot", async () => {
  const house = await bootedHouse({
    station: "ac-two-sockets",
    settings: { StopTransactionOnInvalidId: "true" },
  });
  const refusal = { transactionId: 7, idTagInfo: { status: "Invalid" } };
  house.centralSystem.script("StartTransaction", { kind: "answer", afterMs: 60_000, payload: refusal });
  house.station.verbs.plug(1);
  await house.advance(0);
  await swiped(house, "ALICE");
  await house.advance(20_000);
  house.centralSystem.script("StartTransaction", { kind: "answer", afterMs: 2_000, payload: refusal });
  await rebooted(house, 0);
  assert(contactorClosed(house));
  await house.advance(3_000);
  assertEquals([contactorClosed(house), stops(house).length], [false, 1]);
});

Deno.test("the connector crashes at each of its first commits after the boot: the transaction goes on, or ends, once", async () => {
  for (const inMs of [0, 50, 150, 250]) {
    const house = await resumingHouse();
    await house.advance(97_000);
    house.cutPower(0);
    await house.advance(1_000);
    house.disk.commitMs = 100;
    await house.restorePower();
    await house.advance(inMs);
    house.system().crash("connector:1");
    await house.advance(1_000);
    house.disk.commitMs = 0;
    assertEquals([status(house), contactorClosed(house)], ["Charging", true], `after ${inMs} ms`);
    await swiped(house, "ALICE");
    await house.advance(1_000);
    assertEquals([house.centralSystem.open(), house.centralSystem.ledger.size], [[], 1]);
  }
});
