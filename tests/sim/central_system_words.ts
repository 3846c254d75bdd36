/**
 * What the central system says in a scenario, as CALLs on the present connection.
 *
 * Law: nothing is drawn here; what depends on the moment is a time, or the oldest transaction that is open in its ledger.
 */
import { supplyOf } from "../../actors/charger_config.ts";
import type { Supply } from "../../protocol/charging_rate.ts";
import { formatDateTime } from "../../protocol/date_time.ts";
import { formatCall } from "../../protocol/frame.ts";
import type { Act, DrawnProfile } from "./scenario.ts";
import type { World } from "./world.ts";

export type Said = Extract<
  Act,
  {
    kind:
      | "remoteStart"
      | "remoteStop"
      | "reset"
      | "change"
      | "trigger"
      | "call"
      | "chargingProfile"
      | "reserve"
      | "availability";
  }
>;

export function say(world: World, act: Said): void {
  const { centralSystem, clock } = world;
  switch (act.kind) {
    case "remoteStart": {
      const { connectorId, idTag, profile } = act;
      const chargingProfile = profile === undefined
        ? {}
        : { chargingProfile: { ...chargingProfileOf(world, profile), chargingProfilePurpose: "TxProfile" } };
      return void centralSystem.call("RemoteStartTransaction", { connectorId, idTag, ...chargingProfile });
    }
    case "remoteStop": {
      const { connectorId } = act;
      const all = centralSystem.open();
      const open = connectorId === undefined
        ? all[0]
        : all.findLast(({ start }) => start.connectorId === connectorId);
      return void centralSystem.call("RemoteStopTransaction", { transactionId: open?.transactionId ?? 999 });
    }
    case "change":
      return void centralSystem.call("ChangeConfiguration", { key: act.key, value: act.value });
    case "reset":
      return void centralSystem.call("Reset", { type: act.type });
    case "trigger":
      return void centralSystem.call("TriggerMessage", { requestedMessage: act.requestedMessage });
    case "call":
      return call(world, act);
    case "chargingProfile":
      return setChargingProfile(world, act);
    case "reserve": {
      const { connectorId, reservationId, idTag, minutes } = act;
      const expiryDate = formatDateTime(clock.wallMs() + minutes * 60_000);
      return void centralSystem.call("ReserveNow", { connectorId, reservationId, idTag, expiryDate });
    }
    case "availability": {
      const { connectorId, type } = act;
      return void centralSystem.call("ChangeAvailability", { connectorId, type });
    }
  }
}

function call({ centralSystem }: World, { action, payload, times, sameId }: Extract<Act, { kind: "call" }>) {
  const id = centralSystem.call(action, payload);
  for (let n = 1; n < times; n++) {
    if (sameId === true) centralSystem.say(formatCall({ kind: "Call", id, action, payload }), [id]);
    else centralSystem.call(action, payload);
  }
}

function setChargingProfile(
  world: World,
  { purpose, connectorId, ...drawn }: Extract<Act, { kind: "chargingProfile" }>,
): void {
  const [open] = world.centralSystem.open();
  const isOfTransaction = purpose === "TxProfile";
  world.centralSystem.call("SetChargingProfile", {
    connectorId: isOfTransaction ? open?.start.connectorId ?? connectorId : connectorId,
    csChargingProfiles: {
      ...chargingProfileOf(world, drawn),
      chargingProfilePurpose: purpose,
      ...(isOfTransaction ? { transactionId: open?.transactionId ?? 999 } : {}),
    },
  });
}

/** Whole but for its purpose. */
function chargingProfileOf({ clock, station }: World, drawn: DrawnProfile) {
  const { id, stackLevel, of = "Absolute", agoS, durationS, fromS, toS, periods } = drawn;
  const { smartCharging, connectors: [connector] } = station.profile;
  const wattsPerAmpere = connector === undefined ? 0 : wattsOf(supplyOf(connector));
  const inWatts = drawn.inWatts === true && smartCharging.chargingRateUnits.includes("W");
  const at = (seconds: number) => formatDateTime(clock.wallMs() + seconds * 1_000);
  const isRecurring = of === "Daily" || of === "Weekly";
  return {
    chargingProfileId: id,
    stackLevel,
    chargingProfileKind: isRecurring ? "Recurring" : of,
    ...(isRecurring ? { recurrencyKind: of } : {}),
    ...(fromS === undefined ? {} : { validFrom: at(fromS) }),
    ...(toS === undefined ? {} : { validTo: at(toS) }),
    chargingSchedule: {
      ...(durationS === undefined ? {} : { duration: durationS }),
      ...(agoS === undefined ? {} : { startSchedule: at(-agoS) }),
      chargingRateUnit: inWatts ? "W" : "A",
      chargingSchedulePeriod: periods.map(({ limit, ...period }) => ({
        ...period,
        limit: inWatts ? limit * wattsPerAmpere : limit,
      })),
    },
  };
}

function wattsOf({ voltageV, phases }: Supply): number {
  return voltageV * phases;
}
