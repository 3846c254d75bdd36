/**
 * GetLog, drawn, and what becomes of the uploads (invariant I26).
 *
 * Law: each requestId is asked for once, so that what is told of it can be told apart.
 */
import type { ScriptedEnd } from "../../firmware/drivers/simulated_transfer.ts";
import { type Draw, type DrawTrouble, oneOf, whole } from "./draw.ts";

const good = "ftp://charger:secret@files.test/logs/";
const locations = [
  good,
  good,
  good,
  good,
  "https://files.test/",
  "file:///etc/passwd",
  "ftp://files.test/../a",
];
const requestIdMax = 2_000_000_000;

const ends: readonly ScriptedEnd[] = [
  { kind: "Done" },
  { kind: "hangs" },
  { kind: "Failed", fault: "failed", error: "421 later" },
  { kind: "Failed", fault: "permissionDenied", error: "530 no" },
];

export const logWords = {
  getLog: (draw, { atMs }) => [
    {
      atMs,
      act: { kind: "uploads", ends: Array.from({ length: whole(draw, 0, 2) }, () => oneOf(draw, ends)) },
    },
    { atMs, act: { kind: "call", action: "GetLog", payload: drawLog(draw), times: 1 } },
  ],
} satisfies Record<string, DrawTrouble>;

function drawLog(draw: Draw): unknown {
  const tries = draw() < 0.3
    ? {}
    : { retries: whole(draw, 0, 3), retryInterval: oneOf(draw, [0, 5, 60, 300]) };
  return {
    logType: oneOf(draw, ["SecurityLog", "SecurityLog", "DiagnosticsLog"]),
    requestId: whole(draw, 1, requestIdMax),
    log: { remoteLocation: oneOf(draw, locations) },
    ...tries,
  };
}
