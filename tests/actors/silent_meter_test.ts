/** A meter that misses questions when a bill is made, and answers again: the energy is on the bill (decision D-silent-meter). */
import { assertEquals } from "@std/assert";
import type { MeterValue } from "../../protocol/messages/types.ts";
import type { CalmHouse } from "./calm_house.ts";
import {
  begun,
  bootedHouse,
  charging,
  chargingHouse,
  contactorClosed,
  status,
  swiped,
} from "./calm_house.ts";
import { rebooted, registerWh, stops } from "./power_cycle.ts";

const modes = ["hang", "fail"] as const;

function billed(house: CalmHouse): readonly unknown[] {
  return [...house.centralSystem.ledger.values()].map(({ stop }) => [stop?.reason, stop?.meterStop]);
}

for (const mode of modes) {
  for (const silentMs of [1_000, 9_000]) {
    Deno.test(`a meter that ${mode}s for ${silentMs} ms at the stop is asked again, and the register is billed; the car is let go at once`, async () => {
      const house = await chargingHouse();
      await house.advance(99_000);
      house.station.meter.setMode(mode);
      await swiped(house, "ALICE");
      assertEquals([contactorClosed(house), house.station.board.outlet(1).locked], [false, false]);
      await house.advance(silentMs);
      house.station.meter.setMode("ok");
      await house.advance(3_500);
      assertEquals(billed(house), [["Local", registerWh(house)]]);
    });
  }

  Deno.test(`a meter that ${mode}s for 55 s after the boot: what a cut has interrupted is billed by the register`, async () => {
    const house = await chargingHouse();
    await house.advance(99_000);
    await rebooted(house, 0, () => house.station.meter.setMode(mode));
    await house.advance(55_000);
    assertEquals(stops(house), []);
    house.station.meter.setMode("ok");
    await house.advance(5_000);
    assertEquals(billed(house), [["PowerLoss", registerWh(house)]]);
  });

  Deno.test(`a meter that ${mode}s for 55 s after the boot: the transaction goes on`, async () => {
    const house = await resumingHouse();
    await house.advance(97_000);
    await rebooted(house, 0, () => house.station.meter.setMode(mode));
    await house.advance(55_000);
    assertEquals([status(house), contactorClosed(house)], ["Preparing", false]);
    house.station.meter.setMode("ok");
    await house.advance(5_000);
    assertEquals([status(house), contactorClosed(house), stops(house)], ["Charging", true, []]);
  });
}

Deno.test("a meter driver that throws at each question at the stop: the bill comes by the last reading, and nobody else is disturbed", async () => {
  const house = await chargingHouse();
  await house.advance(90_000);
  const checkpointWh = registerWh(house);
  await house.advance(9_000);
  Object.assign(house.station.meter, {
    read: () => {
      throw new Error("the line is gone");
    },
  });
  await swiped(house, "ALICE");
  await house.advance(14_000);
  assertEquals(billed(house), [["Local", checkpointWh]]);
  assertEquals([house.crashes(), house.giveUps()], [[], []]);
});

Deno.test("a stop that a full disk refuses is durable as soon as there is room, whatever the meter does: a crash undoes it no more", async () => {
  const house = await chargingHouse();
  await house.advance(99_000);
  house.medium.full(true);
  house.station.meter.setMode("hang");
  await swiped(house, "ALICE");
  await house.advance(500);
  house.medium.full(false);
  await house.advance(8_000);
  await crashed(house);
  assertEquals([status(house), contactorClosed(house)], ["Finishing", false]);
});

Deno.test("what was to go on and what was to end wait for a dead meter once, a minute each", async () => {
  for (const house of [await chargingHouse(), await resumingHouse()]) {
    await house.advance(90_000);
    const checkpointWh = registerWh(house);
    await house.advance(9_000);
    await rebooted(house, 0, () => house.station.meter.setMode("hang"));
    await house.advance(66_000);
    assertEquals(billed(house), [["PowerLoss", checkpointWh]]);
  }
});

Deno.test("an hour of a full disk, then a cut, and the meter is up a second after the boot: nothing is lost", async () => {
  const house = await chargingHouse();
  await house.advance(30_000);
  house.medium.full(true);
  await house.advance(3_600_000);
  await rebooted(house, 0, () => {
    house.medium.full(false);
    house.station.meter.setMode("hang");
  });
  await house.advance(1_000);
  house.station.meter.setMode("ok");
  await house.advance(5_000);
  assertEquals(billed(house), [["PowerLoss", registerWh(house)]]);
});

for (
  const [what, disturbed] of [["a second cut", cutAgain], ["a crash of the connector", crashed]] as const
) {
  for (const house of [chargingHouse, resumingHouse]) {
    Deno.test(`${what} while a silent meter is waited for: one bill, by the register (${house.name})`, async () => {
      const waiting = await house();
      await waiting.advance(99_000);
      await rebooted(waiting, 0, () => waiting.station.meter.setMode("hang"));
      await waiting.advance(20_000);
      await disturbed(waiting);
      await waiting.advance(50_000);
      waiting.station.meter.setMode("ok");
      await waiting.advance(5_000);
      if (house === resumingHouse) await swiped(waiting, "ALICE");
      const reason = house === resumingHouse ? "Local" : "PowerLoss";
      assertEquals(billed(waiting), [[reason, registerWh(waiting)]]);
    });
  }
}

Deno.test("MaxEnergyOnInvalidId: what a silent meter holds up after the boot is not used up by it", async () => {
  const settings = { StopTransactionOnInvalidId: "false", MaxEnergyOnInvalidId: "1000" };
  const house = await bootedHouse({
    station: "ac-two-sockets",
    settings,
    judge: () => ({ status: "Invalid" }),
  });
  house.centralSystem.script("Authorize", { kind: "answer", payload: { idTagInfo: { status: "Accepted" } } });
  await begun(house);
  await house.advance(97_000);
  await rebooted(house, 0, () => house.station.meter.setMode("hang"));
  await house.advance(50_000);
  house.station.meter.setMode("ok");
  await house.advance(5_000);
  assertEquals(status(house), "Charging");
});

Deno.test("power that fails while a stop waits for its meter: the bill is made within the hold-up time", async () => {
  const house = await chargingHouse();
  await house.advance(90_000);
  const checkpointWh = registerWh(house);
  await house.advance(9_000);
  house.station.meter.setMode("fail");
  await swiped(house, "ALICE");
  await house.advance(3_000);
  assertEquals(billed(house), [[undefined, undefined]]);
  house.station.verbs.power("failing");
  await house.advance(500);
  assertEquals(billed(house), [["Local", checkpointWh]]);
});

Deno.test("a question that hung in an interrupted transaction does nothing to the one after it", async () => {
  const house = await resumingHouse();
  await house.advance(97_000);
  await rebooted(house, 0, () => house.station.meter.setMode("hang"));
  house.station.meter.setMode("ok");
  await swiped(house, "ALICE");
  house.station.verbs.unplug(1);
  await house.advance(0);
  await charging(house, 1, "BOB");
  await house.advance(120_000);
  assertEquals([house.effects("Resume"), status(house)], [[], "Charging"]);
});

Deno.test("D-aligned: an interrupted transaction has no clock-aligned value before it goes on; what is triggered tells its own time", async () => {
  const house = await resumingHouse({ ClockAlignedDataInterval: "30", MeterValueSampleInterval: "0" });
  await house.advance(97_000);
  await rebooted(house, 0, () => house.station.meter.setMode("hang"));
  await house.advance(12_500);
  // The question whether it may go on, asked at 119 s, hangs until 122 s.
  house.station.meter.setMode("ok");
  await house.advance(1_000);
  await house.ask("TriggerMessage", { requestedMessage: "MeterValues", connectorId: 1 });
  assertEquals(status(house), "Preparing");
  await house.advance(30_000);
  assertEquals(status(house), "Charging");
  assertEquals(metered(house).filter(([connectorId]) => connectorId === 1), [
    [1, undefined, "Trigger", "2026-01-01T00:02:00.500Z"],
    [1, 1, "Sample.Clock", "2026-01-01T00:02:30.000Z"],
  ]);
});

Deno.test("§15: what is triggered while a stop waits for its meter tells its own time", async () => {
  const house = await chargingHouse();
  await house.advance(30_000);
  house.station.meter.setMode("hang");
  await swiped(house, "ALICE");
  await house.advance(2_000);
  house.station.meter.setMode("ok");
  await house.ask("TriggerMessage", { requestedMessage: "MeterValues", connectorId: 1 });
  assertEquals(metered(house), [[1, undefined, "Trigger", "2026-01-01T00:00:32.000Z"]]);
});

/** Of each MeterValues.req: connectorId, transactionId, context and timestamp. */
function metered(house: CalmHouse): readonly (readonly unknown[])[] {
  return house.sent("MeterValues").map(({ payload: { connectorId, transactionId, meterValue } }) => {
    const [value] = meterValue as readonly MeterValue[];
    return [connectorId, transactionId, value?.sampledValue[0]?.context, value?.timestamp];
  });
}

async function resumingHouse(settings: Readonly<Record<string, string>> = {}): Promise<CalmHouse> {
  const house = await bootedHouse({ station: "ac-two-sockets", settings });
  await charging(house);
  return house;
}

async function cutAgain(house: CalmHouse): Promise<void> {
  await rebooted(house, 0);
}

async function crashed(house: CalmHouse): Promise<void> {
  house.system().crash("connector:1");
  await house.advance(0);
}
