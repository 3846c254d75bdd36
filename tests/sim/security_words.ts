/**
 * What a central system says to roll over password, profile, certificate and root, drawn, and what goes wrong just then
 * (invariants I27 to I29).
 *
 * Law: each is one exchange, as it is meant or not; half of them are struck in their midst: the link, the charger, its medium.
 */
import type { Act, Event } from "./scenario.ts";
import { type Draw, oneOf, whole } from "./draw.ts";

/** Steps of a rollover at which it may be struck. */
const steps: readonly (readonly [string, string])[] = [
  ["cert_store", "ChangeConfiguration"],
  ["cert_store", "ConnectionTold"],
  ["cert_store", "CertificateSigned"],
  ["cert_store", "KeyMade"],
  ["cert_store", "ProofServed"],
  ["cert_store", "ServedTold"],
  ["link", "TellConnection"],
  ["link", "TellServed"],
  ["link", "Reconnect"],
  ["link", "Dial"],
  ["outbox", "LinkUp"],
];

/** On the way of a success to the medium. */
const successes: readonly (readonly [string, string])[] = [
  ["cert_store", "ProofServed"],
  ["cert_store", "ServedTold"],
  ["link", "TellServed"],
];

/** Of a seed's own, none or many: they are no part of its swarm, so that the other troubles stay what they are. */
const anHour = [0, 0.5, 2, 5];
const hourMs = 3_600_000;

export function drawRollovers(draw: Draw, hours: number): readonly Event[] {
  const kinds = Object.values(securityWords);
  const rollovers = Math.round(oneOf(draw, anHour) * hours);
  return Array.from({ length: rollovers }, () => oneOf(draw, kinds)(draw, draw() * hours * hourMs)).flat();
}

type DrawWord = (draw: Draw, atMs: number) => readonly Event[];

const securityWords = {
  newPassword: (draw, atMs) => struck(draw, atMs, [{ kind: "password", text: drawPassword(draw) }]),
  badPassword: (draw, atMs) => [
    {
      atMs,
      act: { kind: "password", text: oneOf(draw, ["", "too short", "61".repeat(21), "6".repeat(33)]) },
    },
  ],
  /** With all that it needs said before, or with nothing. */
  upgrade: (draw, atMs) => {
    const value = oneOf(draw, ["1", "2", "2", "3", "3"]);
    const needs: Act[] = draw() < 0.3 ? [] : [...drawNeeds(draw)];
    // Then it has a root, and not the one that proves this central system.
    const isStrange = draw() < 0.5;
    if (isStrange) {
      needs.push({ kind: "root", operation: "install", generation: 1 });
      needs.push({ kind: "root", operation: "delete", generation: 0 });
    }
    return [...said(needs, atMs), ...struck(draw, atMs + 30_000, [{ kind: "securityProfile", value }])];
  },
  /** An upgrade is served, a crash falls on whoever writes that down, and minutes later the power and the link go. */
  servedAndStruck: (draw, atMs) => {
    const [actor, message] = oneOf(draw, successes);
    // At once: a write that has begun is not lost by a crash.
    const strike = { actor, message, nth: 1, afterMs: 0, blow: { kind: "crash" as const, actor } };
    const darkMs = atMs + 5 * 60_000 + draw() * 10 * 60_000;
    return [
      ...said(drawNeeds(draw), atMs),
      { atMs: atMs + 29_000, act: { kind: "atMessage", ...strike } },
      { atMs: atMs + 30_000, act: { kind: "securityProfile", value: oneOf(draw, ["1", "2", "3"]) } },
      { atMs: darkMs, act: { kind: "powerCycle", keptCommits: 0, darkMs: 1_000 } },
      { atMs: darkMs + 1_000, act: { kind: "link", state: "down" } },
      { atMs: darkMs + 60_000, act: { kind: "link", state: "up" } },
    ];
  },
  downgrade: (draw, atMs) => [
    { atMs, act: { kind: "securityProfile", value: oneOf(draw, ["0", "1", "2", "4", "high"]) } },
  ],
  newCertificate: (draw, atMs) => {
    const signing = oneOf(
      draw,
      ["right", "right", "right", "otherKey", "expired", "future", "rejected", "never"] as const,
    );
    return struck(draw, atMs, [{ kind: "certificate", signing, afterMs: draw() ** 2 * 60_000 }]);
  },
  newRoot: (draw, atMs) => {
    const generation = whole(draw, 1, 3);
    return [
      ...struck(draw, atMs, [{ kind: "root", operation: "install", generation }]),
      { atMs: atMs + 60_000, act: { kind: "root", operation: "present", generation } },
      ...(draw() < 0.5 ? [{ atMs: atMs + 70_000, act: { kind: "hangUp" as const } }] : []),
    ];
  },
  otherRoot: (draw, atMs) => {
    const operation = oneOf(draw, ["delete", "delete", "installExpired"] as const);
    return struck(draw, atMs, [{ kind: "root", operation, generation: whole(draw, 0, 3) }]);
  },
  /** The central system does not take what was Accepted, for a while. */
  forgotten: (draw, atMs) => {
    const change: Act = draw() < 0.6
      ? { kind: "password", text: drawPassword(draw) }
      : draw() < 0.5
      ? { kind: "securityProfile", value: oneOf(draw, ["1", "2", "3"]) }
      : { kind: "certificate", signing: "right", afterMs: 100 };
    return struck(draw, atMs, [{ kind: "forgetful", forMs: draw() * 30 * 60_000 }, change]);
  },
  /** Two changes before the first has been proven. */
  changedTwice: (draw, atMs) => [
    { atMs, act: { kind: "password", text: drawPassword(draw) } },
    { atMs: atMs + draw() ** 2 * 2_000, act: { kind: "password", text: drawPassword(draw) } },
  ],
} satisfies Record<string, DrawWord>;

/** All that any profile needs. */
function drawNeeds(draw: Draw): readonly Act[] {
  return [
    { kind: "password", text: drawPassword(draw) },
    { kind: "root", operation: "install", generation: 0 },
    { kind: "certificate", signing: "right", afterMs: 1_000 },
  ];
}

function said(acts: readonly Act[], atMs: number): readonly Event[] {
  return acts.map((act, at) => ({ atMs: atMs + at * 5_000, act }));
}

function struck(draw: Draw, atMs: number, acts: readonly Act[]): readonly Event[] {
  const once = acts.map((act) => ({ atMs, act }));
  if (draw() < 0.5) return once;
  const soonMs = atMs + draw() ** 2 * 3_000;
  const strike = draw();
  if (strike < 0.5) return [{ atMs, act: drawAimed(draw) }, ...once];
  if (strike < 0.65) {
    const outcome = oneOf(draw, ["lost", "torn"] as const);
    return [{ atMs, act: { kind: "credentialsFail", outcome, writes: whole(draw, 1, 2) } }, ...once];
  }
  if (strike < 0.8) {
    return [...once, { atMs: soonMs, act: { kind: oneOf(draw, ["hangUp", "loseConnection"] as const) } }];
  }
  const state = oneOf(draw, ["down", "silent"] as const);
  const endMs = soonMs + draw() ** 2 * 10 * 60_000;
  return [...once, { atMs: soonMs, act: { kind: "link", state } }, {
    atMs: endMs,
    act: { kind: "link", state: "up" },
  }];
}

function drawAimed(draw: Draw): Act {
  const afterMs = draw() * (draw() < 0.5 ? 4 : 60);
  const nth = 1 + Math.floor(draw() ** 3 * 3);
  const blow = draw() < 0.5
    ? { kind: "powerCycle" as const, keptCommits: whole(draw, 0, 2), darkMs: 1_000 + draw() ** 3 * 60_000 }
    : {
      kind: "crash" as const,
      actor: oneOf(draw, ["cert_store", "cert_store", "security_log", "link", "outbox"]),
    };
  if (draw() < 0.6) return { kind: "atCredentials", nth, afterMs, blow };
  const [actor, message] = oneOf(draw, steps);
  return { kind: "atMessage", actor, message, nth, afterMs, blow };
}

/** As 16 to 20 bytes in hexadecimal, or in plain characters, which the shipped stations take as well. */
function drawPassword(draw: Draw): string {
  const digits = String(whole(draw, 1_000, 9_999));
  return draw() < 0.8 ? digits.repeat(8) : `${digits}-plain-password`.slice(0, whole(draw, 16, 19));
}
