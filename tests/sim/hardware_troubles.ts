/**
 * Troubles with what a station is made of and with the hands and cars at it, drawn (notes/reliability.md B3).
 *
 * Law: each is one kind of fault. A person at the debug socket is one of the hands.
 */
import { type Draw, drawConnector, type DrawTrouble, oneOf, passing, whole } from "./draw.ts";
import type { Act, Event } from "./scenario.ts";

const minuteMs = 60_000;
/** A meter that counts from elsewhere does so for whole sessions. */
const otherMeterMs = 120 * minuteMs;
/** More than fit into a mailbox, or nearly. */
const burst = { least: 950, most: 1_300 };

/** In every second seed its meters count in steps. */
export function drawMeterSteps(draw: Draw): readonly Event[] {
  const stepWh = oneOf(draw, [null, null, 100, 1_000]);
  return stepWh === null ? [] : [{ atMs: 0, act: { kind: "meterSteps", stepWh } }];
}

export const hardwareTroubles = {
  fault: (draw, moment) => {
    const connectorId = draw() < 0.15 ? 0 : drawConnector(draw, moment);
    const fault = oneOf(
      draw,
      [
        { errorCode: "GroundFailure" },
        { errorCode: "GroundFailure", info: "protective earth is lost" },
        { errorCode: "HighTemperature" },
        { errorCode: "OverCurrentFailure" },
        { errorCode: "OtherError", info: "emergency stop" },
      ] as const,
    );
    return passing(
      draw,
      moment.atMs,
      8 * minuteMs,
      { kind: "fault", connectorId, fault },
      { kind: "clearFault", connectorId },
    );
  },
  lockFails: (draw, moment) => {
    const connectorId = drawConnector(draw, moment);
    return passing(
      draw,
      moment.atMs,
      8 * minuteMs,
      { kind: "lock", connectorId, failure: true },
      { kind: "lock", connectorId, failure: false },
    );
  },
  /** It does not close, or it is welded. */
  contactorSticks: (draw, moment) => {
    const connectorId = drawConnector(draw, moment);
    const stuck = oneOf(draw, ["open", "closed"] as const);
    return passing(
      draw,
      moment.atMs,
      20 * minuteMs,
      { kind: "contactor", connectorId, stuck },
      { kind: "contactor", connectorId, stuck: null },
    );
  },
  meter: (draw, moment) => {
    const connectorId = drawConnector(draw, moment);
    const fault = oneOf(draw, ["hangs", "fails", "stuck", "jitters", "lower", "wraps", "nonsense"] as const);
    return passing(
      draw,
      moment.atMs,
      6 * minuteMs,
      { kind: "meter", connectorId, fault },
      { kind: "meter", connectorId, fault: null },
    );
  },
  /** The bus that they are on is silent for seconds, just as the bill of a short session is made (decision D-silent-meter). */
  silentMeters: (draw, moment) => {
    const connectorId = drawConnector(draw, moment);
    const { atMs, connectors } = moment;
    const { act, darkMs } = drawEnd(draw, connectorId);
    const endMs = atMs + 15_000 + draw() * 45_000;
    const sinceMs = endMs - draw() * 3_000;
    // Some within the hold-up time.
    const lastsMs = draw() < 0.2 ? draw() * 500 : darkMs + 1_000 + draw() ** 2 * 69_000;
    const untilMs = endMs + lastsMs;
    const fault = oneOf(draw, ["hangs", "fails"] as const);
    const ids = Array.from({ length: connectors }, (_, at) => at + 1);
    const unlock: Act = { kind: "call", action: "UnlockConnector", payload: { connectorId }, times: 1 };
    return [
      { atMs, act: { kind: "plug", connectorId } },
      { atMs: atMs + draw() * 5_000, act: { kind: "swipe", connectorId, idTag: "BOB" } },
      ...ids.map((id): Event => ({ atMs: sinceMs, act: { kind: "meter", connectorId: id, fault } })),
      { atMs: endMs, act },
      ...ids.map((id): Event => ({ atMs: untilMs, act: { kind: "meter", connectorId: id, fault: null } })),
      { atMs: untilMs + minuteMs, act: unlock },
      { atMs: untilMs + minuteMs + draw() * 10_000, act: { kind: "unplug", connectorId } },
    ];
  },
  otherMeter: (draw, moment) => {
    const connectorId = drawConnector(draw, moment);
    const fault = oneOf(draw, ["other", "exchanged", "beyond"] as const);
    return passing(
      draw,
      moment.atMs,
      otherMeterMs,
      { kind: "meter", connectorId, fault },
      { kind: "meter", connectorId, fault: null },
    );
  },
  /** It draws less than it is offered, or more than it may. */
  carDraws: (draw, moment) => {
    const connectorId = drawConnector(draw, moment);
    const share = oneOf(draw, [0.05, 0.5, 1.2, 3]);
    return passing(
      draw,
      moment.atMs,
      60 * minuteMs,
      { kind: "carDraws", connectorId, share },
      { kind: "carDraws", connectorId, share: 1 },
    );
  },
  plugBounces: (draw, moment) => {
    const connectorId = drawConnector(draw, moment);
    return Array.from({ length: whole(draw, 2, 6) }, (_, at) => ({
      atMs: moment.atMs + at * draw() * 120,
      act: { kind: at % 2 === 0 ? "unplug" as const : "plug" as const, connectorId },
    }));
  },
  halfPlugged: (draw, moment) => {
    const connectorId = drawConnector(draw, moment);
    const side = oneOf(draw, ["ev", "station"] as const);
    const { atMs } = moment;
    return [
      { atMs, act: { kind: draw() < 0.5 ? "plug" : "unplug", connectorId, side } },
      { atMs: atMs + draw() * 30_000, act: { kind: "plug", connectorId } },
    ];
  },
  cardTwice: (draw, moment) => {
    const connectorId = drawConnector(draw, moment);
    const idTag = oneOf(draw, ["ALICE", "BOB"]);
    const swipe: Act = { kind: "swipe", connectorId, idTag };
    return [{ atMs: moment.atMs, act: swipe }, { atMs: moment.atMs + draw() * 50, act: swipe }];
  },
  strangeCard: (draw, moment) => {
    const connectorId = drawConnector(draw, moment);
    const idTag = oneOf(draw, [
      "alice",
      "STRANGER",
      "CCCCCCCCCCCCCCCCCCCC",
      "MALLORY",
      " ",
      "",
      "X".repeat(21),
    ]);
    return [{ atMs: moment.atMs, act: { kind: "swipe", connectorId, idTag } }];
  },
  /** A mad reader, while who is told of the cards is busy. */
  cardBurst: (draw, moment) => {
    const connectorId = drawConnector(draw, moment);
    const actor = draw() < 0.5 ? "authorizer" : `connector:${connectorId}`;
    const { atMs } = moment;
    return [
      {
        atMs,
        act: { kind: "sabotage", actor, sabotage: { kind: "slow", turns: 1, extraMs: draw() * 9_000 } },
      },
      {
        atMs: atMs + draw() * 2_000,
        act: { kind: "swipe", connectorId, idTag: "STRANGER", times: whole(draw, burst.least, burst.most) },
      },
    ];
  },
  /** What is set aside is sent again, or is given up, while anything may be going on. */
  parkedByHand: (draw, { atMs }) => [
    { atMs, act: { kind: "parked", wish: draw() < 0.7 ? "resend" : "discard" } },
  ],
} satisfies Record<string, DrawTrouble>;

/** What ends a transaction, and for how long the charger is away then. */
function drawEnd(draw: Draw, connectorId: number): { readonly act: Act; readonly darkMs: number } {
  const darkMs = 1_000 + draw() ** 3 * minuteMs;
  switch (oneOf(draw, ["swipe", "remoteStop", "reset", "warned", "unwarned"] as const)) {
    case "swipe":
      return { act: { kind: "swipe", connectorId, idTag: "BOB" }, darkMs: 0 };
    case "remoteStop":
      return { act: { kind: "remoteStop", connectorId }, darkMs: 0 };
    case "reset":
      return { act: { kind: "reset", type: oneOf(draw, ["Soft", "Hard"]) }, darkMs: 0 };
    case "warned":
      return {
        act: { kind: "powerFails", warningMs: draw() * 12_000, returns: draw() < 0.2 },
        darkMs: 5_000,
      };
    case "unwarned":
      return { act: { kind: "powerCycle", keptCommits: whole(draw, 0, 2), darkMs }, darkMs };
  }
}
