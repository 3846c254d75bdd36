/**
 * A small charger to look at: a real kernel on the real clock, actors that only show something, and a debug socket on it.
 *
 * Law: nothing waits for time: what is to be awaited is awaited in the trace.
 */
import type { RehearsalParts } from "../../console/rehearsal.ts";
import type { CertStoreMessage } from "../../actors/cert_store_message.ts";
import type { LimitQuestion } from "../../actors/limit_questions.ts";
import { answerLimitQuestion } from "../../actors/limit_questions.ts";
import type { ActorSpec, Address, Message, Self } from "../../actors/otp/actor.ts";
import { createKernel, type System } from "../../actors/otp/kernel.ts";
import type { TraceEvent } from "../../actors/otp/trace.ts";
import type { SecurityLogMessage } from "../../actors/security_log.ts";
import { openDebugSocket } from "../../console/debug_socket.ts";
import type { HardwareVerbs } from "../../console/hardware_verbs.ts";
import { createObservatory, type Observatory } from "../../console/observatory.ts";
import { createSystemClock } from "../../hal/drivers/system_clock.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import type { Store } from "../../storage/store.ts";
import { connector, installed, limits, nowMs } from "../protocol/charging_profile_samples.ts";
import { createEventLog, type EventLog } from "../event_log.ts";

/** It must appear in no answer. */
export const SECRET = "53616c7465645f5f9e1bd2a1c0ffee42";

/** What connector 1 handles by throwing an error that quotes the value. */
export const SECRET_MESSAGE: Message = {
  kind: "ChangeConfiguration",
  ...{ request: { key: "AuthorizationKey", value: SECRET } },
};

export const CONNECTOR_SNAPSHOT = {
  status: "Charging",
  errorCode: "NoError",
  plug: "both",
  contactorClosed: true,
  use: "transaction",
  warning: null,
  transaction: { localId: 3, transactionId: 4711, idTag: "04AABBCC", mayCharge: true },
  lastEnergyWh: 12_345.5,
};

const SNAPSHOTS: Readonly<Record<string, unknown>> = {
  link: { state: "open", url: "ws://csms.example/CP001", securityProfile: 0, failures: 0, lastClose: null },
  outbox: {
    linkUp: true,
    registration: "Accepted",
    inFlight: null,
    waiting: 1,
    transactionMessages: 2,
    parked: 0,
    parkedTransactions: 0,
    resending: 0,
  },
  station: {
    registration: "Accepted",
    linkUp: true,
    heartbeatIntervalS: 300,
    lastHeartbeat: "2026-01-01T00:00:00.000Z",
    fault: null,
  },
  "connector:1": CONNECTOR_SNAPSHOT,
  configuration: { AuthorizationKey: SECRET, HeartbeatInterval: 300 },
};

export interface WatchedCharger {
  readonly path: string;
  readonly observatory: Observatory;
  readonly trace: EventLog<TraceEvent>;
  readonly system: System;
  readonly store: Store;
  readonly send: (id: string, message: Message) => void;
  /** What the link tells of a frame. */
  readonly frame: (direction: "FrameSent" | "FrameReceived", text: string) => void;
  /** Resolves when a reader of /messages is heard from: from then on it misses nothing. */
  readonly listened: () => Promise<void>;
  /** As when the power is cut: the socket stays. */
  readonly powerOff: () => void;
  readonly close: () => Promise<void>;
}

/** One connector of the reference station, without a transaction, with one profile. */
function answerLimits(question: LimitQuestion): boolean {
  const asked = { nowMs, limits, transaction: null };
  answerLimitQuestion(question, [connector([installed({ 0: 6, 60: 10 })])], asked);
  return true;
}

function answerCredentials(message: CertStoreMessage): boolean {
  if (message.kind !== "TellCredentials") return false;
  const certificate = {
    use: "CentralSystemRootCertificate",
    state: "installed",
    subject: "CN=root",
    issuer: "CN=root",
    serialNumber: "FFF",
    notBeforeMs: 0,
    notAfterMs: Date.UTC(2030, 0, 1),
  } as const;
  message.reply({ securityProfile: 1, unproven: [2], certificates: [certificate] });
  return true;
}

function answerSecurityLog(message: SecurityLogMessage): boolean {
  if (message.kind !== "TellSecurityLog") return false;
  const event = {
    number: 7,
    timestamp: "2026-01-01T00:00:00.000Z",
    type: "StartupOfTheDevice",
    techInfo: "boot 7",
    previous: "00",
    notify: true,
  } as const;
  message.reply({ entries: 7, chain: { kind: "broken", at: 3 }, pending: [event], undelivered: 4 });
  return true;
}

export interface WatchedOptions {
  readonly hardware?: HardwareVerbs;
  readonly path?: string;
}

export async function watchCharger(options: WatchedOptions = {}): Promise<WatchedCharger> {
  const directory = await Deno.makeTempDir({ prefix: "chargerd-test-" });
  const path = options.path ?? `${directory}/debug.sock`;
  const clock = createSystemClock();
  const inner = createObservatory();
  const listening = Promise.withResolvers<void>();
  const observatory: Observatory = {
    ...inner,
    listen: (listener) => {
      const leave = inner.listen(listener);
      listening.resolve();
      return leave;
    },
  };
  const trace = createEventLog<TraceEvent>();
  const kernel = createKernel({
    clock,
    trace: (event) => {
      observatory.record(event);
      trace.listener(event);
    },
  });
  const ids = ["configuration", "link", "outbox", "station", "connector:1", "silent", "broken"];
  const mailboxes = new Map(ids.map((id) => [id, kernel.address<Message>(id)]));
  const outbox = mailboxes.get("outbox");
  if (outbox === undefined) throw new Error("make an address for the outbox");
  let link: Self<Message> | null = null;
  const [configuration, ...others] = [...mailboxes.values()].map((address) =>
    shower(address, (self) => {
      if (address.id === "link") link = self;
    })
  );
  const system = kernel.start({
    id: "charger",
    strategy: "one_for_one",
    intensity: { restartsMax: 100, withinMs: 1_000 },
    children: [
      { id: "settings", strategy: "one_for_one", intensity, children: configuration ? [configuration] : [] },
      ...others,
    ],
  });
  await system.started;
  let running = true;
  const { store } = createMemoryStore();
  const addresses = {
    outbox,
    profileScheduler: { id: "profile_scheduler", send: answerLimits },
    certStore: { id: "cert_store", send: answerCredentials },
    securityLog: { id: "security_log", send: answerSecurityLog },
  };
  const socket = await openDebugSocket({
    path,
    clock,
    observatory,
    label: {
      chargePointId: "CP001",
      bootNotification: { chargePointVendor: "Example", chargePointModel: "DC 50", firmwareVersion: "1.0.0" },
      station: "reference-dc",
    },
    rehearsal: unrehearsed,
    charger: () => running ? { boot: 7, system, addresses, store } : null,
    store: () => ({
      state: "refusing",
      error: "database or disk is full",
      refusals: 3,
      findings: ["a record was damaged"],
    }),
    uncaughtErrors: () => 2,
    ...(options.hardware === undefined ? {} : { hardware: options.hardware }),
  });
  return {
    path,
    observatory,
    trace,
    system,
    store,
    send: (id, message) => void mailboxes.get(id)?.send(message),
    listened: () => listening.promise,
    frame: (direction, text) => link?.trace(direction, text),
    powerOff: () => void (running = false),
    close: async () => {
      await socket.close();
      await system.stop();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

const intensity = { restartsMax: 100, withinMs: 1_000 };

function shower(address: Address<Message>, started: (self: Self<Message>) => void): ActorSpec<Message> {
  const { id } = address;
  return {
    address,
    ...(id === "silent" ? { restart: "temporary" as const } : {}),
    start: (self) => {
      started(self);
      const behaviour = {
        receive: (message: Message) => {
          if (message === SECRET_MESSAGE) throw new Error(`cannot store ${SECRET} as a key`);
          if (message.kind === "Note") self.trace("Noted", { password: SECRET, AuthorizationKey: SECRET });
        },
      };
      if (id === "silent") return behaviour;
      if (id === "broken") return { ...behaviour, inspect: () => unreadable() };
      return { ...behaviour, inspect: () => SNAPSHOTS[id] };
    },
  };
}

function unreadable(): never {
  throw new Error("no snapshot today");
}

/** Nobody rehearses here; `rehearsal_test.ts` does. */
const unrehearsed: RehearsalParts = {
  credentials: { read: unasked, write: unasked },
  websocket: { connect: unasked },
  dialling: {
    limits: { subprotocols: [], handshakeTimeoutMs: 0, closeTimeoutMs: 0, payloadBytesMax: 0 },
    cipherSuites: [],
  },
  wildcards: () => null,
};

function unasked(): never {
  throw new Error("nothing is asked for here");
}
