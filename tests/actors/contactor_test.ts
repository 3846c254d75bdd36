/** A contactor that does not obey is told of, and where it is welded nothing begins (OCPP 1.6 §7.6 PowerSwitchFailure; decision D-contactor). */
import { assertEquals } from "@std/assert";
import {
  begun,
  bootedHouse,
  type CalmHouse,
  charging,
  chargingHouse,
  contactorClosed,
  reported,
  status,
  swiped,
} from "./calm_house.ts";

/** What was told of connector 1: status, error and info. */
function told(house: CalmHouse): readonly unknown[] {
  return house.sent("StatusNotification")
    .filter(({ payload }) => payload.connectorId === 1)
    .map(({ payload: { status, errorCode, info } }) => [status, errorCode, info]);
}

const welded = ["Faulted", "PowerSwitchFailure", "the contactor does not open"];

Deno.test("§7.6: a contactor that is closed 3 s after it was told to open makes its connector Faulted", async () => {
  const house = await chargingHouse();
  house.contactors.stick(1, "closed");
  await swiped(house, "ALICE");
  assertEquals(
    [contactorClosed(house), house.centralSystem.open()],
    [true, []],
    "it is billed as it was stopped",
  );
  await house.advance(2_999);
  assertEquals(status(house), "Finishing");
  await house.advance(1);
  assertEquals(told(house).at(-1), welded);
});

Deno.test("§4.9: at a welded contactor nothing begins; when it opens, somebody may", async () => {
  const house = await chargingHouse();
  house.contactors.stick(1, "closed");
  await swiped(house, "ALICE");
  await house.advance(3_000);
  await swiped(house, "BOB");
  const start = { connectorId: 1, idTag: "BOB" };
  assertEquals(await house.ask("RemoteStartTransaction", start), { result: { status: "Rejected" } });
  house.contactors.stick(1, null);
  await house.advance(0);
  assertEquals([contactorClosed(house), status(house)], [false, "Finishing"]);
  await swiped(house, "BOB");
  assertEquals(status(house), "Charging");
});

Deno.test("a contactor that is welded when its actor starts is found as well", async () => {
  const house = await chargingHouse();
  house.contactors.stick(1, "closed");
  await swiped(house, "ALICE");
  house.system().crash("connector:1");
  await house.advance(3_000);
  assertEquals([status(house), contactorClosed(house)], ["Faulted", true]);
});

Deno.test("§7.6: a contactor that does not close is mentioned; when it closes or need not, that is over", async () => {
  const house = await bootedHouse();
  house.contactors.stick(1, "open");
  await begun(house);
  await house.advance(3_000);
  assertEquals(told(house).at(-1), ["Charging", "PowerSwitchFailure", "the contactor does not close"]);
  house.contactors.stick(1, null);
  await house.advance(0);
  assertEquals([told(house).at(-1), contactorClosed(house)], [["Charging", "NoError", undefined], true]);

  const another = await bootedHouse();
  another.contactors.stick(1, "open");
  await begun(another);
  await another.advance(3_000);
  await swiped(another, "ALICE");
  assertEquals(told(another).at(-1), ["Finishing", "NoError", undefined]);
});

Deno.test("a contactor that obeys in time is never mentioned", async () => {
  const house = await bootedHouse();
  await charging(house);
  await house.advance(10_000);
  await swiped(house, "ALICE");
  await house.advance(10_000);
  assertEquals(reported(house), ["Finishing"]);
});
