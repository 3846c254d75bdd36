/**
 * The simulated world: the production actors on simulated clock, entropy, network, store and hardware.
 *
 * Law: a run is a function of its seed: same seed, same trace hash, bit for bit. Nothing here knows what the charger should do;
 * the invariants do (`invariants.ts`), and the scripted tests (`tests/actors/`).
 */
import { beginBoot } from "../../actors/boot.ts";
import type { ChargerIdentity } from "../../actors/charger_config.ts";
import { chargerConfig, stationKeyTable } from "../../actors/charger_config.ts";
import type { System } from "../../actors/otp/kernel.ts";
import { createKernel } from "../../actors/otp/kernel.ts";
import type { TraceEvent } from "../../actors/otp/trace.ts";
import type { Addresses } from "../../actors/tree.ts";
import { plantTree } from "../../actors/tree.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import type { SimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import { createSimulatedHost } from "../../hal/drivers/simulated_host.ts";
import type { SimulatedStation } from "../../hal/drivers/simulated_station.ts";
import { createSimulatedStation } from "../../hal/drivers/simulated_station.ts";
import type { SimulatedNetwork } from "../../hal/drivers/simulated_websocket.ts";
import { createSimulatedNetwork } from "../../hal/drivers/simulated_websocket.ts";
import { loadStation } from "../../hal/drivers/station_files.ts";
import type { Entropy } from "../../hal/entropy.ts";
import type { RestartKind } from "../../hal/host.ts";
import type { StationProfile } from "../../hal/station_profile.ts";
import type { IdTagInfo } from "../../protocol/messages/types.ts";
import type { Batch } from "../../storage/store.ts";
import type { MemoryStore } from "../../storage/drivers/memory_store.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import type { CentralSystemModel } from "./central_system_model.ts";
import { createCentralSystemModel } from "./central_system_model.ts";
import type { StartsAndStops } from "./durable_ledger.ts";
import { watchStore } from "./durable_ledger.ts";
import type { Pace } from "./pace.ts";
import { drawnPace } from "./pace.ts";
import { createWireWatch } from "./wire_watch.ts";
import { createWorldTrace } from "./world_trace.ts";

export interface World {
  readonly clock: SimulatedClock;
  readonly entropy: Entropy;
  readonly network: SimulatedNetwork;
  readonly station: SimulatedStation;
  readonly centralSystem: CentralSystemModel;
  /** What became durable in the store: the charger's own account of its transactions, kept apart from it. */
  readonly durable: StartsAndStops;
  readonly connectors: number;
  readonly system: () => System;
  /** Where to send what, as the debug socket does. */
  readonly addresses: () => Addresses;
  readonly store: () => MemoryStore;
  /** Of the commits under way the first `keptCommits` are durable; the network is gone as well. */
  readonly cutPower: (keptCommits: number) => void;
  /** Power and network are back, and the charger boots. */
  readonly restorePower: () => Promise<void>;
  /** Between a cut and the end of it: there is no charger. */
  readonly isDark: () => boolean;
  /** How often the charger has booted. */
  readonly boots: () => number;
  /** Called with each batch whose commit is asked for. */
  readonly watchCommits: (asked: (batch: Batch) => void) => void;
  /** Ends of the charger's process that it asked for; after each it boots again. */
  readonly restarts: readonly Restarted[];
  readonly advance: (ms: number) => Promise<void>;
  /** Called after each event on the clock. */
  readonly watch: (look: () => void) => void;
  /** Over every trace event and every frame so far. */
  readonly traceHash: () => string;
  readonly traced: () => readonly TraceEvent[];
  /** Rare paths that this run has taken: proof that the faults fell (invariant I24). */
  readonly reached: ReadonlySet<string>;
  /** CALLs that the charger sent while another was in flight. */
  readonly wireBreaches: () => readonly string[];
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
  /** Of the first boot. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Default: drawn from the seed. */
  readonly pace?: Pace;
  /** How often the host is asked to restart and does nothing before it does. Default 0. */
  readonly stuckRestarts?: number;
  readonly traced?: (event: TraceEvent) => void;
}

/** 2026-01-01T00:00:00Z: any moment would do, but the same for every run. */
const startWallMs = 1_767_225_600_000;

const identity: ChargerIdentity = {
  csms: "ws://csms.test/ocpp",
  chargePointId: "CP001",
  bootNotification: { chargePointVendor: "chargerd", chargePointModel: "simulated" },
};

export async function createWorld(options: WorldOptions): Promise<World> {
  const entropy = createSimulatedEntropy(options.seed);
  const pace = options.pace ?? drawnPace(entropy);
  const profile = profileOf(options.station ?? "reference-dc");
  const table = stationKeyTable(profile);
  const now: {
    system: System | null;
    addresses: Addresses | null;
    store: MemoryStore;
    booting: boolean;
    restarting: boolean;
  } = {
    system: null,
    addresses: null,
    store: createMemoryStore(),
    booting: false,
    restarting: false,
  };
  const clock = createSimulatedClock({
    startWallMs,
    settled,
    pick: (ready) => ready === 1 ? 0 : Math.floor(entropy.fraction("scheduler") * ready),
    rested: () => look(),
  });
  const network = createSimulatedNetwork({ clock, entropy, latencyMs: pace.networkMs });
  const station = createSimulatedStation({ profile, clock, meterDelayMs: pace.meterMs });
  const trace = createWorldTrace();
  const wire = createWireWatch();
  const centralSystem = createCentralSystemModel({
    clock,
    entropy,
    network,
    heartbeatIntervalS: 300,
    answerMs: pace.answerMs,
    heard: (text, direction) => trace.add(`${direction} ${text}`),
    ...(options.judge === undefined ? {} : { judge: options.judge }),
  });
  const durable: StartsAndStops = { tried: [], starts: [], stops: [], refused: new Map() };
  const reached = new Set<string>();
  const restarts: Restarted[] = [];
  let stuckRestarts = options.stuckRestarts ?? 0;
  let look: () => void = () => {};
  let asked: (batch: Batch) => void = () => {};
  let boots = 0;

  /** Every promise that is under way waits for the store: then only time can bring more. */
  function settled(): boolean {
    if (now.booting) return false;
    if (now.system === null) return true;
    if (now.restarting && now.system.tree().state === "stopped") return false;
    return now.system.turnsInFlight() === now.store.pending();
  }

  function record(event: TraceEvent): void {
    trace.record(event);
    wire.record(event);
    options.traced?.(event);
    if (event.kind === "crash" || event.kind === "restart" || event.kind === "gaveUp") {
      reached.add(event.kind);
    }
    if (event.kind === "effect" && event.effect === "LinkClosed") reached.add("link lost");
    if (event.kind === "effect" && event.effect === "Resume") reached.add("resumed");
  }

  async function boot(): Promise<void> {
    now.booting = true;
    boots += 1;
    const values = { first: options.settings ?? {}, always: {} };
    const undelayed = createMemoryStore({ from: now.store.snapshot() });
    const count = await beginBoot(undelayed.store, table, values);
    now.store = createMemoryStore({
      latency: { clock, drawMs: pace.diskMs },
      from: undelayed.snapshot(),
    });
    const kernel = createKernel({ clock, trace: record });
    const { board, meter, reader, power } = station;
    const store = watchStore(now.store.store, durable, {
      nowMs: clock.monotonicMs,
      asked: (batch) => asked(batch),
      committed: (message) => {
        if (message.action === "StartTransaction" && !centralSystem.connected()) reached.add("offline start");
        if (message.action === "StopTransaction") reached.add(`stop by ${message.payload.reason}`);
      },
    });
    const willing = createSimulatedHost(clock, restart);
    const host = { restart: (kind: RestartKind) => stuckRestarts-- > 0 ? undefined : willing.restart(kind) };
    const civilTime = { set: (wallMs: number) => clock.stepWall(wallMs - clock.wallMs()) };
    const ports = {
      clock,
      civilTime,
      entropy,
      store,
      websocket: network.driver,
      board,
      meter,
      reader,
      power,
      host,
    };
    const { root, addresses } = plantTree(kernel, ports, chargerConfig(profile, identity, count));
    now.system = kernel.start(root);
    now.addresses = addresses;
    now.booting = false;
  }

  function restart(kind: RestartKind): void {
    restarts.push({ kind, atMs: clock.monotonicMs() });
    reached.add("reset");
    now.restarting = true;
    now.system?.stop().then(async () => {
      now.restarting = false;
      await boot();
    });
  }

  await boot();

  return {
    clock,
    entropy,
    network,
    station,
    centralSystem,
    durable,
    connectors: profile.connectors.length,
    system: () => now.system!,
    addresses: () => now.addresses!,
    store: () => now.store,
    cutPower: (keptCommits) => {
      reached.add("power cut");
      now.system?.abandon();
      now.system = null;
      now.restarting = false;
      now.store = createMemoryStore({ from: now.store.powerCut(keptCommits) });
      station.verbs.power("cut");
      network.setLink("down");
    },
    restorePower: async () => {
      network.setLink("up");
      station.verbs.power("on");
      await boot();
    },
    isDark: () => now.system === null,
    boots: () => boots,
    watchCommits: (next) => {
      asked = next;
    },
    restarts,
    advance: clock.advance,
    watch: (next) => {
      look = next;
    },
    traceHash: () => trace.hash(),
    traced: () => trace.last,
    reached,
    wireBreaches: () => wire.breaches,
  };
}

function profileOf(station: Parameters<typeof loadStation>[0]): StationProfile {
  const loaded = loadStation(station);
  if (loaded.kind === "refused") throw new Error(`load the station: ${loaded.problems.join("; ")}`);
  return loaded.value;
}
