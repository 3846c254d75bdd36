/**
 * Troubles of the network, drawn: from a slow line to a connection that is dead and says nothing (notes/reliability.md B3).
 *
 * Law: each is one kind of fault, so that a seed can have it or not have it.
 */
import { type DrawTrouble, oneOf, passing, whole } from "./draw.ts";

const minuteMs = 60_000;

export const networkTroubles = {
  linkDown: (draw, { atMs }) =>
    passing(draw, atMs, 8 * minuteMs, { kind: "link", state: "down" }, { kind: "link", state: "up" }),
  linkSilent: (draw, { atMs }) =>
    passing(draw, atMs, 8 * minuteMs, { kind: "link", state: "silent" }, { kind: "link", state: "up" }),
  /** Only ours are lost: what it asks meanwhile is heard, and is no sign that it hears the answers. */
  linkDeaf: (draw, { atMs }) => {
    const [lastsMs, requestedMessage] = [draw() * 10 * minuteMs, oneOf(draw, ["Heartbeat", "MeterValues"])];
    const asked = Array.from({ length: whole(draw, 0, 6) }, () => ({
      atMs: atMs + draw() * lastsMs,
      act: { kind: "trigger" as const, requestedMessage },
    }));
    return [
      { atMs, act: { kind: "link", state: "deaf" } },
      ...asked,
      { atMs: atMs + lastsMs, act: { kind: "link", state: "up" } },
    ];
  },
  /** Too short to be noticed; then all that was held arrives at once, in the same read. */
  stall: (draw, { atMs }) => {
    const payload = { requestedMessage: oneOf(draw, ["Heartbeat", "StatusNotification"]) };
    const call = { kind: "call" as const, action: "TriggerMessage", payload, times: whole(draw, 2, 6) };
    return [
      { atMs, act: { kind: "link", state: "silent" } },
      { atMs: atMs + draw() * 1_000, act: call },
      { atMs: atMs + 1_500 + draw() * 18_500, act: { kind: "link", state: "up" } },
    ];
  },
  /** Hours without a network: what is owed grows. */
  longOutage: (draw, { atMs }) =>
    passing(draw, atMs, 90 * minuteMs, { kind: "link", state: "down" }, { kind: "link", state: "up" }),
  hangUp: (_, { atMs }) => [{ atMs, act: { kind: "hangUp" } }],
  /** The gateway stands, and what is behind it does not: a lost link, again and again, with each CALL. */
  deadBackend: (draw, { atMs }) =>
    passing(
      draw,
      atMs,
      90 * minuteMs,
      { kind: "hangUpOnCalls", always: true },
      { kind: "hangUpOnCalls", always: false },
    ),
  close: (draw, { atMs }) => [{ atMs, act: { kind: "close", code: oneOf(draw, [1000, 1001, 1008, 1011]) } }],
  loseConnection: (_, { atMs }) => [{ atMs, act: { kind: "loseConnection" } }],
  slowNetwork: (draw, { atMs }) =>
    passing(
      draw,
      atMs,
      10 * minuteMs,
      { kind: "latency", maxMs: whole(draw, 1, 40) * 1_000 },
      { kind: "latency", maxMs: 200 },
    ),
  dials: (draw, { atMs }) => [
    { atMs, act: { kind: "dials", fault: oneOf(draw, ["dns", "refused", "tls"]) } },
    { atMs, act: { kind: "hangUp" } },
    { atMs: atMs + draw() * 6 * minuteMs, act: { kind: "dials", fault: null } },
  ],
  handshakes: (draw, { atMs }) => {
    const choices = ["unavailable", "noAnswer", "hangUp", "wrongSubprotocol", "noSubprotocol"] as const;
    const handshakes = Array.from({ length: whole(draw, 1, 3) }, () => oneOf(draw, choices));
    return [{ atMs, act: { kind: "handshakes", handshakes } }, { atMs, act: { kind: "hangUp" } }];
  },
  /** Lost exactly at the cut: the message, or only its answer. */
  lostAtCut: (draw, { atMs }) => {
    const action = oneOf(draw, ["StartTransaction", "MeterValues", "StopTransaction", "StatusNotification"]);
    return [{ atMs, act: { kind: "script", action, turn: { kind: "cut", processed: draw() < 0.5 } } }];
  },
} satisfies Record<string, DrawTrouble>;
