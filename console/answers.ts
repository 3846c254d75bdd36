/**
 * What the debug socket answers, as JSON, and what `inspect` reads of it.
 *
 * Law: people script these shapes, so a field is never renamed, retyped or taken away; new ones may come beside them. Times
 * are ISO 8601 in the charger's own civil time, except `…Ms`, which is its monotonic clock.
 *
 * | Request | Answer |
 * |---|---|
 * | `GET /tree` | 200 `TreeAnswer`; 503 while there is no tree (power cut, or between two boots) |
 * | `GET /actors/{id}` | 200 `ActorAnswer`, for a supervisor too; 404; 503 |
 * | `GET /status` | 200 `StatusAnswer`, always |
 * | `GET /messages` | 200 `text/event-stream`: for each frame an event `frame` with a `FrameEvent`; 503 when 8 listen already |
 * | `GET /metrics` | 200 `text/plain; version=0.0.4`, always |
 * | `GET /parked?after=` | 200 `ParkedAnswer`, the first 200 transactions, or the next 200 behind a localId, the oldest first; 400; 503 while there is no tree, 504 when the store does not answer |
 * | `GET /parked/{localId}` | 200 `ParkedTransactionAnswer`, with every message that is kept: the export; 400; 404; 503; 504 |
 * | `POST /parked/{localId}/resend` | 202 `Accepted`, which holds over a restart; 400; 404; 409 while it may not; 503; 504 |
 * | `POST /parked/{localId}/discard` | body `{"reason"}`: 200 `Discarded`; 400; 404; 409; 503; 504 |
 * | `GET /limits?connector=&at=&duration=&unit=` | 200 `LimitsAnswer` (`limits_answers.ts`); all connectors, now, an hour and the station's first unit where nothing is said; 400; 404; 503; 504 |
 * | `POST /limits/what-if?at=&duration=&unit=` | body `SetChargingProfile.req`: 200 `WhatIfAnswer`; 400; 503; 504 |
 * | `GET /security` | 200 `SecurityAnswer` (`security_answer.ts`); 503 while there is no tree, 504 when the store does not answer |
 * | `POST /security/rehearse` | body `{"securityProfile"?, "authorizationKey"?, "rootCertificates"?}`: 200 `RehearsalAnswer` (`rehearsal.ts`) once a second connection has been tried so, 20 s at most; 400; 409 while one is under way, or what the profile needs is missing; 503 |
 * | `POST /data-transfer` | body `DataTransfer.req`, `{"vendorId", "messageId"?, "data"?}`: 200 with `DataTransfer.conf`; 400; 502 for a CALLERROR; 503 while the central system cannot be asked; 504 when it does not answer in 60 s |
 * | `POST /actors/{id}/crash` | `simulate` only: 202 `Accepted`; 404; 409 for a supervisor or an actor that is down; 503 |
 * | `POST /hardware/…` | `simulate` only (`hardware_endpoints.ts`): 202 `Accepted`; 400; 409 for what is physically impossible |
 *
 * Every other status comes with `{"error": sentence}`: also 400 for an address that cannot be read, 404 for an unknown one,
 * 405 for a method that it does not have, 413 for a body over 64 KiB. A 202 is sent before its effect begins.
 */
import { z } from "zod";
import { SecurityProfile } from "../protocol/proof.ts";
import type { TreeNode } from "../actors/otp/tree.ts";

const nodeState = z.enum(["starting", "running", "restarting", "waiting", "stopping", "stopped"]);

const actorNode = z.object({
  kind: z.literal("actor"),
  id: z.string(),
  state: nodeState,
  restarts: z.number(),
  incarnation: z.number().nullable(),
  mailboxDepth: z.number(),
  mailboxMax: z.number(),
  handled: z.number(),
  lastCrash: z.object({
    atMs: z.number(),
    message: z.string().nullable(),
    error: z.string(),
    stack: z.string(),
  }).nullable(),
});

const supervisorNode = z.object({
  kind: z.literal("supervisor"),
  id: z.string(),
  strategy: z.enum(["one_for_one", "rest_for_one", "one_for_all"]),
  state: nodeState,
  restarts: z.number(),
  get children(): z.ZodType<readonly TreeNode[]> {
    return z.array(treeNode);
  },
});

const treeNode: z.ZodType<TreeNode> = z.discriminatedUnion("kind", [actorNode, supervisorNode]);

/** `nowMs` is the clock that dates `lastCrash`, at the moment `at`. */
export const TreeAnswer = z.object({ at: z.string(), nowMs: z.number(), root: treeNode });
export type TreeAnswer = z.infer<typeof TreeAnswer>;

/** An event of the kernel's trace; which other fields it has depends on its kind (`actors/otp/trace.ts`). */
const event = z.looseObject({ at: z.string(), kind: z.string() });

/** One node of the tree, closely. */
export const ActorAnswer = z.object({
  at: z.string(),
  nowMs: z.number(),
  node: treeNode,
  /** The actor's own snapshot; null when it has none or is down. */
  inspection: z.unknown(),
  /** What it threw instead of a snapshot. */
  inspectionError: z.string().nullable(),
  /** The last 100, oldest first. */
  events: z.array(event),
  /** The last 10, oldest first. */
  crashes: z.array(z.object({
    at: z.string(),
    incarnation: z.number(),
    message: z.string().nullable(),
    error: z.string(),
    stack: z.string(),
    restarts: z.number(),
  })),
});
export type ActorAnswer = z.infer<typeof ActorAnswer>;

/** How a connection ended, as `CloseReason` of the WebSocket port says it. */
const lastClose = z.looseObject({ kind: z.string() });

const fault = z.object({
  errorCode: z.string(),
  vendorErrorCode: z.string().exactOptional(),
  info: z.string().exactOptional(),
});

export const Transaction = z.object({
  /** The charger's own number. */
  localId: z.number(),
  /** The central system's; absent until StartTransaction is answered. */
  transactionId: z.number().exactOptional(),
  idTag: z.string(),
  parentIdTag: z.string().exactOptional(),
  /** False: refused by the central system, and not stopped for it. */
  mayCharge: z.boolean(),
});

/** What is known of a connector while its actor is up. */
export const ConnectorFacts = z.object({
  /** ChargePointStatus (OCPP 1.6 §7.7). */
  status: z.string(),
  errorCode: z.string(),
  plug: z.enum(["none", "station", "ev", "both"]),
  contactorClosed: z.boolean(),
  /** What somebody is doing with it: none, asked, authorized, starting, transaction, stopping, ended. */
  use: z.string(),
  warning: fault.nullable(),
  transaction: Transaction.nullable(),
  /** The meter's register when it was last read, in Wh. */
  lastEnergyWh: z.number().nullable(),
});

/** While its actor is down all but the first two are null. */
const connector = z.object({
  connectorId: z.number(),
  state: nodeState,
  status: ConnectorFacts.shape.status.nullable(),
  errorCode: ConnectorFacts.shape.errorCode.nullable(),
  plug: ConnectorFacts.shape.plug.nullable(),
  contactorClosed: ConnectorFacts.shape.contactorClosed.nullable(),
  use: ConnectorFacts.shape.use.nullable(),
  warning: ConnectorFacts.shape.warning,
  transaction: ConnectorFacts.shape.transaction,
  energyWh: ConnectorFacts.shape.lastEnergyWh,
});

export const Link = z.object({
  state: z.enum(["waiting", "connecting", "open"]),
  url: z.string(),
  /** With which it was dialled last; null before the first dial. */
  securityProfile: SecurityProfile.nullable(),
  /** Since the last frame that came in. */
  failures: z.number(),
  lastClose: lastClose.nullable(),
});

export const Queue = z.object({
  /** Transaction messages in the store, not answered yet. */
  transactionMessages: z.number(),
  /** Other CALLs that wait for their turn. */
  waiting: z.number(),
  /** The message id of the CALL that is on its way. */
  inFlight: z.string().nullable(),
  /** Transaction messages that the central system has refused for good. */
  parked: z.number(),
  /** Transactions that need a person: as many as `GET /parked` lists, be they refused, cut short, unreadable or without their transactionId. */
  parkedTransactions: z.number(),
  /** Of these, those that are being sent again. */
  resending: z.number(),
});

/** `charger` is what BootNotification says of it. What its actors tell is null while they are down. */
export const StatusAnswer = z.object({
  at: z.string(),
  /** There is a tree: false while the power is cut, and between two boots. */
  running: z.boolean(),
  charger: z.object({
    chargePointId: z.string(),
    vendor: z.string(),
    model: z.string(),
    serialNumber: z.string().nullable(),
    firmwareVersion: z.string().nullable(),
    station: z.string(),
  }),
  /** How many times this charger has booted. */
  boot: z.number().nullable(),
  registration: z.enum(["Unregistered", "Accepted", "Pending", "Rejected"]).nullable(),
  heartbeat: z.object({
    intervalS: z.number(),
    /** The central system's time in the last Heartbeat.conf. */
    last: z.string().nullable(),
  }).nullable(),
  /** Of the whole station (connector 0). */
  fault: fault.nullable(),
  link: Link.nullable(),
  queue: Queue.nullable(),
  connectors: z.array(connector),
  store: z.object({
    state: z.enum(["ok", "refusing"]),
    error: z.string().nullable(),
    /** Commits that were refused or failed since the start. */
    refusals: z.number(),
    findings: z.array(z.string()).readonly(),
  }),
});
export type StatusAnswer = z.infer<typeof StatusAnswer>;

/** What the central system did with one attempt; `timeout`: it gave no answer. */
const refusal = z.discriminatedUnion("kind", [
  z.object({
    at: z.string(),
    kind: z.literal("error"),
    errorCode: z.string(),
    errorDescription: z.string(),
  }),
  z.object({ at: z.string(), kind: z.literal("timeout") }),
]);

const parkedMessage = z.object({
  action: z.enum(["StartTransaction", "MeterValues", "StopTransaction"]),
  /** `noTransactionId`: the central system took it with transactionId -1, since it had refused the StartTransaction. */
  why: z.enum(["refused", "noTransactionId"]),
  parkedAt: z.string(),
  /** How often it failed in all; `answers` are the last ten. */
  failures: z.number(),
  answers: z.array(refusal),
  /** The request, without its transactionId. */
  payload: z.looseObject({}),
});

/**
 * A transaction of which something was refused for good, or cannot be read. Null is what the charger does not know any more; localId 0
 * has the records that do not even say whose they are.
 */
export const ParkedTransaction = z.object({
  localId: z.number(),
  /**
   * `open`: it goes on, or messages of it still wait. What is `parked` can be sent again or discarded. `cutShort`: its StopTransaction is
   * lost; what else is kept of it can be sent again, and it stays until it is discarded.
   */
  state: z.enum(["open", "resending", "parked", "cutShort"]),
  /** Null when its StartTransaction is parked. */
  transactionId: z.number().nullable(),
  connectorId: z.number().nullable(),
  idTag: z.string().nullable(),
  /** Null as well where its start has used up none. */
  reservationId: z.number().nullable(),
  startedAt: z.string().nullable(),
  meterStartWh: z.number().nullable(),
  stoppedAt: z.string().nullable(),
  meterStopWh: z.number().nullable(),
  /** Messages that are kept with it, those of `noTransactionId` too. */
  kept: z.number(),
  messages: z.array(parkedMessage),
  /** Records of its messages that cannot be read any more, in their order, and why: `record` is what stands there. */
  unreadable: z.array(z.object({ sequence: z.number(), problem: z.string(), record: z.unknown() })),
});
export type ParkedTransaction = z.infer<typeof ParkedTransaction>;

/** `messages` are those that were refused. */
export const ParkedAnswer = z.object({
  at: z.string(),
  /** How many there are in all. */
  total: z.number(),
  /** What `after` is for the next of them; null where these are the last. */
  next: z.number().nullable(),
  transactions: z.array(ParkedTransaction),
});
export type ParkedAnswer = z.infer<typeof ParkedAnswer>;

/** `messages` are all that are kept, in the order in which they happened. */
export const ParkedTransactionAnswer = z.object({ at: z.string(), transaction: ParkedTransaction });
export type ParkedTransactionAnswer = z.infer<typeof ParkedTransactionAnswer>;

/** What was parked is gone; the log has it, with the reason. */
export interface Discarded {
  readonly discarded: number;
}

/** One OCPP frame on the wire. */
export const FrameEvent = z.object({
  at: z.string(),
  direction: z.enum(["sent", "received"]),
  /** The JSON array, secrets replaced by `***`; a string that describes it when it was none. */
  frame: z.union([z.array(z.unknown()), z.string()]),
});
export type FrameEvent = z.infer<typeof FrameEvent>;

/** The verb was possible and comes next. */
export interface Accepted {
  readonly accepted: string;
}

/** Any answer but a 2xx: what was wrong, and what would be right. */
export const Refusal = z.object({ error: z.string() });
export type Refusal = z.infer<typeof Refusal>;
