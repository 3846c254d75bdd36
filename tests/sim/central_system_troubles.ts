/**
 * Troubles with the central system, drawn: wrong answers, late ones, none, and commands at bad times (notes/reliability.md B3).
 *
 * Law: each is one kind of fault. A StatusNotification that was refused counts as told, so only silence is drawn for it.
 */
import { type Draw, drawConnector, type DrawTrouble, oneOf, whole } from "./draw.ts";
import type { Act, Event } from "./scenario.ts";
import type { Turn } from "./turn.ts";

const transactionActions = ["StartTransaction", "MeterValues", "StopTransaction"] as const;
const answeredActions = [...transactionActions, "Authorize", "StatusNotification"] as const;
const triggers = [
  "StatusNotification",
  "MeterValues",
  "Heartbeat",
  "BootNotification",
  "FirmwareStatusNotification",
];

/** What a central system answers that does not know its own schema. */
const wrongPayloads: readonly { readonly action: string; readonly payload: unknown }[] = [
  { action: "StartTransaction", payload: { transactionId: "7", idTagInfo: { status: "Accepted" } } },
  { action: "StartTransaction", payload: { transactionId: 7 } },
  { action: "StartTransaction", payload: { idTagInfo: { status: "accepted" } } },
  { action: "StopTransaction", payload: { idTagInfo: { status: 1 } } },
  { action: "StopTransaction", payload: [] },
  { action: "Authorize", payload: {} },
  { action: "Authorize", payload: { idTagInfo: { status: "Accepted", expiryDate: "tomorrow" } } },
  { action: "Heartbeat", payload: { currentTime: "now" } },
  { action: "Heartbeat", payload: { currentTime: null } },
];

/** Sent while anything may be going on. */
const badCommands: readonly { readonly action: string; readonly payload: unknown }[] = [
  { action: "RemoteStopTransaction", payload: { transactionId: 4_711 } },
  { action: "RemoteStopTransaction", payload: { transactionId: -1 } },
  { action: "RemoteStartTransaction", payload: { idTag: "BOB" } },
  { action: "RemoteStartTransaction", payload: { idTag: "BOB", connectorId: 0 } },
  { action: "RemoteStartTransaction", payload: { idTag: "A TAG THAT IS TOO LONG" } },
  { action: "UnlockConnector", payload: { connectorId: 1 } },
  { action: "ClearCache", payload: {} },
  { action: "GetConfiguration", payload: {} },
  { action: "DataTransfer", payload: { vendorId: "nobody" } },
  { action: "ChangeConfiguration", payload: { key: "HeartbeatInterval", value: "1e9" } },
  { action: "SendLocalList", payload: { listVersion: 1, updateType: "Full" } },
  { action: "UpdateFirmware", payload: { location: "ftp://x", retrieveDate: "2026-01-01T00:00:00Z" } },
];

/** What makes a charger busy passes: hours of nothing but heartbeats find nothing. */
const passesMs = 20 * 60_000;

/** The last is what follows in a while, where there is one. */
const changes: readonly (readonly [key: string, values: readonly string[], calm?: string])[] = [
  ["MeterValueSampleInterval", ["0", "30", "60", "299"]],
  ["ClockAlignedDataInterval", ["0", "60", "900"], "0"],
  ["HeartbeatInterval", ["60", "300", "3600"], "300"],
  ["WebSocketPingInterval", ["10", "60", "0"], "300"],
  ["ConnectionTimeOut", ["5", "60"]],
  ["StopTxnSampledData", ["", "Energy.Active.Import.Register"]],
  ["LocalPreAuthorize", ["true", "false"]],
  ["AuthorizationCacheEnabled", ["true", "false"]],
  ["TransactionMessageRetryInterval", ["1", "10", "60"]],
  ["NumberOfConnectors", ["9"]],
];

export const centralSystemTroubles = {
  callError: (draw, { atMs }) => {
    const action = oneOf(draw, [...transactionActions, "Authorize"]);
    const errorCode = oneOf(
      draw,
      ["InternalError", "GenericError", "FormationViolation", "NotSupported"] as const,
    );
    const turn: Turn = { kind: "error", errorCode, processed: draw() < 0.5 };
    return [{ atMs, act: { kind: "script", action, turn, times: whole(draw, 1, 2) } }];
  },
  /** So often that it is set aside, where the attempts are few; a security event that is critical never is. */
  refusedForGood: (draw, { atMs }) => {
    const turn: Turn = { kind: "error", errorCode: "InternalError", processed: draw() < 0.2 };
    const action = oneOf(draw, [...transactionActions, "SecurityEventNotification"]);
    const times = action === "SecurityEventNotification" ? 6 : 4;
    return [{ atMs, act: { kind: "script", action, turn, times } }];
  },
  noAnswer: (draw, { atMs }) => [
    { atMs, act: { kind: "script", action: oneOf(draw, answeredActions), turn: { kind: "nothing" } } },
  ],
  lateAnswer: (draw, { atMs }) => {
    const turn: Turn = { kind: "answer", afterMs: 20_000 + draw() * 30_000 };
    return [{ atMs, act: { kind: "script", action: oneOf(draw, answeredActions), turn } }];
  },
  answeredTwice: (draw, { atMs }) => {
    const turn: Turn = draw() < 0.5 ? { kind: "twice" } : { kind: "strangerFirst" };
    return [{ atMs, act: { kind: "script", action: oneOf(draw, answeredActions), turn } }];
  },
  wrongTypes: (draw, { atMs }) => {
    const { action, payload } = oneOf(draw, wrongPayloads);
    return [{ atMs, act: { kind: "script", action, turn: { kind: "answer", payload } } }];
  },
  oddTransactionId: (draw, { atMs }) => {
    const transactionId = oneOf(draw, [0, -1, -1, -2, -7, 2_147_483_647, "reused", "reused"] as const);
    const turn: Turn = { kind: "numbered", transactionId };
    return [{ atMs, act: { kind: "script", action: "StartTransaction", turn } }];
  },
  judgedOtherwise: (draw, { atMs }) => {
    const status = oneOf(draw, ["Blocked", "Expired", "Invalid", "ConcurrentTx"] as const);
    const action = oneOf(draw, ["StartTransaction", "StartTransaction", "Authorize"]);
    return [{ atMs, act: { kind: "script", action, turn: { kind: "judged", status } } }];
  },
  bootAnswer: (draw, { atMs }) => {
    const status = oneOf(draw, ["Accepted", "Pending", "Pending", "Rejected"] as const);
    const intervalS = oneOf(draw, status === "Accepted" ? [0, 20, 60, 2_147_484, -1] : [0, 1, 30, 240]);
    const turn: Turn = { kind: "boot", status, intervalS };
    return [
      { atMs, act: { kind: "script", action: "BootNotification", turn, times: whole(draw, 1, 2) } },
      { atMs, act: { kind: "reset", type: "Hard" } },
      { atMs: atMs + draw() * passesMs, act: { kind: "change", key: "HeartbeatInterval", value: "300" } },
    ];
  },
  /** Pending, asked for again, and Rejected, on a slow disk, and cut short: in this boot, or whenever it registers next. */
  rejectedAfterPending: (draw, { atMs }) => {
    const boot = (status: "Pending" | "Rejected", intervalS: number): Event => ({
      atMs,
      act: { kind: "script", action: "BootNotification", turn: { kind: "boot", status, intervalS } },
    });
    const extraMs = draw() < 0.7 ? draw() * 3_000 : 0;
    const soonMs = () => atMs + draw() * 60_000;
    const asks = Array.from({ length: whole(draw, 1, 4) }, () => {
      const requestedMessage = oneOf(draw, ["BootNotification", "BootNotification", ...triggers]);
      return { atMs: soonMs(), act: { kind: "trigger" as const, requestedMessage } };
    });
    const begins: readonly Act[] = oneOf(draw, [
      [],
      [{ kind: "reset", type: "Hard" }],
      [{ kind: "powerCycle", keptCommits: 0, darkMs: 1_000 }],
    ]);
    return [
      boot("Pending", oneOf(draw, [0, 1, 30, 240])),
      boot("Rejected", oneOf(draw, [1, 30, 240])),
      { atMs, act: { kind: "diskSlow", extraMs } },
      ...begins.map((act) => ({ atMs, act })),
      ...asks,
      ...Array.from({ length: whole(draw, 1, 3) }, () => ({ atMs: soonMs(), act: drawCutShort(draw) })),
      { atMs: atMs + draw() * 2 * 60_000, act: { kind: "diskSlow", extraMs: 0 } },
    ];
  },
  reset: (draw, { atMs }) => [{ atMs, act: { kind: "reset", type: oneOf(draw, ["Soft", "Hard"]) } }],
  badCommand: (draw, { atMs }) => [
    { atMs, act: { kind: "call", ...oneOf(draw, badCommands), times: draw() < 0.7 ? 1 : 2 } },
  ],
  storm: (draw, { atMs }) => {
    const payload = { requestedMessage: oneOf(draw, triggers) };
    return [{ atMs, act: { kind: "call", action: "TriggerMessage", payload, times: whole(draw, 5, 40) } }];
  },
  /** More frames at once than fit into a mailbox, while who reads them is busy; then it may hang up on them. */
  callBurst: (draw, { atMs }) => {
    const actor = draw() < 0.8 ? "outbox" : "link";
    const burstMs = atMs + draw() * 2_000;
    const payload = { vendorId: "nobody" };
    const call = { kind: "call" as const, action: "DataTransfer", payload, times: whole(draw, 950, 1_300) };
    const hangUp = { atMs: burstMs + draw() * 2_000, act: { kind: "hangUp" as const } };
    return [
      {
        atMs,
        act: { kind: "sabotage", actor, sabotage: { kind: "slow", turns: 1, extraMs: draw() * 9_000 } },
      },
      { atMs: burstMs, act: call },
      ...(draw() < 0.7 ? [hangUp] : []),
    ];
  },
  /** The same CALL twice, with the same id. */
  sameCallTwice: (draw, { atMs }) => {
    const command = oneOf(draw, badCommands);
    return [{ atMs, act: { kind: "call", ...command, times: 2, sameId: true } }];
  },
  trigger: (draw, { atMs }) => [
    { atMs, act: { kind: "trigger", requestedMessage: oneOf(draw, triggers) } },
  ],
  change: (draw, { atMs }) => {
    const [key, values, calm] = oneOf(draw, changes);
    const changed = { atMs, act: { kind: "change" as const, key, value: oneOf(draw, values) } };
    if (calm === undefined) return [changed];
    return [changed, { atMs: atMs + draw() * passesMs, act: { kind: "change", key, value: calm } }];
  },
  availability: (draw, moment) => {
    const connectorId = draw() < 0.2 ? 0 : drawConnector(draw, moment);
    return [
      { atMs: moment.atMs, act: { kind: "availability", connectorId, type: "Inoperative" } },
      {
        atMs: moment.atMs + draw() * 15 * 60_000,
        act: { kind: "availability", connectorId, type: "Operative" },
      },
    ];
  },
} satisfies Record<string, DrawTrouble>;

/** A new connection or a new actor, at any time or just as the answer is taken in hand. */
function drawCutShort(draw: Draw): Act {
  const crash = { kind: "crash" as const, actor: oneOf(draw, ["outbox", "station", "link"]) };
  const aim = draw();
  if (aim < 0.3) return { kind: "hangUp" };
  if (aim < 0.6) return crash;
  const [nth, afterMs] = [whole(draw, 1, 2), draw() * 4_000];
  return { kind: "atMessage", actor: "station", message: "BootConcluded", nth, afterMs, blow: crash };
}
