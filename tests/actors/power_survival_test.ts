/** What is neither a bill nor a session and survives a power cut all the same: availability and settings (OCPP 1.6 §5.2, §5.3; TC_034). */
import { assertEquals } from "@std/assert";
import { bootedHouse, chargingHouse, reported, status } from "./calm_house.ts";
import { rebooted, stops } from "./power_cycle.ts";

Deno.test("TC_034, §5.2: Unavailable, the whole or one connector of it, survives a cut; so do the settings", async () => {
  for (const connectorId of [0, 2]) {
    const house = await bootedHouse({ station: "ac-two-sockets" });
    await house.ask("ChangeAvailability", { connectorId, type: "Inoperative" });
    await house.ask("ChangeConfiguration", { key: "MeterValueSampleInterval", value: "17" });
    await rebooted(house, 0);
    assertEquals([0, 1, 2].map((id) => reported(house, id)), [
      [connectorId === 0 ? "Unavailable" : "Available"],
      [connectorId === 0 ? "Unavailable" : "Available"],
      ["Unavailable"],
    ]);
    const answer = await house.ask("GetConfiguration", { key: ["MeterValueSampleInterval"] });
    assertEquals(answer, {
      result: { configurationKey: [{ key: "MeterValueSampleInterval", readonly: false, value: "17" }] },
    });
    assertEquals(await house.ask("RemoteStartTransaction", { connectorId: 2, idTag: "ALICE" }), {
      result: { status: "Rejected" },
    });
  }
});

Deno.test("§5.2: a change that waits for its transaction takes effect after the cut that ends it", async () => {
  const house = await chargingHouse();
  assertEquals(await house.ask("ChangeAvailability", { connectorId: 1, type: "Inoperative" }), {
    result: { status: "Scheduled" },
  });
  await rebooted(house, 0);
  assertEquals([stops(house).length, status(house), reported(house).at(-1)], [
    1,
    "Unavailable",
    "Unavailable",
  ]);
});
