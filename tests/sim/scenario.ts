/**
 * What happens in a run, drawn from its seed before it begins: a list of events, so that a failing one can be cut down.
 *
 * Law: plain data. Half of the crashes and cuts are aimed at the moments that hurt: just after somebody did something.
 */
import type { Entropy } from "../../hal/entropy.ts";

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
  | { readonly kind: "crash"; readonly actor: string }
  | { readonly kind: "powerCycle" }
  | { readonly kind: "reset"; readonly type: "Soft" | "Hard" }
  | { readonly kind: "change"; readonly key: string; readonly value: string }
  | { readonly kind: "trigger"; readonly requestedMessage: string };

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
  const idTag = idTags[Math.floor(draw() * idTags.length)] ?? "ALICE";
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
  const lasts = atMs + draw() * 8 * minuteMs;
  const kind = draw();
  if (kind < 0.35) return [{ atMs, act: { kind: "crash", actor: drawActor(draw, connectors) } }];
  if (kind < 0.5) {
    return [{ atMs, act: { kind: "link", state: "down" } }, {
      atMs: lasts,
      act: { kind: "link", state: "up" },
    }];
  }
  if (kind < 0.6) {
    return [{ atMs, act: { kind: "link", state: "silent" } }, {
      atMs: lasts,
      act: { kind: "link", state: "up" },
    }];
  }
  if (kind < 0.7) return [{ atMs, act: { kind: "hangUp" } }];
  if (kind < 0.8) return [{ atMs, act: { kind: "powerCycle" } }];
  if (kind < 0.88) {
    return [{ atMs, act: { kind: "fault", connectorId } }, {
      atMs: lasts,
      act: { kind: "clearFault", connectorId },
    }];
  }
  if (kind < 0.91) return [{ atMs, act: { kind: "reset", type: draw() < 0.5 ? "Soft" : "Hard" } }];
  if (kind < 0.95) {
    const requestedMessage = triggers[Math.floor(draw() * triggers.length)] ?? "Heartbeat";
    return [{ atMs, act: { kind: "trigger", requestedMessage } }];
  }
  const value = String(Math.floor(draw() * 300));
  return [{ atMs, act: { kind: "change", key: "MeterValueSampleInterval", value } }];
}

function drawActor(draw: () => number, connectors: number): string {
  const all = [...actors, ...Array.from({ length: connectors }, (_, index) => `connector:${index + 1}`)];
  return all[Math.floor(draw() * all.length)] ?? "link";
}
