/** A disk that stays full: what the reserve gives is for what ends, however long the others go on (notes/reliability.md D11). */
import { assertEquals } from "@std/assert";
import { begun, bootedHouse, contactorClosed, swiped } from "./calm_house.ts";
import { rebooted, registerWh, stops } from "./power_cycle.ts";

Deno.test("D-full-disk: after one has ended on the reserve, hours of another leave room for its own end", async () => {
  const house = await bootedHouse({
    station: "ac-two-sockets",
    settings: { MeterValueSampleInterval: "10", AuthorizationCacheEnabled: "false" },
  });
  await begun(house, 1, "ALICE");
  await begun(house, 2, "BOB");
  house.medium.full(true);
  await swiped(house, "ALICE");
  house.forget();
  await house.advance(3_600_000);
  assertEquals(house.sent("MeterValues").filter(({ payload }) => payload.connectorId === 2), []);
  await swiped(house, "BOB");
  await house.advance(60_000);
  assertEquals([contactorClosed(house, 2), house.centralSystem.open(), house.crashes()], [false, [], []]);
});

Deno.test("D-full-disk, D-stop-first: a stop is decided on the reserve, and no power cut undoes it", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets", meterMs: 1_000 });
  await begun(house, 1, "ALICE");
  await house.advance(60_000);
  house.medium.full(true);
  await swiped(house, "ALICE");
  const stoppedWh = registerWh(house);
  await house.advance(500);
  await rebooted(house, 0, () => house.medium.full(false));
  await house.advance(60_000);
  assertEquals([contactorClosed(house), registerWh(house), stops(house).length], [false, stoppedWh, 1]);
});
