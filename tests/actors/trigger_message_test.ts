/** TriggerMessage: the conf, then the message, of now (OCPP 1.6 §5.17; TC_054, TC_055; spec/behaviour.md §15). */
import { assertEquals } from "@std/assert";
import type { Answered, CalmHouse } from "./calm_house.ts";
import { actions, bootedHouse, reported } from "./calm_house.ts";

const accepted: Answered = { result: { status: "Accepted" } };
const rejected: Answered = { result: { status: "Rejected" } };

function trigger(house: CalmHouse, requestedMessage: string, connectorId?: number): Promise<Answered | null> {
  return house.ask("TriggerMessage", {
    requestedMessage,
    ...(connectorId === undefined ? {} : { connectorId }),
  });
}

for (const requestedMessage of ["Heartbeat", "StatusNotification", "MeterValues"]) {
  Deno.test(`TC_054: ${requestedMessage}: the conf goes first, then the message`, async () => {
    const house = await bootedHouse();
    const before = house.effects("FrameSent").length;
    assertEquals(await trigger(house, requestedMessage, 1), accepted);
    const frames = house.effects("FrameSent").slice(before).map(({ detail }) => JSON.parse(String(detail)));
    assertEquals(frames.map(([type]) => type), [3, 2]);
    assertEquals(actions(house), [requestedMessage]);
  });
}

Deno.test("§5.17: StatusNotification of connector 0, of one, and of all; said again though nothing has changed", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  const told = async (connectorId?: number) => {
    house.forget();
    assertEquals(await trigger(house, "StatusNotification", connectorId), accepted);
    return [0, 1, 2].map((id) => reported(house, id).length);
  };
  assertEquals(await told(0), [1, 0, 0]);
  assertEquals(await told(2), [0, 0, 1]);
  assertEquals(await told(), [1, 1, 1]);
});

Deno.test("TC_055: a connector that is not there is Rejected, and nothing is sent", async () => {
  const house = await bootedHouse();
  assertEquals(await trigger(house, "MeterValues", 2), rejected);
  assertEquals(await trigger(house, "StatusNotification", 2), rejected);
  assertEquals(house.sent(), []);
});

Deno.test("§5.17: what is not implemented says so", async () => {
  const house = await bootedHouse();
  for (const message of ["StartTransaction", "Nonsense"]) {
    assertEquals(await trigger(house, message), { result: { status: "NotImplemented" } });
  }
});

Deno.test("TC_054: where no file is on its way the transfers' statuses are Idle, the conf first", async () => {
  const house = await bootedHouse();
  for (const action of ["FirmwareStatusNotification", "DiagnosticsStatusNotification"]) {
    assertEquals(await trigger(house, action), accepted);
    assertEquals(house.sent(action).map(({ payload }) => payload), [{ status: "Idle" }]);
  }
});

Deno.test("errata v4.0 §3.35: BootNotification is Rejected once accepted", async () => {
  const house = await bootedHouse();
  assertEquals([await trigger(house, "BootNotification"), house.sent()], [rejected, []]);
});

Deno.test("a meter that does not answer: MeterValues was Accepted, and nothing follows", async () => {
  const house = await bootedHouse();
  house.station.meter.setMode("fail");
  assertEquals(await trigger(house, "MeterValues"), accepted);
  await house.advance(10_000);
  assertEquals([house.sent(), house.crashes()], [[], []]);
});
