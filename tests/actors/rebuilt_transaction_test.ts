/**
 * An open transaction whose record is damaged is a bill all the same: its last sign of life tells the rest (decision D-damaged).
 */
import { assert, assertEquals } from "@std/assert";
import { checkpointKey, transactionKey } from "../../storage/record_keys.ts";
import type { CalmHouse } from "./calm_house.ts";
import { begun, bootedHouse, charging, chargingHouse, contactorClosed, stored } from "./calm_house.ts";
import { rebooted, registerWh, stops } from "./power_cycle.ts";
import { parkedIn } from "./parked_by_hand.ts";

const minuteMs = 60_000;

/** Nothing is left of it on the charger. */
async function isSettled(house: CalmHouse): Promise<void> {
  const left = [];
  for (const kind of ["transaction", "checkpoint", "answer", "outbox", "sample", "parked"]) {
    left.push(...await stored(house, kind));
  }
  assertEquals([left, house.centralSystem.open(), house.crashes()], [[], [], []]);
}

async function parkedTotal(house: CalmHouse): Promise<number> {
  return (await parkedIn(house)).total;
}

for (const station of ["ac-two-sockets", "reference-dc"] as const) {
  Deno.test(`D-damaged: a transaction of ${station} whose record is damaged ends with PowerLoss at its last sign of life, to the Wh`, async () => {
    const house = await chargingHouse({ station });
    await house.advance(3 * minuteMs);
    const wh = registerWh(house);
    const aliveMs = house.clock.wallMs();
    house.store().corrupt(transactionKey(1));
    await rebooted(house, 0);
    await house.advance(minuteMs);
    const [stop] = house.sent("StopTransaction");
    assertEquals([stop?.payload.transactionId, stop?.payload.meterStop, stop?.payload.reason], [
      1,
      wh,
      "PowerLoss",
    ]);
    const agoMs = aliveMs - Date.parse(String(stop?.payload.timestamp));
    assert(agoMs >= 0 && agoMs <= 10_000, `${agoMs} ms before the cut`);
    assertEquals([contactorClosed(house), await parkedTotal(house)], [false, 0]);
    await isSettled(house);
  });
}

Deno.test("D-damaged: so does one that was cut in its first moment", async () => {
  const house = await chargingHouse();
  house.store().corrupt(transactionKey(1));
  await rebooted(house, 0);
  await house.advance(minuteMs);
  assertEquals(stops(house).length, 1);
  await isSettled(house);
});

Deno.test("D-damaged: and one whose StartTransaction still waits: first that, then its end", async () => {
  const house = await bootedHouse();
  await charging(house);
  house.station.verbs.unplug(1);
  await house.advance(minuteMs);
  house.forget();
  house.network.setLink("down");
  await house.advance(0);
  await begun(house);
  await house.advance(3 * minuteMs);
  house.store().corrupt(transactionKey(1));
  await rebooted(house, 0);
  house.network.setLink("up");
  await house.advance(5 * minuteMs);
  const sent = house.sent("StartTransaction", "StopTransaction").map(({ action }) => action);
  assertEquals(sent, ["StartTransaction", "StopTransaction"]);
  await isSettled(house);
});

Deno.test("D-damaged: and one whose connector crashes on it: nobody knows whether its stop was decided, so that it does not go on", async () => {
  const house = await chargingHouse({ station: "ac-two-sockets" });
  await house.advance(minuteMs);
  house.store().corrupt(transactionKey(1));
  house.system().crash("connector:1");
  await house.advance(minuteMs);
  assertEquals([house.sent("StopTransaction").length, contactorClosed(house)], [1, false]);
  assertEquals(house.centralSystem.open(), []);
});

Deno.test("D-damaged: where its last sign of life is damaged as well it is shown until a person has settled it", async () => {
  const house = await chargingHouse({ settings: { StopTxnSampledData: "Energy.Active.Import.Register" } });
  await house.advance(3 * minuteMs);
  house.store().corrupt(transactionKey(1));
  house.store().corrupt(checkpointKey(1));
  await rebooted(house, 0);
  await house.advance(minuteMs);
  assertEquals([house.sent("StopTransaction").length, await parkedTotal(house)], [0, 1]);
});
