/** MaxEnergyOnInvalidId: what a user may still draw whom StartTransaction.conf has refused (OCPP 1.6 §9.1.14; spec/config-keys.md). */
import { assert, assertEquals } from "@std/assert";
import type { StationName } from "../conformance/stations.ts";
import type { CalmHouse } from "./calm_house.ts";
import { bootedHouse, contactorClosed, status } from "./calm_house.ts";

/** Refused after it has begun, and allowed `allowedWh`. */
async function refusedHouse(
  station: StationName,
  allowedWh: number,
  meterMs = 0,
): Promise<CalmHouse> {
  const settings = { StopTransactionOnInvalidId: "false", MaxEnergyOnInvalidId: `${allowedWh}` };
  const house = await bootedHouse({ station, settings, meterMs, judge: () => ({ status: "Invalid" }) });
  house.centralSystem.script("Authorize", { kind: "answer", payload: { idTagInfo: { status: "Accepted" } } });
  const { verbs, profile } = house.station;
  verbs.plug(1);
  await house.advance(0);
  if (profile.reader === "connector") verbs.swipe("ALICE", 1);
  else verbs.swipe("ALICE");
  await house.advance(meterMs);
  assertEquals(status(house), "Charging");
  return house;
}

for (
  const [station, allowedWh, overWh] of [
    // 120 kW is 3.3 Wh in 100 ms, 11 kW a third of one; and the meter tells whole Wh.
    ["dc-four", 1, 5],
    ["dc-four", 100, 5],
    ["dc-four", 1_000, 5],
    ["ac-two-sockets", 100, 2],
  ] as const
) {
  Deno.test(`MaxEnergyOnInvalidId: of ${allowedWh} Wh no more than ${overWh} are drawn beyond it at ${station}`, async () => {
    const house = await refusedHouse(station, allowedWh);
    await house.advance(600_000);
    const drawnWh = registerWh(house);
    assert(drawnWh >= allowedWh && drawnWh <= allowedWh + overWh, `${drawnWh} Wh`);
    assertEquals([contactorClosed(house), status(house)], [false, "SuspendedEVSE"]);
    assertEquals(house.centralSystem.open().length, 1);
  });
}

Deno.test("MaxEnergyOnInvalidId: a slow meter has one question open, and what flows meanwhile is all that is too much", async () => {
  const house = await refusedHouse("dc-four", 10, 900);
  const asked: number[] = [];
  const { meter } = house.station;
  let open = 0;
  const read = meter.read;
  Object.assign(meter, {
    read: (connectorId: number, done: Parameters<typeof read>[1]) => {
      open += 1;
      asked.push(open);
      read(connectorId, (outcome) => {
        open -= 1;
        done(outcome);
      });
    },
  });
  await house.advance(9_000);
  assertEquals(Math.max(...asked), 1);
  assertEquals(contactorClosed(house), false);
  // 120 kW are 33 Wh a second.
  assert(registerWh(house) <= 10 + 33, `${registerWh(house)} Wh`);
});

Deno.test("MaxEnergyOnInvalidId: with a meter that does not answer the energy ends, for nothing would end it else", async () => {
  const house = await refusedHouse("dc-four", 1_000);
  house.station.meter.setMode("fail");
  await house.advance(6_000);
  assertEquals([contactorClosed(house), status(house)], [false, "SuspendedEVSE"]);
});

function registerWh(house: CalmHouse): number {
  return house.station.board.outlet(1).registerWh;
}
