/**
 * The simulated world: the production actors on simulated clock, entropy, network, store and hardware, and what can go wrong
 * with each of them.
 *
 * Law: a run is a function of its seed: same seed, same trace hash, bit for bit. Nothing here knows what the charger should do;
 * the invariants do (`invariants.ts`), and the scripted tests (`tests/actors/`).
 */
import { stationKeyTable } from "../../actors/charger_config.ts";
import type { System } from "../../actors/otp/kernel.ts";
import type { SupervisorSpec } from "../../actors/otp/supervisor.ts";
import type { Trace, TraceEvent } from "../../actors/otp/trace.ts";
import type { Addresses } from "../../actors/addresses.ts";
import type { SimulatedTransfer } from "../../firmware/drivers/simulated_transfer.ts";
import { createSimulatedTransfer } from "../../firmware/drivers/simulated_transfer.ts";
import { createSimulatedTrust } from "../../hal/drivers/simulated_trust.ts";
import { createSimulatedX509 } from "../../hal/drivers/simulated_x509.ts";
import { createNodeDigest } from "../../hal/drivers/node_digest.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import type { SimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import type { SimulatedStation } from "../../hal/drivers/simulated_station.ts";
import { createSimulatedStation } from "../../hal/drivers/simulated_station.ts";
import type { SimulatedNetwork } from "../../hal/drivers/simulated_websocket.ts";
import { createSimulatedNetwork } from "../../hal/drivers/simulated_websocket.ts";
import { loadStation } from "../../hal/drivers/station_files.ts";
import type { Entropy } from "../../hal/entropy.ts";
import type { RestartKind } from "../../hal/host.ts";
import type { StationProfile } from "../../hal/station_profile.ts";
import type { Trust } from "../../hal/trust.ts";
import type { IdTagInfo } from "../../protocol/messages/types.ts";
import type { Credentials } from "../../storage/credentials.ts";
import type { Batch } from "../../storage/store.ts";
import type { MemoryKeyRing } from "../../storage/drivers/memory_key_ring.ts";
import { createMemoryKeyRing } from "../../storage/drivers/memory_key_ring.ts";
import type { MemoryCredentials } from "../../storage/drivers/memory_credentials.ts";
import type { MemorySnapshot, MemoryStore } from "../../storage/drivers/memory_store.ts";
import type { CentralSystemModel } from "./central_system_model.ts";
import { createCentralSystemModel } from "./central_system_model.ts";
import type { Bill, Message } from "./bill.ts";
import { startText } from "./central_system_ledger.ts";
import { createChargerLife } from "./charger_life.ts";
import type { DataLimits } from "./delivered_values.ts";
import { isRetry } from "./delivered_values.ts";
import type { DurableLedger } from "./durable_ledger.ts";
import { createDurableLedger } from "./durable_ledger.ts";
import type { FaultyContactors } from "./faulty_contactors.ts";
import { createFaultyContactors } from "./faulty_contactors.ts";
import type { FaultyDial } from "./faulty_dial.ts";
import { createFaultyDial, profileOf as securityProfileOf } from "./faulty_dial.ts";
import type { FaultyDisk } from "./faulty_disk.ts";
import { createFaultyDisk } from "./faulty_disk.ts";
import type { FaultyMeter } from "./faulty_meter.ts";
import { startWallMs } from "./hierarchy.ts";
import { createFaultyMeter } from "./faulty_meter.ts";
import type { Pace } from "./pace.ts";
import { drawnPace } from "./pace.ts";
import type { Found } from "./recovery.ts";
import type { Saboteur } from "./saboteur.ts";
import { createSaboteur } from "./saboteur.ts";
import type { WireBreach } from "./wire_watch.ts";
import { createWireWatch } from "./wire_watch.ts";
import { createWorldTrace } from "./world_trace.ts";

export interface World {
  readonly clock: SimulatedClock;
  readonly entropy: Entropy;
  readonly network: SimulatedNetwork;
  readonly station: SimulatedStation;
  readonly centralSystem: CentralSystemModel;
  readonly medium: FaultyDisk;
  readonly meter: FaultyMeter;
  readonly dial: FaultyDial;
  readonly saboteur: Saboteur;
  readonly contactors: FaultyContactors;
  /** How long a frame is under way from now on. */
  readonly networkMs: { min: number; max: number };
  /** What became durable in the store: the charger's own account of its transactions, kept apart from it. */
  readonly durable: DurableLedger;
  readonly connectors: number;
  readonly system: () => System;
  /** Its tree, as it was planted. */
  readonly root: () => SupervisorSpec;
  readonly store: () => MemoryStore;
  readonly credentials: () => MemoryCredentials;
  readonly keys: MemoryKeyRing;
  /** The server of files. */
  readonly transfer: SimulatedTransfer;
  readonly addresses: () => Addresses;
  /** Of the commits under way the first `keptCommits` are durable; the network is gone as well. */
  readonly cutPower: (keptCommits: number) => void;
  /** While it is dark: what the next boot finds on the medium. */
  readonly tamper: (change: (found: MemoryStore) => MemorySnapshot) => void;
  /** Power and network are back, and the charger boots. */
  readonly restorePower: () => Promise<void>;
  /** Between a cut and the end of it: there is no charger. */
  readonly isDark: () => boolean;
  /** How often the charger has booted. */
  readonly boots: () => number;
  /** Civil time by whoever told this boot first: what it is told later may be wrong. */
  readonly civilMs: () => number;
  /** Called with each batch whose commit is asked for. */
  readonly watchCommits: (asked: (batch: Batch) => void) => void;
  /** Called when a write of the credentials is asked for. */
  readonly watchCredentials: (asked: () => void) => void;
  /** Called with each batch that has become durable. */
  readonly onCommitted: (listener: (batch: Batch) => void) => void;
  /** Called with each trace event, in the middle of the kernel's work. */
  readonly onTrace: (listener: Trace) => void;
  /** Ends of the charger's process that it asked for; after each it boots again. */
  readonly restarts: readonly Restarted[];
  readonly advance: (ms: number) => Promise<void>;
  /** Called after each event on the clock. */
  readonly watch: (look: () => void) => void;
  /** Over every trace event and every frame so far. */
  readonly traceHash: () => string;
  readonly traced: () => readonly TraceEvent[];
  /** Rare paths that this run has taken: proof that the faults fell (invariant I24). */
  readonly reached: Set<string>;
  /** What was sent that must not be. */
  readonly wireBreaches: () => readonly WireBreach[];
  /** How often a message was answered, or the time for an answer passed on a connection that stood. */
  readonly concluded: (message: Message) => number;
  /** What may have cut the transactionData of this one short by now. */
  readonly dataLimits: (bill: Bill) => DataLimits;
}

export interface Restarted {
  readonly kind: RestartKind;
  readonly atMs: number;
}

export interface WorldOptions {
  readonly seed: string;
  /** A shipped one by its name, or one as it stands. */
  readonly station?: Parameters<typeof loadStation>[0];
  readonly judge?: (idTag: string) => IdTagInfo;
  /** Of the first boot; the central system asks for the same HeartbeatInterval. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of the first boot. Default: security profile 0. */
  readonly credentials?: Partial<Credentials>;
  /** The private keys of the first boot. Default: none. */
  readonly keyIds?: readonly string[];
  readonly trust?: Trust;
  /** Default: drawn from the seed. */
  readonly pace?: Pace;
  /** How often the host is asked to restart and does nothing before it does. Default 0. */
  readonly stuckRestarts?: number;
  /** After so long the init system starts a process again that has given up. Default: never. */
  readonly reviveMs?: number;
  readonly traced?: Trace;
  /** Transaction messages that wait, or are set aside, before they are thinned. Default: as the product has it. */
  readonly messagesMax?: number;
  /** What the first boot finds. Default: a new charger at the beginning of a year. */
  readonly found?: Found;
}

const unsecured: Credentials = {
  chargePointId: "CP001",
  csmsUrl: "ws://csms.test/ocpp",
  proofs: [{ number: 1, securityProfile: 0 }],
  roots: [],
};

export async function createWorld(options: WorldOptions): Promise<World> {
  const entropy = createSimulatedEntropy(options.seed);
  const pace = options.pace ?? drawnPace(entropy);
  const profile = profileOf(options.station ?? "reference-dc");
  const { found } = options;
  const clock = createSimulatedClock({
    startWallMs: found?.wallMs ?? startWallMs,
    settled: () => life.isSettled(),
    pick: (ready) => ready === 1 ? 0 : Math.floor(entropy.fraction("scheduler") * ready),
    rested: () => look(),
  });
  const reached = new Set<string>();
  const reach = (point: string) => void reached.add(point);
  const networkMs = { ...pace.networkMs };
  const network = createSimulatedNetwork({ clock, entropy, latencyMs: networkMs });
  const station = createSimulatedStation({
    profile,
    clock,
    meterDelayMs: pace.meterMs,
    ...(found === undefined ? {} : { physicalState: found.physicalState }),
  });
  const trace = createWorldTrace();
  const centralSystem = createCentralSystemModel({
    clock,
    entropy,
    network,
    wallMs: () => startWallMs + clock.monotonicMs(),
    heartbeatIntervalS: Number(options.settings?.HeartbeatInterval ?? 300),
    answerMs: pace.answerMs,
    leniency: {
      mayBeLate: () => durable.resends.size > 0,
      isRetry: ({ start }, first, again) => {
        const bill = durable.bills.find((one) => startText(one.start) === startText(start));
        return bill !== undefined && isRetry(bill, { first, again }, dataLimits(bill));
      },
      isEndOf: ({ start }, { transactionId: _, transactionData: __, ...stop }) => {
        const bill = durable.bills.find((one) => startText(one.start) === startText(start));
        return JSON.stringify(bill?.stop) === JSON.stringify(stop);
      },
    },
    heard: (text, direction) => {
      trace.add(direction);
      trace.add(text);
    },
    reached: reach,
    ...(options.judge === undefined ? {} : { judge: options.judge }),
  });
  const medium = createFaultyDisk(reach);
  const dial = createFaultyDial(network.driver, clock, reach);
  const saboteur = createSaboteur(clock, reach);
  const restarts: Restarted[] = [];
  const listeners: Trace[] = options.traced === undefined ? [] : [options.traced];
  const committed: ((batch: Batch) => void)[] = [];
  let look: () => void = () => {};
  let asked: (batch: Batch) => void = () => {};
  let credentialsAsked: () => void = () => {};
  /** When what each meter said, or the contactor let through, was last not what is to be billed. */
  const lies = new Map<number, number>();
  const durable = createDurableLedger({
    nowMs: clock.monotonicMs,
    messagesMax: options.messagesMax ?? Infinity,
    liedMs: (connectorId) => lies.get(connectorId) ?? -Infinity,
    registerWh: (connectorId) => meter.shownWh(station.board.outlet(connectorId).registerWh),
    asked: (batch) => asked(batch),
    committed: (batch) => {
      for (const listener of committed) listener(batch);
    },
  });
  const meter = createFaultyMeter(station.meter, entropy, (connectorId, fault) => {
    reach(`meter ${fault}`);
    // What says nothing is no liar.
    if (fault !== "hangs" && fault !== "fails") lies.set(connectorId, clock.monotonicMs());
  });
  const contactors = createFaultyContactors(station.board, (connectorId, stuck) => {
    reach(`contactor stuck ${stuck}`);
    // What flows on after a bill was closed is nobody's.
    if (stuck === "closed") lies.set(connectorId, clock.monotonicMs());
  });
  const wire = createWireWatch({
    durable,
    books: centralSystem.books,
    boots: () => life.boots(),
    reached: reach,
    isLinkSlow: () => reached.has("slow turn"),
    table: stationKeyTable(profile),
    heartbeatIntervalS: profile.firstValues.HeartbeatInterval,
  });
  dial.onDial((target) => wire.dialled(securityProfileOf(target)));
  // What was told to be made is durable: one ring for every boot.
  const keys = createMemoryKeyRing({ clock, generationMs: 500, keyIds: options.keyIds ?? [] });
  const transfer = createSimulatedTransfer(clock, 2_000);
  function dataLimits(bill: Bill): DataLimits {
    return { lengthMax: profile.limits.StopTransactionMaxMeterValues, sendings: wire.stopsSent(bill) };
  }
  const life = createChargerLife({
    profile,
    clock,
    ports: {
      entropy,
      digest: createNodeDigest(),
      keys: keys.ring,
      x509: createSimulatedX509(),
      trust: options.trust ?? createSimulatedTrust(),
      websocket: dial.driver,
      board: contactors.board,
      meter,
      reader: station.reader,
      power: station.power,
      transfer: transfer.driver,
      diagnostics: { report: () => ({ facts: { station: profile.name }, events: [] }) },
    },
    ledger: durable,
    disk: medium,
    saboteur,
    diskMs: pace.diskMs,
    settings: options.settings ?? {},
    credentials: { ...unsecured, ...options.credentials },
    ...(found === undefined ? {} : { medium: found.medium }),
    stuckRestarts: options.stuckRestarts ?? 0,
    ...(options.messagesMax === undefined ? {} : { messagesMax: options.messagesMax }),
    reviveMs: options.reviveMs ?? null,
    credentialsAsked: () => credentialsAsked(),
    trace: (event) => {
      trace.record(event);
      wire.record(event);
      if (event.kind === "started" && event.actor === "link") dial.linkStarted();
      if (event.kind === "overflow" && (event.actor === "link" || event.actor === "outbox")) {
        centralSystem.overflowed();
      }
      for (const listener of listeners) listener(event);
    },
    restarted: (kind) => {
      restarts.push({ kind, atMs: clock.monotonicMs() });
      reach("reset");
    },
  });
  await life.boot();

  return {
    ...life,
    clock,
    entropy,
    network,
    station,
    centralSystem,
    medium,
    meter,
    dial,
    saboteur,
    contactors,
    networkMs,
    keys,
    transfer,
    durable,
    connectors: profile.connectors.length,
    cutPower: (keptCommits) => {
      reach("power cut");
      life.cut(keptCommits);
      dial.cut();
      transfer.cut();
      station.verbs.power("cut");
      network.setLink("down");
    },
    restorePower: async () => {
      network.setLink("up");
      station.verbs.power("on");
      await life.boot();
    },
    watchCommits: (next) => {
      asked = next;
    },
    watchCredentials: (next) => {
      credentialsAsked = next;
    },
    onCommitted: (listener) => void committed.push(listener),
    onTrace: (listener) => void listeners.push(listener),
    restarts,
    advance: clock.advance,
    watch: (next) => {
      look = next;
    },
    traceHash: () => trace.hash(),
    traced: () => trace.last,
    reached,
    wireBreaches: () => wire.breaches,
    concluded: wire.concluded,
    dataLimits,
  };
}

/** Throws where there is no such station. */
export function profileOf(station: Parameters<typeof loadStation>[0]): StationProfile {
  const loaded = loadStation(station);
  if (loaded.kind === "refused") throw new Error(`load the station: ${loaded.problems.join("; ")}`);
  return loaded.value;
}
