/**
 * Troubles of the charger itself, drawn: its disk, its power, its own software (notes/reliability.md B3).
 *
 * Law: each is one kind of fault. Two blows in three are aimed at a commit or at a message: that is where it hurts.
 */
import type { Act, Blow, Event } from "./scenario.ts";
import { type Draw, drawConnector, type DrawTrouble, type Moment, oneOf, passing, whole } from "./draw.ts";
import type { Sabotage } from "./saboteur.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const yearMs = 365 * 24 * 3_600_000;

const actors = [
  "configuration",
  "security_log",
  "cert_store",
  "authorizer",
  "local_list",
  "reservations",
  "profile_scheduler",
  "meter",
  "power",
  "link",
  "outbox",
  "station",
  "diagnostics",
];

/** Steps of exchanges that take several messages: an actor that ends in one of them leaves others waiting. */
const exchanges: readonly (readonly [string, string])[] = [
  ["authorizer", "Presented"],
  ["authorizer", "AuthorizeConcluded"],
  ["authorizer", "OnlineTold"],
  ["meter", "ReadMeter"],
  ["meter", "MeterAnswered"],
  ["outbox", "FrameReceived"],
  ["outbox", "SendCall"],
  ["outbox", "TransactionMessageQueued"],
  ["outbox", "CallAnswered"],
  ["outbox", "LinkUp"],
  ["station", "BootConcluded"],
  ["station", "RemoteStart"],
  ["station", "ConnectorAnswered"],
  ["station", "ConnectorStopped"],
  ["diagnostics", "GetLog"],
  ["diagnostics", "TransferEnded"],
  ["diagnostics", "LogStatusConcluded"],
  ["configuration", "ChangeConfiguration"],
  ["local_list", "SendLocalList"],
  ["reservations", "ReserveNow"],
  ["profile_scheduler", "SetChargingProfile"],
  ["profile_scheduler", "EdgeDue"],
  ["profile_scheduler", "DrawingChanged"],
  ["reservations", "ConnectorChanged"],
  ["connector:1", "ReservationChanged"],
  ["connector:1", "AuthorizationConcluded"],
  ["connector:1", "MeterRead"],
  ["connector:1", "StartAnswered"],
  ["connector:1", "StopTransaction"],
  ["connector:1", "RemoteStop"],
  ["link", "SocketChanged"],
];

export const chargerTroubles = {
  crash: (draw, moment) => [drawBlow(draw, moment, drawCrash)],
  /** One after the other, until a supervisor has enough; now and then until the charger itself has. */
  crashStorm: (draw, moment) => {
    const actor = oneOf(draw, actorsOf(moment));
    return Array.from({ length: 2 + Math.floor(draw() ** 3 * 42) }, (_, at) => ({
      atMs: moment.atMs + at * (20 + draw() * 2_000),
      act: { kind: "crash" as const, actor },
    }));
  },
  throws: (draw, moment) => [
    sabotaged(draw, moment, { kind: "throws", nth: whole(draw, 1, 12), handled: draw() < 0.5 }),
  ],
  failsToStart: (draw, moment) => {
    const actor = oneOf(draw, actorsOf(moment));
    const sabotage: Sabotage = { kind: "failsToStart", starts: whole(draw, 1, 3) };
    return [
      { atMs: moment.atMs, act: { kind: "sabotage", actor, sabotage } },
      { atMs: moment.atMs, act: { kind: "crash", actor } },
    ];
  },
  /** Beyond the deadline of a turn, 10 s, it is a crash. */
  slowTurns: (draw, moment) => [
    sabotaged(draw, moment, { kind: "slow", turns: whole(draw, 1, 3), extraMs: draw() * 14_000 }),
  ],
  powerCycle: (draw, moment) => [drawBlow(draw, moment, drawPowerCycle)],
  /** The power comes back and goes again while the charger is still finding out what happened. */
  powerFlickers: (draw, { atMs }) =>
    Array.from({ length: whole(draw, 2, 4) }, (_, at) => ({
      atMs: atMs + at * (1_100 + draw() * 1_500),
      act: { kind: "powerCycle" as const, keptCommits: whole(draw, 0, 3), darkMs: 1_000 },
    })),
  /** With all the hold-up time that a station may have, or with next to none. */
  powerFails: (draw, { atMs }) => {
    const warningMs = draw() * (draw() < 0.5 ? 12_000 : 50);
    return [{ atMs, act: { kind: "powerFails", warningMs, returns: draw() < 0.4 } }];
  },
  /** Half of them out of the central system's reach, before and behind: nobody tells the time. */
  clockUnset: (draw, { atMs }) => {
    const cut: Event = {
      atMs,
      act: { kind: "powerCycle", keptCommits: whole(draw, 0, 2), clockUnset: true },
    };
    if (draw() < 0.5) return [cut];
    const sinceMs = Math.max(0, atMs - draw() * 7_200_000);
    return [
      { atMs: sinceMs, act: { kind: "dials", fault: "refused" } },
      { atMs: sinceMs, act: { kind: "hangUp" } },
      cut,
      { atMs: atMs + draw() * 3_600_000, act: { kind: "dials", fault: null } },
    ];
  },
  clockJumps: (draw, { atMs }) => {
    const farMs = oneOf(draw, [1_000, 30_000, 3_600_000, 86_400_000, 20 * yearMs]) * (0.2 + draw());
    return [{ atMs, act: { kind: "clock", stepMs: Math.round(draw() < 0.5 ? farMs : -farMs) } }];
  },
  diskSlow: (draw, { atMs }) =>
    passing(
      draw,
      atMs,
      5 * minuteMs,
      { kind: "diskSlow", extraMs: draw() * 3_000 },
      { kind: "diskSlow", extraMs: 0 },
    ),
  diskFull: (draw, { atMs }) =>
    passing(draw, atMs, 10 * minuteMs, { kind: "diskFull", isFull: true }, {
      kind: "diskFull",
      isFull: false,
    }),
  diskScarce: (draw, { atMs }) =>
    passing(draw, atMs, 20 * minuteMs, { kind: "diskScarce", isScarce: true }, {
      kind: "diskScarce",
      isScarce: false,
    }),
  diskFails: (draw, { atMs }) => {
    const outcome = oneOf(draw, ["kept", "lost", "orphaned"] as const);
    return [{ atMs, act: { kind: "diskFails", outcome, commits: whole(draw, 1, 2) } }];
  },
  /** Just as a stop is decided the disk takes nothing; and then the connector ends, or all of it (decision D-stop-first). */
  refusedStop: (draw, moment) => {
    const connectorId = drawConnector(draw, moment);
    const { atMs } = moment;
    const endMs = atMs + 15_000 + draw() * 45_000;
    const blowMs = endMs + draw() ** 2 * 10_000;
    const healedMs = blowMs + draw() * minuteMs;
    const swipe: Act = { kind: "swipe", connectorId, idTag: "BOB" };
    const end = oneOf<Act>(draw, [swipe, { kind: "remoteStop", connectorId }, {
      kind: "unplug",
      connectorId,
    }]);
    const disk = oneOf<Act>(draw, [
      { kind: "diskFull", isFull: true },
      { kind: "diskFull", isFull: true, reserve: "gone" },
      { kind: "diskFails", outcome: "lost", commits: whole(draw, 1, 2) },
    ]);
    const blow: Blow = draw() < 0.7
      ? { kind: "crash", actor: `connector:${connectorId}` }
      : drawPowerCycle(draw);
    const unlock: Act = { kind: "call", action: "UnlockConnector", payload: { connectorId }, times: 1 };
    return [
      { atMs, act: { kind: "plug", connectorId } },
      { atMs: atMs + draw() * 5_000, act: swipe },
      { atMs: endMs - 1, act: disk },
      { atMs: endMs, act: end },
      { atMs: blowMs, act: blow },
      { atMs: healedMs, act: { kind: "diskFull", isFull: false } },
      { atMs: healedMs + minuteMs, act: unlock },
      { atMs: healedMs + minuteMs + draw() * 10_000, act: { kind: "unplug", connectorId } },
    ];
  },
  corruption: (draw, { atMs }) => [
    { atMs, act: { kind: "powerCycle", keptCommits: 0, medium: { kind: "corrupt", at: draw() } } },
    {
      atMs: atMs + draw() * minuteMs,
      act: { kind: "powerCycle", keptCommits: 0, medium: { kind: "corrupt", at: draw(), of: "bills" } },
    },
    {
      atMs: atMs + draw() * hourMs,
      act: { kind: "powerCycle", keptCommits: 0, medium: { kind: "corrupt", at: draw(), of: "open" } },
    },
  ],
  /** In an outage in which something has begun. */
  damagedStart: (draw, { atMs }) => [
    { atMs, act: { kind: "link", state: "down" } },
    {
      atMs: atMs + draw() * hourMs,
      act: { kind: "powerCycle", keptCommits: 0, medium: { kind: "corrupt", at: draw(), of: "starts" } },
    },
    { atMs: atMs + (1 + draw()) * hourMs, act: { kind: "link", state: "up" } },
  ],
  emptiedStore: (_, { atMs }) => [
    { atMs, act: { kind: "powerCycle", keptCommits: 0, medium: { kind: "emptied" } } },
  ],
} satisfies Record<string, DrawTrouble>;

function sabotaged(draw: Draw, moment: Moment, sabotage: Sabotage) {
  return {
    atMs: moment.atMs,
    act: { kind: "sabotage" as const, actor: oneOf(draw, actorsOf(moment)), sabotage },
  };
}

function drawBlow(
  draw: Draw,
  moment: Moment,
  blowOf: (draw: Draw, moment: Moment, isAimedAtCommit: boolean) => Blow,
) {
  const { atMs } = moment;
  const aim = draw();
  if (aim < 0.33) return { atMs, act: blowOf(draw, moment, false) };
  // In the commit, or between it and the next: a meter is read there.
  const afterMs = draw() * (draw() < 0.5 ? 4 : 60);
  const nth = 1 + Math.floor(draw() ** 2 * 4);
  if (aim < 0.8) {
    return { atMs, act: { kind: "atCommit" as const, nth, afterMs, blow: blowOf(draw, moment, true) } };
  }
  const [actor, message] = oneOf(draw, exchanges);
  return {
    atMs,
    act: { kind: "atMessage" as const, actor, message, nth, afterMs, blow: blowOf(draw, moment, false) },
  };
}

function drawCrash(draw: Draw, moment: Moment, isAimedAtCommit: boolean): Blow {
  const actor = isAimedAtCommit && draw() < 0.5 ? null : oneOf(draw, actorsOf(moment));
  return { kind: "crash", actor };
}

function drawPowerCycle(draw: Draw): Blow {
  return { kind: "powerCycle", keptCommits: whole(draw, 0, 2), darkMs: 1_000 + draw() ** 3 * 600_000 };
}

function actorsOf({ connectors }: Moment): readonly string[] {
  return [...actors, ...Array.from({ length: connectors }, (_, index) => `connector:${index + 1}`)];
}
