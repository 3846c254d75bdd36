/** Charging profiles put to a charger in the calm house, and what its board was told of them. */
import type { ChargingProfile } from "../../protocol/messages/charging_profile.ts";
import type { Sample, Steps } from "../protocol/charging_profile_samples.ts";
import { nowMs, profile } from "../protocol/charging_profile_samples.ts";
import type { CalmHouse } from "./calm_house.ts";

export const tx = { purpose: "TxProfile", id: 2 } as const;
export const max = { purpose: "ChargePointMaxProfile", id: 3 } as const;

/** With `start`, `from` and `to` counted from the house's own now. */
export function fromNow(house: CalmHouse, steps: Steps, sample: Sample = {}): ChargingProfile {
  const shiftS = (house.clock.wallMs() - nowMs) / 1_000;
  const { start = 0, from, to } = sample;
  return profile(steps, {
    ...sample,
    start: start === null ? null : start + shiftS,
    ...(from === undefined ? {} : { from: from + shiftS }),
    ...(to === undefined ? {} : { to: to + shiftS }),
  });
}

export async function answer(house: CalmHouse, action: string, payload: unknown): Promise<unknown> {
  const told = await house.ask(action, payload);
  if (told === null || "error" in told) return told?.error;
  return (told.result as { status: unknown }).status;
}

export function set(
  house: CalmHouse,
  steps: Steps,
  sample: Sample & { readonly on?: number } = {},
): Promise<unknown> {
  const { on: connectorId = sample.purpose === "ChargePointMaxProfile" ? 0 : 1, ...own } = sample;
  const csChargingProfiles = fromNow(house, steps, own);
  return answer(house, "SetChargingProfile", { connectorId, csChargingProfiles });
}

/** What the board was told, in ampere. */
export function offered(house: CalmHouse, connectorId = 1): number {
  return house.station.board.outlet(connectorId).limitA;
}

export function transactionId(house: CalmHouse): number {
  return house.centralSystem.open().at(-1)?.transactionId ?? NaN;
}
