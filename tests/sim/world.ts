/**
 * The simulated world: the production actors on simulated clock, entropy, network, store and hardware.
 *
 * Law: a run is a function of its seed: same seed, same trace hash, bit for bit. Nothing here knows what the charger should do;
 * the invariants do (`invariants.ts`).
 */
import { beginBoot } from "../../actors/boot.ts";
import type { ChargerIdentity } from "../../actors/charger_config.ts";
import { chargerConfig, stationKeyTable } from "../../actors/charger_config.ts";
import type { System } from "../../actors/otp/kernel.ts";
import { createKernel } from "../../actors/otp/kernel.ts";
import type { TraceEvent } from "../../actors/otp/trace.ts";
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
import type { StationProfile } from "../../hal/station_profile.ts";
import type { Entropy } from "../../hal/entropy.ts";
import type { MemoryStore } from "../../storage/drivers/memory_store.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import type { CentralSystemModel } from "./central_system_model.ts";
import { createCentralSystemModel } from "./central_system_model.ts";
import type { StartsAndStops } from "./durable_ledger.ts";
import { watchStore } from "./durable_ledger.ts";
import { createWireWatch } from "./wire_watch.ts";

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
  readonly store: () => MemoryStore;
  /** Cuts the power with a random part of what was under way durable, and boots again. */
  readonly powerCycle: () => Promise<void>;
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

export interface WorldOptions {
  readonly seed: string;
  readonly station?: string;
  readonly judge?: (idTag: string) => "Accepted" | "Invalid";
  readonly settings?: Readonly<Record<string, string>>;
}

/** 2026-01-01T00:00:00Z: any moment would do, but the same for every run. */
const startWallMs = 1_767_225_600_000;
const tracedMax = 400;

const identity: ChargerIdentity = {
  csms: "ws://csms.test/ocpp",
  chargePointId: "CP001",
  bootNotification: { chargePointVendor: "chargerd", chargePointModel: "simulated" },
};

export async function createWorld(options: WorldOptions): Promise<World> {
  const entropy = createSimulatedEntropy(options.seed);
  const profile = shipped(options.station ?? "reference-dc");
  const running: { system: System | null; store: MemoryStore } = { system: null, store: createMemoryStore() };
  const clock = createSimulatedClock({
    startWallMs,
    // Every promise that is under way waits for the store: then only time can bring more.
    settled: () => running.system === null || running.system.turnsInFlight() === running.store.pending(),
    pick: (ready) => ready === 1 ? 0 : Math.floor(entropy.fraction("scheduler") * ready),
  });
  const network = createSimulatedNetwork({ clock, entropy, latencyMs: { min: 5, max: 200 } });
  const station = createSimulatedStation({ profile, clock, meterDelayMs: 40 });
  const trace = createTrace();
  const wire = createWireWatch();
  const centralSystem = createCentralSystemModel({
    clock,
    entropy,
    network,
    heartbeatIntervalS: 300,
    heard: (text, direction) => trace.add(`${direction} ${text}`),
    ...(options.judge === undefined ? {} : { judge: options.judge }),
  });
  const durable: StartsAndStops = { tried: [], starts: [], stops: [] };
  const reached = new Set<string>();
  let look: () => void = () => {};

  async function boot(): Promise<void> {
    const { store } = running.store;
    const always = options.settings ?? {};
    const count = await beginBoot(store, stationKeyTable(profile), { first: {}, always });
    const latency = { clock, drawMs: () => 0.2 + entropy.fraction("disk") * 3 };
    running.store = createMemoryStore({ latency, from: running.store.snapshot() });
    const kernel = createKernel({
      clock,
      trace: (event) => {
        trace.record(event);
        wire.record(event);
        if (event.kind === "crash" || event.kind === "restart" || event.kind === "gaveUp") {
          reached.add(event.kind);
        }
        if (event.kind === "effect" && event.effect === "LinkClosed") reached.add("link lost");
      },
    });
    const ports = {
      clock,
      entropy,
      store: watchStore(running.store.store, durable, (message) => {
        if (message.action === "StartTransaction" && !centralSystem.connected()) reached.add("offline start");
        if (message.action === "StopTransaction") reached.add(`stop by ${message.payload.reason}`);
      }),
      websocket: network.driver,
      board: station.board,
      meter: station.meter,
      reader: station.reader,
      power: station.power,
      host: createSimulatedHost(clock, () => {}),
    };
    const { root } = plantTree(kernel, ports, chargerConfig(profile, identity, count));
    running.system = kernel.start(root);
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
    system: () => running.system!,
    store: () => running.store,
    powerCycle: async () => {
      reached.add("power cut");
      running.system?.abandon();
      running.system = null;
      const kept = Math.floor(entropy.fraction("cut") * 3);
      running.store = createMemoryStore({ from: running.store.powerCut(kept) });
      station.verbs.power("cut");
      network.setLink("down");
      await clock.advance(5_000);
      network.setLink("up");
      station.verbs.power("on");
      await boot();
    },
    advance: async (ms) => {
      const untilMs = clock.monotonicMs() + ms;
      let due = false;
      clock.after(ms, () => {
        due = true;
      });
      while (!due && await clock.step()) look();
      await clock.advance(Math.max(0, untilMs - clock.monotonicMs()));
    },
    watch: (next) => {
      look = next;
    },
    traceHash: () => trace.hash(),
    traced: () => trace.last,
    reached,
    wireBreaches: () => wire.breaches,
  };
}

function shipped(name: string): StationProfile {
  const loaded = loadStation(name);
  if (loaded.kind === "refused") throw new Error(`load station ${name}: ${loaded.problems.join("; ")}`);
  return loaded.value;
}

/** Everything that happened, hashed; and the last of it, to read when something is wrong. */
function createTrace() {
  const last: TraceEvent[] = [];
  let hash = 0x811c9dc5;
  function add(text: string): void {
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return {
    last,
    add,
    hash: () => (hash >>> 0).toString(16).padStart(8, "0"),
    record: (event: TraceEvent) => {
      add(`${event.atMs} ${"actor" in event ? event.actor : event.supervisor} ${what(event)}`);
      last.push(event);
      if (last.length > tracedMax) last.shift();
    },
  };
}

/** What is the same in every run of a seed: all but stacks, which hold addresses of promise frames. */
function what(event: TraceEvent): string {
  switch (event.kind) {
    case "message":
      return event.message;
    case "effect":
      return `${event.effect} ${
        typeof event.detail === "string" ? event.detail : JSON.stringify(event.detail)
      }`;
    case "crash":
      return `crash ${event.error} ${event.message?.kind}`;
    case "restart":
      return `restart ${event.starts.join()}`;
    case "started":
    case "stopped":
    case "terminateFailed":
    case "gaveUp":
    case "overflow":
    case "deadLetter":
      return event.kind;
  }
}
