/** A charger in the calm world at which connectors are reserved, and what is done there in one line each. */
import type { StationProfile } from "../../hal/station_profile.ts";
import { formatDateTime } from "../../protocol/date_time.ts";
import type { ReserveNowRequest } from "../../protocol/messages/reservation.ts";
import type { IdTagInfo } from "../../protocol/messages/types.ts";
import { dcFour } from "../hal/stations.ts";
import type { CalmHouse, CalmHouseOptions } from "./calm_house.ts";
import { bootedHouse } from "./calm_house.ts";

const worth: Readonly<Record<string, IdTagInfo>> = {
  FRIEND: { status: "Accepted", parentIdTag: "family" },
  MALLORY: { status: "Blocked", parentIdTag: "FAMILY" },
};
export const hourMs = 3_600_000;
/** Four connectors, and one reader for them all. */
export const oneReader: StationProfile = { ...dcFour, reader: "station" };

export function house(options: CalmHouseOptions = {}): Promise<CalmHouse> {
  return bootedHouse({ judge: (idTag) => worth[idTag] ?? { status: "Accepted" }, ...options });
}

export interface Wish {
  readonly connectorId?: number;
  readonly reservationId?: number;
  readonly idTag?: string;
  readonly parentIdTag?: string;
  readonly afterMs?: number;
}

/** For OWNER, connector 1, number 5, an hour. */
export async function reserve(charger: CalmHouse, wish: Wish = {}): Promise<unknown> {
  return statusOf(await charger.ask("ReserveNow", requestOf(charger, wish)));
}

/** The same, not waited for: what it is answered is asked for later. */
export function reserving(charger: CalmHouse, wish: Wish = {}): () => unknown {
  const id = charger.centralSystem.call("ReserveNow", requestOf(charger, wish));
  return () => {
    const answer = charger.centralSystem.answers.find((one) => one.id === id);
    return answer?.kind === "CallResult" ? statusOf({ result: answer.payload }) : answer?.errorCode;
  };
}

function requestOf(charger: CalmHouse, { afterMs = hourMs, ...wish }: Wish): ReserveNowRequest {
  const expiryDate = formatDateTime(charger.clock.wallMs() + afterMs);
  return { connectorId: 1, reservationId: 5, idTag: "OWNER", expiryDate, ...wish };
}

export async function cancel(charger: CalmHouse, reservationId = 5): Promise<unknown> {
  return statusOf(await charger.ask("CancelReservation", { reservationId }));
}

export function statusOf(answer: unknown): unknown {
  return (answer as { readonly result: { readonly status: unknown } }).result.status;
}

export async function plugged(charger: CalmHouse, connectorId = 1): Promise<void> {
  charger.station.verbs.plug(connectorId);
  await charger.advance(0);
}

export async function restarted(charger: CalmHouse, keptCommits = 0): Promise<void> {
  charger.cutPower(keptCommits);
  charger.forget();
  await charger.restorePower();
  await charger.advance(0);
}

export function starts(charger: CalmHouse): readonly unknown[] {
  return charger.sent("StartTransaction").map(({ payload }) => [
    payload.connectorId,
    payload.idTag,
    payload.reservationId,
  ]);
}
