/** MaxEnergyOnInvalidId: a refused driver gets so much and no more (OCPP 1.6 §9.1.14; spec/behaviour.md §4.5). */
import { assert, assertEquals } from "@std/assert";
import { bootedHouse, charging, contactorClosed, status } from "./calm_house.ts";
import { registerWh } from "./power_cycle.ts";

Deno.test("§9.1.14: refused by StartTransaction.conf, it charges on for MaxEnergyOnInvalidId, and then the contactor opens", async () => {
  const house = await bootedHouse({
    station: "ac-two-sockets",
    settings: { MaxEnergyOnInvalidId: "100", StopTransactionOnInvalidId: "false" },
  });
  house.centralSystem.script("StartTransaction", {
    kind: "answer",
    payload: { transactionId: 1, idTagInfo: { status: "Invalid" } },
  });
  const { start } = await charging(house);
  assert(contactorClosed(house));
  await house.advance(300_000);
  assertEquals([contactorClosed(house), status(house)], [false, "SuspendedEVSE"]);
  assert(registerWh(house) - start.meterStart >= 100);
  assertEquals(house.centralSystem.open().length, 1);
});
