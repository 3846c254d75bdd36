/** What is wrong while charging goes on: told beside the status, and over when it is over (OCPP 1.6 §4.9, §7.6; spec/behaviour.md §5.3). */
import { assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import { begun, bootedHouse, chargingHouse, status } from "./calm_house.ts";

/** StatusNotifications since the last look: of which connector, with which status and code. */
async function told(house: CalmHouse): Promise<readonly string[]> {
  await house.advance(0);
  const texts = house.sent("StatusNotification").map(({ payload }) =>
    [payload.connectorId, payload.status, payload.errorCode].join(" ")
  );
  house.forget();
  return texts;
}

Deno.test("§5.3: a warning of a connector is told with its real status, charging goes on, and NoError follows", async () => {
  const house = await chargingHouse();
  house.station.verbs.fault(1, { errorCode: "HighTemperature" }, "warning");
  assertEquals(await told(house), ["1 Charging HighTemperature"]);
  assertEquals(house.station.board.state(1).contactorClosed, true);
  house.station.verbs.clearFault(1);
  assertEquals(await told(house), ["1 Charging NoError"]);
});

Deno.test("§7.6: EVCommunicationError is never Faulted, and not told while nothing could be wrong with a car", async () => {
  const house = await bootedHouse();
  house.station.verbs.fault(1, { errorCode: "EVCommunicationError" });
  assertEquals([await told(house), status(house)], [[], "Available"]);
  house.station.verbs.plug(1);
  assertEquals(await told(house), ["1 Preparing EVCommunicationError"]);
});

Deno.test("§5.3: a warning of the whole station is told by connector 0, Available, and by no other", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  house.station.verbs.fault(0, { errorCode: "WeakSignal" }, "warning");
  assertEquals(await told(house), ["0 Available WeakSignal"]);
  house.station.verbs.fault(0, { errorCode: "OverVoltage" });
  assertEquals((await told(house)).toSorted()[0], "0 Faulted OverVoltage");
  house.station.verbs.clearFault(0);
  assertEquals((await told(house)).toSorted().at(-1), "2 Available NoError");
});

Deno.test("§5.3: a warning that was there before the boot is told with it", async () => {
  const house = await bootedHouse();
  house.station.verbs.fault(0, { errorCode: "WeakSignal" }, "warning");
  house.station.verbs.fault(1, { errorCode: "HighTemperature" }, "warning");
  await told(house);
  for (const actor of ["station", "connector:1"]) house.system().crash(actor);
  await house.advance(1_000);
  house.forget();
  await house.ask("TriggerMessage", { requestedMessage: "StatusNotification" });
  assertEquals(await told(house), ["0 Available WeakSignal", "1 Available HighTemperature"]);
});

Deno.test("§5.3: a meter that failed a start is looked at again: once it answers, the connector says NoError, whoever is there", async () => {
  const house = await bootedHouse();
  house.station.meter.setMode("fail");
  await begun(house);
  assertEquals((await told(house)).at(-1), "1 Preparing PowerMeterFailure");
  house.station.verbs.unplug(1);
  assertEquals(await told(house), ["1 Available PowerMeterFailure"]);
  await house.advance(60_000);
  assertEquals(await told(house), []);
  house.station.meter.setMode("ok");
  await house.advance(10_000);
  assertEquals(await told(house), ["1 Available NoError"]);
  const asked = house.effects("MeterFailed").length;
  await house.advance(600_000);
  assertEquals(house.effects("MeterFailed").length, asked);
});

Deno.test("§17: that the clock was never set is told until it is set", async () => {
  const house = await bootedHouse();
  house.clock.stepWall(-20 * 365 * 86_400_000);
  await begun(house);
  assertEquals((await told(house)).at(-1), "1 Preparing InternalError");
  await house.advance(300_000);
  assertEquals(await told(house), ["1 Preparing NoError"]);
});
