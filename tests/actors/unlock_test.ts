/** UnlockConnector reaches the lock itself (OCPP 1.6 §5.18; TC_018_1, TC_030). */
import { assertEquals } from "@std/assert";
import { bootedHouse, charging, swiped } from "./calm_house.ts";

Deno.test("§5.18: a lock that was told to open once and was stuck is told again: the command is what was asked for", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await charging(house);
  house.station.verbs.lock(1, { failure: true });
  await swiped(house, "ALICE");
  assertEquals(house.station.board.state(1).locked, true);
  house.station.verbs.lock(1, { failure: false });
  await house.advance(0);
  assertEquals(house.station.board.state(1).locked, true, "nothing but the command opens it");
  assertEquals(await house.ask("UnlockConnector", { connectorId: 1 }), { result: { status: "Unlocked" } });
  assertEquals(house.station.board.state(1).locked, false);
});
