/**
 * A house whose power goes and comes back, and what is looked at after it.
 *
 * Law: it is dark for ten seconds; the disk is fast again afterwards.
 */
import type { CalmHouse } from "./calm_house.ts";

/** Of the commits under way `keptCommits` are durable. `dark` is what happens meanwhile. */
export async function rebooted(
  house: CalmHouse,
  keptCommits: number,
  dark: () => void = () => {},
): Promise<void> {
  house.cutPower(keptCommits);
  await house.advance(10_000);
  dark();
  await house.restorePower();
  house.disk.commitMs = 0;
  house.forget();
  await house.advance(0);
}

/** StopTransactions: reason and timestamp. */
export function stops(house: CalmHouse): readonly unknown[] {
  return house.sent("StopTransaction").map(({ payload }) => [payload.reason, payload.timestamp]);
}

/** In whole Wh, as the meter tells it. */
export function registerWh(house: CalmHouse, connectorId = 1): number {
  return Math.floor(house.station.physicalState().connectors[connectorId - 1]?.registerWh ?? 0);
}
