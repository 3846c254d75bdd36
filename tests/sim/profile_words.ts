/**
 * What a central system says of lists, reservations and charging profiles, drawn (invariants I11 to I13).
 *
 * Law: each is one exchange as it is meant, at any time; whether it comes at a bad one is for the other troubles.
 */
import type { AuthorizationData } from "../../protocol/messages/local_auth_list.ts";
import type { DrawnProfile } from "./scenario.ts";
import { type Draw, drawConnector, type DrawTrouble, oneOf, whole } from "./draw.ts";

const idTags = ["ALICE", "BOB", "CAROL", "alice", "DAVE"];
const justMadeId = 4;
const minuteMs = 60_000;

export const profileWords = {
  localList: (draw, { atMs }) => {
    const payload = {
      listVersion: whole(draw, 0, 9),
      updateType: oneOf(draw, ["Full", "Differential", "Differential"] as const),
      localAuthorizationList: Array.from({ length: whole(draw, 0, 3) }, () => drawEntry(draw)),
    };
    const send = { kind: "call" as const, action: "SendLocalList", times: draw() < 0.9 ? 1 : 2 };
    const sent = { atMs, act: { ...send, payload } };
    if (draw() < 0.6) return [sent];
    // An older one that was overtaken.
    const older = { ...payload, listVersion: 1, updateType: "Differential" };
    return [sent, { atMs: atMs + draw() * minuteMs, act: { ...send, payload: older } }];
  },
  reservation: (draw, moment) => {
    const connectorId = draw() < 0.3 ? 0 : drawConnector(draw, moment);
    const reservationId = whole(draw, 1, 3);
    const idTag = oneOf(draw, ["ALICE", "BOB"]);
    const minutes = oneOf(draw, [1, 5, 30]);
    const { atMs } = moment;
    const at = connectorId === 0 ? drawConnector(draw, moment) : connectorId;
    const beginMs = atMs + draw() * minutes * minuteMs;
    const endMs = atMs + minutes * minuteMs;
    if (draw() < 0.2) {
      // Nobody comes, and nobody hears that it is over.
      return [
        { atMs, act: { kind: "reserve", connectorId, reservationId, idTag, minutes } },
        { atMs: endMs - draw() * 30_000, act: { kind: "link", state: "down" } },
        { atMs: endMs + draw() * 30_000, act: { kind: "link", state: "up" } },
      ];
    }
    return [
      { atMs, act: { kind: "reserve", connectorId, reservationId, idTag, minutes } },
      { atMs: beginMs, act: { kind: "swipe", connectorId: at, idTag: oneOf(draw, [idTag, idTag, "CAROL"]) } },
      { atMs: beginMs + draw() * 20_000, act: { kind: "plug", connectorId: at } },
      { atMs: beginMs + 5 * minuteMs, act: { kind: "unplug", connectorId: at } },
    ];
  },
  /** Of some reservation, or of the one that was just made for nothing else. */
  cancelReservation: (draw, { atMs }) => {
    const reservationId = whole(draw, 1, justMadeId);
    const idTag = "ALICE";
    const cancel = {
      kind: "call" as const,
      action: "CancelReservation",
      payload: { reservationId },
      times: 1,
    };
    if (reservationId !== justMadeId) return [{ atMs, act: cancel }];
    return [
      { atMs, act: { kind: "reserve", connectorId: 1, reservationId, idTag, minutes: 30 } },
      { atMs: atMs + 10_000, act: cancel },
    ];
  },
  chargingProfile: (draw, moment) => {
    const purpose = oneOf(
      draw,
      ["ChargePointMaxProfile", "TxDefaultProfile", "TxDefaultProfile", "TxProfile", "TxProfile"] as const,
    );
    const connectorId = purpose === "ChargePointMaxProfile" || draw() < 0.5 ? 0 : drawConnector(draw, moment);
    const profile = drawProfile(draw, purpose !== "ChargePointMaxProfile");
    return [{ atMs: moment.atMs, act: { kind: "chargingProfile", purpose, connectorId, ...profile } }];
  },
  remoteStartWithProfile: (draw, moment) => {
    const connectorId = drawConnector(draw, moment);
    const { atMs } = moment;
    const idTag = oneOf(draw, ["ALICE", "BOB"]);
    const endMs = atMs + (1 + draw() * 30) * minuteMs;
    return [
      { atMs: atMs + draw() * 20_000, act: { kind: "plug", connectorId } },
      {
        atMs: atMs + draw() * 20_000,
        act: { kind: "remoteStart", connectorId, idTag, profile: drawProfile(draw, true) },
      },
      { atMs: endMs, act: { kind: "remoteStop" } },
      { atMs: endMs + draw() * 30_000, act: { kind: "unplug", connectorId } },
    ];
  },
  clearChargingProfile: (draw, { atMs }) => {
    const payload = oneOf(draw, [{}, { id: whole(draw, 1, 5) }, {
      chargingProfilePurpose: "TxDefaultProfile",
    }]);
    return [{ atMs, act: { kind: "call", action: "ClearChargingProfile", payload, times: 1 } }];
  },
} satisfies Record<string, DrawTrouble>;

/** Often for good, so that who comes later charges under it as well. */
function drawProfile(draw: Draw, mayBeRelative: boolean): DrawnProfile {
  const fixed = ["Absolute", "Daily", "Weekly"] as const;
  const of = oneOf(draw, mayBeRelative ? [...fixed, "Relative", "Relative"] as const : fixed);
  const starts = [0, ...Array.from({ length: whole(draw, 0, 4) }, () => whole(draw, 10, 1_800))];
  const phases = draw() < 0.2 ? { numberPhases: whole(draw, 1, 3) } : {};
  const periods = [...new Set(starts)].sort((one, other) => one - other).map((startPeriod) => ({
    startPeriod,
    limit: oneOf(draw, [0, 6, 10, 16, 20, 32, 100]),
    ...phases,
  }));
  const isRecurring = of === "Daily" || of === "Weekly";
  return {
    id: whole(draw, 1, 6),
    stackLevel: whole(draw, 0, 2),
    of,
    ...(isRecurring || (of === "Absolute" && draw() < 0.8) ? { agoS: whole(draw, 0, 600) } : {}),
    ...(draw() < 0.5 ? { durationS: whole(draw, 60, 7_200) } : {}),
    ...(draw() < 0.2 ? { fromS: whole(draw, 0, 600) } : {}),
    ...(draw() < 0.2 ? { toS: whole(draw, 700, 7_200) } : {}),
    ...(draw() < 0.4 ? { inWatts: true as const } : {}),
    periods,
  };
}

function drawEntry(draw: Draw): AuthorizationData {
  const idTag = oneOf(draw, idTags);
  return draw() < 0.3 ? { idTag } : { idTag, idTagInfo: { status: oneOf(draw, ["Accepted", "Blocked"]) } };
}
