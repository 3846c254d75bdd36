/**
 * The reach points of the faults themselves (invariant I24): in words, what each turn of the central system, each knock at its door and
 * each act of a scenario is.
 *
 * Law: pure, and a function of the turn, or of the act and what comes just before it: none is named by hand where it falls. Null is what
 * is no fault, or is named by what comes of it.
 */
import { findAction } from "../../protocol/actions.ts";
import { parseAnswerPayload } from "../../protocol/payload.ts";
import type { Handshake } from "./handshake.ts";
import type { Act, Event } from "./scenario.ts";
import type { Turn } from "./turn.ts";

export const handshakePoints: Readonly<Record<Handshake, string>> = {
  unavailable: "handshake refused",
  noAnswer: "handshake never answered",
  hangUp: "handshake hung up on",
  wrongSubprotocol: "handshake with another sub-protocol",
  noSubprotocol: "handshake without a sub-protocol",
};

export function turnPoint(action: string, turn: Turn): string | null {
  switch (turn.kind) {
    case "answer":
      if (turn.payload !== undefined) return payloadPoint(action, turn.payload);
      return turn.afterMs === undefined ? null : "answered late";
    case "error":
      return `CALLERROR ${turn.processed === true ? "after" : "before"} it was processed`;
    case "texts":
      return null;
    case "nothing":
      return "never answered";
    case "cut":
      return `${turn.processed ? "answer" : "message"} lost at the cut`;
    case "twice":
      return "answered twice";
    case "strangerFirst":
      return "answered to a stranger's id first";
    case "judged":
      return "card judged otherwise";
    case "numbered":
      return turn.transactionId === "reused" ? "transactionId used again" : "transactionId is odd";
    case "boot":
      return isSenseless(turn.intervalS) ? "boot answered with a senseless interval" : null;
  }
}

/** Of the event at this place in its scenario. */
export function actPoint(scenario: readonly Event[], at: number): string | null {
  const act = scenario[at]?.act;
  if (act === undefined) return null;
  const points: Readonly<Record<string, ActPoint<never>>> = actPoints;
  return points[act.kind]?.(act as never, () => justBefore(scenario, at)) ?? null;
}

type ActPoint<A> = ((act: A, before: () => readonly Act[]) => string | null) | null;
type Swipe = Extract<Act, { kind: "swipe" }>;
type Cable = Extract<Act, { kind: "plug" | "unplug" }>;
type Call = Extract<Act, { kind: "call" }>;

/** What a hand does twice, or a bad contact. */
const justBeforeMs = 400;
/** OCPP 1.6 §7.28. */
const idTagLengthMax = 20;
/** As many as fit into a mailbox, or nearly. */
const burst = 900;
/** More than a stall holds back. */
const storm = 7;
const knownCards: ReadonlySet<string> = new Set(["ALICE", "BOB", "CAROL", "MALLORY"]);
const slowMs = 1_000;
const intervalMaxS = 86_400;

/** Every kind there is, as the compiler sees to. */
const actPoints: { readonly [Kind in Act["kind"]]: ActPoint<Extract<Act, { kind: Kind }>> } = {
  plug: cablePoint,
  unplug: cablePoint,
  swipe: swipePoint,
  call: callPoint,
  carPauses: ({ suspended }) => suspended ? "car pauses" : null,
  carDraws: ({ share }) => share === 1 ? null : `car draws ${share < 1 ? "less" : "more"} than it is offered`,
  link: ({ state }) => state === "up" ? null : `network ${state}`,
  loseConnection: () => "connection dead and nobody told",
  hangUp: () => "central system hangs up",
  hangUpOnCalls: ({ always }) => always ? "hangs up on every CALL" : null,
  close: ({ code }) => `closed with ${code}`,
  latency: ({ maxMs }) => maxMs >= slowMs ? "network slow" : null,
  change: ({ key }) => `change of ${key}`,
  trigger: ({ requestedMessage }) => `trigger of ${requestedMessage}`,
  availability: ({ type }) => `asked to be ${type}`,
  fault: ({ fault }) => `fault: ${fault?.info ?? fault?.errorCode ?? "GroundFailure"}`,
  lock: ({ failure }) => failure ? "lock sticks" : null,
  meterSteps: () => "meters count in steps",
  clock: () => "clock jumped",
  diskSlow: ({ extraMs }) => extraMs > 0 ? "slow disk" : null,
  diskFull: ({ reserve }) => reserve === "gone" ? "disk full and its reserve gone" : null,
  credentialsFail: ({ outcome }) => `write of the credentials ${outcome}`,
  parked: null,
  dials: null,
  handshakes: null,
  script: null,
  mute: null,
  password: null,
  securityProfile: null,
  certificate: null,
  root: null,
  forgetful: null,
  remoteStart: null,
  remoteStop: null,
  reset: null,
  chargingProfile: null,
  reserve: null,
  clearFault: null,
  contactor: null,
  meter: null,
  diskScarce: null,
  diskFails: null,
  sabotage: null,
  uploads: null,
  powerFails: null,
  crash: null,
  powerCycle: null,
  atCommit: null,
  atCredentials: null,
  atMessage: null,
};

function payloadPoint(action: string, payload: unknown): string | null {
  const schema = findAction(action)?.response;
  const isRight = schema === undefined || parseAnswerPayload(schema, payload).kind === "valid";
  return isRight ? null : "answered with wrong types";
}

function isSenseless(intervalS: number): boolean {
  return intervalS <= 0 || intervalS > intervalMaxS;
}

function justBefore(scenario: readonly Event[], at: number): readonly Act[] {
  const sinceMs = (scenario[at]?.atMs ?? 0) - justBeforeMs;
  const from = scenario.findIndex(({ atMs }) => atMs >= sinceMs);
  return scenario.slice(from, at).map(({ act }) => act);
}

function cablePoint({ connectorId, side }: Cable, before: () => readonly Act[]): string | null {
  if (side !== undefined) return "plug half in";
  const moved = before().filter((act) =>
    (act.kind === "plug" || act.kind === "unplug") && act.side === undefined &&
    act.connectorId === connectorId
  );
  return moved.length >= 2 ? "plug bounces" : null;
}

function swipePoint({ idTag, connectorId, times = 1 }: Swipe, before: () => readonly Act[]): string | null {
  if (times > 1) return "cards faster than anybody reads";
  if (idTag.trim() === "" || idTag.length > idTagLengthMax) return "card that is none";
  if (!knownCards.has(idTag)) return "card of a stranger";
  const isTwice = before().some((act) =>
    act.kind === "swipe" && act.idTag === idTag && act.connectorId === connectorId
  );
  return isTwice ? "card twice" : null;
}

function callPoint({ action, times, sameId }: Call): string {
  if (sameId === true) return "same CALL twice";
  if (times >= burst) return "more CALLs at once than are read";
  return times >= storm ? `storm of ${action}` : `asked ${action}`;
}
