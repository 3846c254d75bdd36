/** A host that does not restart: ResetRetries, then ResetFailure, and the charger goes on (OCPP 1.6 §5.14, §9.1.25; spec/behaviour.md §8). */
import { assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import { actions, bootedHouse, charging, chargingHouse, contactorClosed, reported } from "./calm_house.ts";

const retryMs = 30_000;

function asked(house: CalmHouse): readonly number[] {
  return house.effects("Restart").map(({ atMs }) => atMs);
}

/** Connector 0's StatusNotifications: status and error code. */
function told(house: CalmHouse): readonly string[] {
  return house.sent("StatusNotification").filter(({ payload }) => payload.connectorId === 0).map((
    { payload },
  ) => `${payload.status} ${payload.errorCode}`);
}

Deno.test("§9.1.25: a host that does not restart is asked again after 30 s, ResetRetries times", async () => {
  const house = await bootedHouse({ stuckRestarts: 2, settings: { ResetRetries: "2" } });
  assertEquals(await house.ask("Reset", { type: "Hard" }), { result: { status: "Accepted" } });
  await house.advance(2 * retryMs - 1);
  assertEquals([asked(house), house.restarts], [[0, retryMs], []]);
  await house.advance(1);
  assertEquals(house.restarts, [{ kind: "Hard", atMs: 2 * retryMs }]);
  assertEquals(told(house), ["Available NoError"], "of the boot: nothing has failed");
});

for (const retries of [0, 1, 3]) {
  Deno.test(`§4.9: with ResetRetries ${retries} a host that never restarts is ResetFailure after ${retries + 1} times 30 s`, async () => {
    const house = await bootedHouse({ stuckRestarts: Infinity, settings: { ResetRetries: String(retries) } });
    await house.ask("Reset", { type: "Soft" });
    await house.advance((retries + 1) * retryMs - 1);
    assertEquals(actions(house), []);
    await house.advance(1);
    assertEquals(asked(house).length, retries + 1);
    assertEquals(told(house), ["Available ResetFailure"]);
    await house.advance(299_000 - (retries + 1) * retryMs);
    assertEquals(asked(house).length, retries + 1, "it is not asked for ever");
  });
}

Deno.test("ResetRetries counts as it is when the host is overdue", async () => {
  const house = await bootedHouse({ stuckRestarts: Infinity, settings: { ResetRetries: "5" } });
  await house.ask("Reset", { type: "Soft" });
  await house.ask("ChangeConfiguration", { key: "ResetRetries", value: "0" });
  await house.advance(retryMs);
  assertEquals(told(house), ["Available ResetFailure"]);
});

Deno.test("after ResetFailure the charger goes on: it charges, and another Reset takes the failure back", async () => {
  const house = await chargingHouse({ stuckRestarts: 2, settings: { ResetRetries: "1" } });
  await house.ask("Reset", { type: "Hard" });
  await house.advance(2 * retryMs);
  assertEquals(told(house), ["Available ResetFailure"]);
  house.station.verbs.unplug(1);
  await house.advance(0);
  await charging(house, 1, "BOB");
  assertEquals(contactorClosed(house), true);

  assertEquals(await house.ask("Reset", { type: "Soft" }), { result: { status: "Accepted" } });
  assertEquals(house.restarts, [{ kind: "Soft", atMs: 2 * retryMs }]);
  assertEquals(
    told(house),
    ["Available NoError", "Available NoError"],
    "before the restart, and of the boot",
  );
});

Deno.test("a Reset that comes while the host is overdue changes nothing", async () => {
  const house = await bootedHouse({ stuckRestarts: Infinity, settings: { ResetRetries: "1" } });
  await house.ask("Reset", { type: "Hard" });
  await house.advance(10_000);
  assertEquals(await house.ask("Reset", { type: "Soft" }), { result: { status: "Accepted" } });
  await house.advance(2 * retryMs - 10_000);
  assertEquals(house.effects("Restart").map(({ detail }) => detail), [
    { restart: "Hard", attempts: 1 },
    { restart: "Hard", attempts: 2 },
  ]);
});

Deno.test("a station fault is told before a reset that has failed", async () => {
  const house = await bootedHouse({ stuckRestarts: Infinity, settings: { ResetRetries: "0" } });
  await house.ask("Reset", { type: "Hard" });
  house.station.verbs.fault(0, { errorCode: "HighTemperature" });
  await house.advance(retryMs);
  house.station.verbs.clearFault(0);
  await house.advance(0);
  assertEquals(told(house), ["Faulted HighTemperature", "Available ResetFailure"]);
  assertEquals(reported(house).at(-1), "Available", "a connector of its own has not failed");
});
