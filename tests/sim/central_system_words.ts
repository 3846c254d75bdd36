/**
 * What the central system says in a scenario, as CALLs on the present connection.
 *
 * Law: nothing is drawn here; what depends on the moment is a time, or the oldest transaction that is open in its ledger.
 */
import { formatDateTime } from "../../protocol/date_time.ts";
import { formatCall } from "../../protocol/frame.ts";
import type { Act } from "./scenario.ts";
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
      const { connectorId, idTag } = act;
      return void centralSystem.call("RemoteStartTransaction", { connectorId, idTag });
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
  { centralSystem, clock }: World,
  act: Extract<Act, { kind: "chargingProfile" }>,
): void {
  const [open] = centralSystem.open();
  const isOfTransaction = act.purpose === "TxProfile";
  centralSystem.call("SetChargingProfile", {
    connectorId: isOfTransaction ? open?.start.connectorId ?? act.connectorId : act.connectorId,
    csChargingProfiles: {
      chargingProfileId: act.id,
      stackLevel: act.stackLevel,
      chargingProfilePurpose: act.purpose,
      chargingProfileKind: "Absolute",
      ...(isOfTransaction ? { transactionId: open?.transactionId ?? 999 } : {}),
      chargingSchedule: {
        duration: act.durationS,
        startSchedule: formatDateTime(clock.wallMs() - act.agoS * 1_000),
        chargingRateUnit: "A",
        chargingSchedulePeriod: act.periods,
      },
    },
  });
}
