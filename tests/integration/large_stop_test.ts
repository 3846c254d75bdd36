/**
 * Decision D-too-big over a real socket: days of samples, and the bill behind them, reach the central system as one frame.
 *
 * Law: what is awaited is awaited on the wire.
 */
import { assert, assertEquals } from "@std/assert";
import type { Charger } from "../../console/charger.ts";
import { startCharger } from "../../console/charger.ts";
import { createAdjustableClock } from "../../hal/drivers/adjustable_clock.ts";
import type { SimulatedPeer } from "../../hal/drivers/simulated_peer.ts";
import { createSimulatedStation } from "../../hal/drivers/simulated_station.ts";
import { loadStation } from "../../hal/drivers/station_files.ts";
import { createNodeDigest } from "../../hal/drivers/node_digest.ts";
import { createSimulatedTrust } from "../../hal/drivers/simulated_trust.ts";
import { createNodeX509 } from "../../hal/drivers/node_x509.ts";
import { createSystemClock } from "../../hal/drivers/system_clock.ts";
import { createSystemEntropy } from "../../hal/drivers/system_entropy.ts";
import { createTcpStream } from "../../hal/drivers/tcp_stream.ts";
import { createSimulatedTransfer } from "../../firmware/drivers/simulated_transfer.ts";
import { createWsWebSocket } from "../../hal/drivers/ws_websocket.ts";
import { formatDateTime } from "../../protocol/date_time.ts";
import { formatCallResult, parseFrame } from "../../protocol/frame.ts";
import type { StopTransactionRequest } from "../../protocol/messages/core.ts";
import type { MeterValue } from "../../protocol/messages/types.ts";
import { startMessage, stopMessage } from "../../protocol/transaction.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import { outboxKey, samplesKey } from "../../storage/record_keys.ts";
import { createMemoryCredentials } from "../../storage/drivers/memory_credentials.ts";
import { createMemoryKeyRing } from "../../storage/drivers/memory_key_ring.ts";
import type { Store } from "../../storage/store.ts";
import { createEventLog } from "../event_log.ts";
import { createWsCentralSystem } from "../hal/ws_central_system.ts";

/** Of an earlier version, which kept every one: more than are kept now, and more bytes than a socket may have unsent. */
const samplesMax = 2_000;
const localId = 1;
const startMs = Date.UTC(2026, 0, 1);

interface Stopped {
  readonly kind: "stopped";
  readonly stop: StopTransactionRequest;
  readonly bytes: number;
}

Deno.test("a StopTransaction with more samples behind it than are kept now goes over a real socket, once, and the store is empty then", async () => {
  const central = await createWsCentralSystem();
  const log = createEventLog<Stopped | { readonly kind: "connected" }>();
  central.accept((peer) => {
    log.listener({ kind: "connected" });
    peer.listen((event) => void (event.kind === "Received" && answer(peer, event.text, log.listener)));
    peer.open("ocpp1.6");
  });
  const { store } = createMemoryStore();
  await queueLongTransaction(store);
  const charger = await charge(store, central.port);

  const { stop, bytes } = await log.next("stopped");
  assertEquals([stop.transactionId, stop.meterStop], [7, 5_000]);
  assert(bytes <= 256 * 1_024 && bytes > 64 * 1_024, String(bytes));
  const data = stop.transactionData ?? [];
  assertEquals([data.at(0), data.at(-1)], [sampleAt(0), sampleAt(samplesMax - 1)]);

  await charger.stop();
  await central.stop();
  assertEquals(log.events.filter(({ kind }) => kind === "connected").length, 1);
  assertEquals([await store.list(["outbox"]), await store.list(["sample"])], [[], []]);
});

async function charge(store: Store, port: number): Promise<Charger> {
  const profile = loadStation("reference-dc");
  if (profile.kind === "refused") throw new Error(profile.problems.join("; "));
  const patience = createSystemClock();
  const { clock, civilTime } = createAdjustableClock(patience);
  const { board, meter, reader, power } = createSimulatedStation({ profile: profile.value, clock });
  const websocket = createWsWebSocket(createTcpStream());
  const entropy = createSystemEntropy();
  const { store: credentials } = createMemoryCredentials({
    chargePointId: "CP001",
    csmsUrl: `ws://127.0.0.1:${port}`,
    proofs: [{ number: 1, securityProfile: 0 }],
    roots: [],
  });
  return await startCharger({
    profile: profile.value,
    bootNotification: { chargePointVendor: "chargerd", chargePointModel: "simulated" },
    values: { first: {}, always: {} },
    ports: {
      clock,
      civilTime,
      entropy,
      digest: createNodeDigest(),
      store,
      credentials,
      keys: createMemoryKeyRing({ clock, generationMs: 0 }).ring,
      x509: createNodeX509(),
      trust: createSimulatedTrust(),
      websocket,
      board,
      meter,
      reader,
      power,
      transfer: createSimulatedTransfer(clock, 0).driver,
      diagnostics: { report: () => ({ facts: {}, events: [] }) },
    },
    trace: () => {},
    patience,
  });
}

async function queueLongTransaction(store: Store): Promise<void> {
  const start = { connectorId: 1, idTag: "ALICE", energyWh: 0, atMs: startMs };
  const stop = { stop: { reason: "Local" as const }, meterStartWh: 0, energyWh: 5_000, atMs: startMs };
  for (const message of [startMessage(localId, start), stopMessage(localId, stop)]) {
    await store.commit({ sets: [{ key: outboxKey(store.nextSequence()), value: { message, failures: 0 } }] });
  }
  for (let at = 0; at < samplesMax; at += 500) {
    const page = Array.from({ length: 500 }, (_, index) => sampleAt(at + index));
    await store.commit({
      sets: page.map((value) => ({ key: [...samplesKey(localId), store.nextSequence()], value })),
    });
  }
}

function sampleAt(at: number): MeterValue {
  return {
    timestamp: formatDateTime(startMs + at * 1_000),
    sampledValue: Array.from({ length: 7 }, () => ({
      value: String(at),
      context: "Sample.Periodic" as const,
      measurand: "Energy.Active.Import.Register" as const,
      unit: "Wh" as const,
    })),
  };
}

/** Takes everything, and says so once StopTransaction is there. */
function answer(peer: SimulatedPeer, text: string, told: (stopped: Stopped) => void): void {
  const parsed = parseFrame(text);
  if (parsed.kind !== "frame" || parsed.frame.kind !== "Call") return;
  const { id, action, payload } = parsed.frame;
  const currentTime = formatDateTime(startMs);
  const answers: Readonly<Record<string, unknown>> = {
    BootNotification: { status: "Accepted", currentTime, interval: 300 },
    Heartbeat: { currentTime },
    StartTransaction: { transactionId: 7, idTagInfo: { status: "Accepted" } },
  };
  peer.send(formatCallResult({ kind: "CallResult", id, payload: answers[action] ?? {} }));
  if (action !== "StopTransaction") return;
  told({ kind: "stopped", stop: payload as StopTransactionRequest, bytes: text.length });
}
