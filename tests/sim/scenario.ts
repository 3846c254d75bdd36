/**
 * What happens in a run, drawn from its seed before it begins: a list of events, so that a failing one can be cut down.
 *
 * Law: plain data. Half of the troubles come just after somebody did something, and most blows fall in a commit: that is where
 * it hurts.
 */
import type { Entropy } from "../../hal/entropy.ts";
import type { Turn } from "./central_system_model.ts";

export type Act =
  | { readonly kind: "plug"; readonly connectorId: number }
  | { readonly kind: "unplug"; readonly connectorId: number }
  | { readonly kind: "swipe"; readonly connectorId: number; readonly idTag: string }
  | { readonly kind: "remoteStart"; readonly connectorId: number; readonly idTag: string }
  | { readonly kind: "remoteStop" }
  | { readonly kind: "fault"; readonly connectorId: number }
  | { readonly kind: "clearFault"; readonly connectorId: number }
  | { readonly kind: "carPauses"; readonly connectorId: number; readonly suspended: boolean }
  | { readonly kind: "link"; readonly state: "up" | "down" | "silent" }
  | { readonly kind: "hangUp" }
  | Blow
  /** The blow falls `afterMs` after the `nth` commit from now has been asked for: before, in or just after it. */
  | { readonly kind: "atCommit"; readonly nth: number; readonly afterMs: number; readonly blow: Blow }
  /** What the central system does with the next CALL of this action. */
  | { readonly kind: "script"; readonly action: string; readonly turn: Turn }
  | { readonly kind: "reset"; readonly type: "Soft" | "Hard" }
  | { readonly kind: "change"; readonly key: string; readonly value: string }
  | { readonly kind: "trigger"; readonly requestedMessage: string };

/** What takes the charger, or a part of it, by surprise. */
export type Blow =
  /** Null is the actor whose commit it is, for a blow that falls at one. */
  | { readonly kind: "crash"; readonly actor: string | null }
  /** Of the commits under way so many are durable. */
  | { readonly kind: "powerCycle"; readonly keptCommits: number };

export interface Event {
  readonly atMs: number;
  readonly act: Act;
}

const minuteMs = 60_000;
const idTags = ["ALICE", "BOB", "CAROL", "MALLORY"];
const actors = ["configuration", "authorizer", "meter", "power", "link", "outbox", "station"];
const triggers = [
  "StatusNotification",
  "MeterValues",
  "Heartbeat",
  "BootNotification",
  "FirmwareStatusNotification",
];

/** About 1.5 sessions an hour and connector, and as many faults as sessions. */
export function drawScenario(entropy: Entropy, hours: number, connectors: number): readonly Event[] {
  const draw = () => entropy.fraction("scenario");
  const events: Event[] = [];
  const sessions = Math.max(1, Math.round(hours * 1.5 * connectors));
  for (let n = 0; n < sessions; n++) {
    const slotMs = (hours * 60 * minuteMs) / sessions;
    events.push(...drawSession(draw, n * slotMs, slotMs, 1 + Math.floor(draw() * connectors)));
  }
  const moments = events.map((event) => event.atMs);
  for (let n = 0; n < sessions * 2; n++) {
    const aimed = moments[Math.floor(draw() * moments.length)] ?? 0;
    const atMs = draw() < 0.5 ? aimed + draw() * 400 : draw() * hours * 60 * minuteMs;
    events.push(...drawTrouble(draw, atMs, connectors));
  }
  return events.sort((one, other) => one.atMs - other.atMs);
}

function drawSession(
  draw: () => number,
  fromMs: number,
  slotMs: number,
  connectorId: number,
): readonly Event[] {
  const idTag = oneOf(draw, idTags);
  const beginMs = fromMs + draw() * slotMs * 0.2;
  const plugMs = beginMs + draw() * 40_000;
  const startMs = beginMs + draw() * 40_000;
  const stopMs = Math.max(plugMs, startMs) + draw() * slotMs * 0.6;
  const unplugMs = stopMs + draw() * 60_000;
  const remote = draw() < 0.3;
  const start: Act = remote
    ? { kind: "remoteStart", connectorId, idTag }
    : { kind: "swipe", connectorId, idTag };
  const stop = draw();
  const events: Event[] = [
    { atMs: plugMs, act: { kind: "plug", connectorId } },
    { atMs: startMs, act: start },
    { atMs: unplugMs, act: { kind: "unplug", connectorId } },
  ];
  if (stop < 0.4) events.push({ atMs: stopMs, act: { kind: "swipe", connectorId, idTag } });
  else if (stop < 0.7) events.push({ atMs: stopMs, act: { kind: "remoteStop" } });
  if (draw() < 0.2) {
    events.push({ atMs: stopMs - 5_000, act: { kind: "carPauses", connectorId, suspended: true } });
    events.push({ atMs: stopMs - 2_000, act: { kind: "carPauses", connectorId, suspended: false } });
  }
  return events;
}

function drawTrouble(draw: () => number, atMs: number, connectors: number): readonly Event[] {
  const connectorId = 1 + Math.floor(draw() * connectors);
  const untilMs = atMs + draw() * 8 * minuteMs;
  const kind = draw();
  if (kind < 0.4) return [{ atMs, act: drawBlow(draw, connectors) }];
  if (kind < 0.55) {
    return passing(atMs, { kind: "link", state: "down" }, untilMs, { kind: "link", state: "up" });
  }
  if (kind < 0.65) {
    return passing(atMs, { kind: "link", state: "silent" }, untilMs, { kind: "link", state: "up" });
  }
  if (kind < 0.7) return [{ atMs, act: { kind: "hangUp" } }];
  if (kind < 0.82) return [{ atMs, act: { kind: "script", ...drawTurn(draw) } }];
  if (kind < 0.88) {
    return passing(atMs, { kind: "fault", connectorId }, untilMs, { kind: "clearFault", connectorId });
  }
  if (kind < 0.91) return [{ atMs, act: { kind: "reset", type: draw() < 0.5 ? "Soft" : "Hard" } }];
  if (kind < 0.95) {
    return [{ atMs, act: { kind: "trigger", requestedMessage: oneOf(draw, triggers) } }];
  }
  const value = String(Math.floor(draw() * 300));
  return [{ atMs, act: { kind: "change", key: "MeterValueSampleInterval", value } }];
}

function passing(atMs: number, act: Act, untilMs: number, end: Act): readonly Event[] {
  return [{ atMs, act }, { atMs: untilMs, act: end }];
}

/** Two in three are aimed at a commit, and half of the crashes among them at the actor whose commit it is. */
function drawBlow(draw: () => number, connectors: number): Act {
  const isAimed = draw() < 0.67;
  const blow: Blow = draw() < 0.35
    ? { kind: "powerCycle", keptCommits: Math.floor(draw() * 2) }
    : { kind: "crash", actor: isAimed && draw() < 0.5 ? null : oneOf(draw, actorsOf(connectors)) };
  if (!isAimed) return blow;
  // In the commit, or between it and the next: a meter is read there.
  const afterMs = draw() * (draw() < 0.5 ? 4 : 60);
  return { kind: "atCommit", nth: 1 + Math.floor(draw() ** 2 * 4), afterMs, blow };
}

/** A status that was refused counts as told, so only silence is drawn for it. */
function drawTurn(draw: () => number): { readonly action: string; readonly turn: Turn } {
  const action = oneOf(draw, [
    "StartTransaction",
    "MeterValues",
    "StopTransaction",
    "Authorize",
    "StatusNotification",
  ]);
  const kind = draw();
  if (kind < 0.4 && action !== "StatusNotification") {
    return { action, turn: { kind: "error", errorCode: "InternalError" } };
  }
  return {
    action,
    turn: kind < 0.7 ? { kind: "nothing" } : { kind: "answer", afterMs: 20_000 + draw() * 20_000 },
  };
}

function actorsOf(connectors: number): readonly string[] {
  return [...actors, ...Array.from({ length: connectors }, (_, index) => `connector:${index + 1}`)];
}

function oneOf<T>(draw: () => number, choices: readonly T[]): T {
  const choice = choices[Math.floor(draw() * choices.length)];
  if (choice === undefined) throw new RangeError("draw one of some, not of none");
  return choice;
}
