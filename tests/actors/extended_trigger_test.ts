/** ExtendedTriggerMessage: the conf, then the message (security white paper; spec/messages.md §4). SignChargePointCertificate: TC_074. */
import { assertEquals } from "@std/assert";
import { bootedHouse, newHouse } from "./calm_house.ts";
import { status } from "./secured_house.ts";

for (
  const [requestedMessage, sent] of [
    ["Heartbeat", ["Heartbeat"]],
    ["MeterValues", ["MeterValues"]],
    ["StatusNotification", ["StatusNotification", "StatusNotification"]],
    ["LogStatusNotification", ["LogStatusNotification"]],
  ] as const
) {
  Deno.test(`ExtendedTriggerMessage of ${requestedMessage}: the conf goes first, then the message`, async () => {
    const house = await bootedHouse();
    const before = house.effects("FrameSent").length;
    assertEquals(await status(house, "ExtendedTriggerMessage", { requestedMessage }), "Accepted");
    const frames = house.effects("FrameSent").slice(before).map(({ detail }) => JSON.parse(String(detail)));
    assertEquals(frames.map(([type, , action]) => type === 2 ? action : "conf"), ["conf", ...sent]);
  });
}

Deno.test("LogStatusNotification is Idle, without a requestId, while no log is on its way", async () => {
  const house = await bootedHouse();
  await status(house, "ExtendedTriggerMessage", { requestedMessage: "LogStatusNotification" });
  assertEquals(house.sent("LogStatusNotification").map(({ payload }) => payload), [{ status: "Idle" }]);
});

Deno.test("BootNotification is Rejected once accepted; a connector that is not there too", async () => {
  const house = await bootedHouse();
  const asked = { requestedMessage: "MeterValues", connectorId: 2 };
  assertEquals(
    await status(house, "ExtendedTriggerMessage", { requestedMessage: "BootNotification" }),
    "Rejected",
  );
  assertEquals(await status(house, "ExtendedTriggerMessage", asked), "Rejected");
  assertEquals(house.sent(), []);
});

Deno.test("what is not built says so, and so does what is no message", async () => {
  const house = await bootedHouse();
  for (
    const requestedMessage of ["FirmwareStatusNotification", "DiagnosticsStatusNotification", "Nonsense"]
  ) {
    assertEquals(await status(house, "ExtendedTriggerMessage", { requestedMessage }), "NotImplemented");
  }
});

Deno.test("while Pending a BootNotification comes when it is asked for", async () => {
  const house = await newHouse();
  house.centralSystem.script("BootNotification", { kind: "boot", status: "Pending", intervalS: 600 });
  await house.advance(0);
  house.forget();
  const trigger = { requestedMessage: "BootNotification" };
  assertEquals(await status(house, "ExtendedTriggerMessage", trigger), "Accepted");
  assertEquals(house.sent("BootNotification").length, 1);
});
