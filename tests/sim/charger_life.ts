/**
 * The life of the charger in the simulated world: it boots, is restarted, gives up, loses its power, and boots again.
 *
 * Law: the production tree on simulated ports; what one life leaves to the next is the medium of its store, and nothing else.
 */
import { beginBoot, restoreCivilTime } from "../../actors/boot.ts";
import { chargerConfig, stationKeyTable } from "../../actors/charger_config.ts";
import { endOrphans } from "../../actors/orphaned_transactions.ts";
import type { System } from "../../actors/otp/kernel.ts";
import { createKernel } from "../../actors/otp/kernel.ts";
import type { SupervisorSpec } from "../../actors/otp/supervisor.ts";
import type { Trace } from "../../actors/otp/trace.ts";
import type { ChargerConfig } from "../../actors/charger_config.ts";
import type { Ports } from "../../actors/ports.ts";
import type { Tree } from "../../actors/tree.ts";
import { plantTree } from "../../actors/tree.ts";
import type { CivilTime } from "../../hal/civil_time.ts";
import { createCivilTime } from "../../hal/civil_time.ts";
import { createSimulatedHost } from "../../hal/drivers/simulated_host.ts";
import type { SimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import type { RestartKind } from "../../hal/host.ts";
import type { StationProfile } from "../../hal/station_profile.ts";
import type { Operation } from "../../storage/drivers/memory_schedule.ts";
import type { MemorySnapshot, MemoryStore } from "../../storage/drivers/memory_store.ts";
import type { Credentials } from "../../storage/credentials.ts";
import type { CredentialsStore } from "../../storage/credentials_store.ts";
import type { MemoryCredentials } from "../../storage/drivers/memory_credentials.ts";
import { createMemoryCredentials } from "../../storage/drivers/memory_credentials.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import type { LedgerKeeper } from "./durable_ledger.ts";
import type { FaultyDisk } from "./faulty_disk.ts";
import type { Saboteur } from "./saboteur.ts";

export interface ChargerLife {
  readonly system: () => System;
  /** As it was planted. */
  readonly root: () => SupervisorSpec;
  readonly store: () => MemoryStore;
  readonly credentials: () => MemoryCredentials;
  readonly addresses: () => Tree["addresses"];
  /** There is no charger: its power is cut. */
  readonly isDark: () => boolean;
  readonly boots: () => number;
  /** Civil time by whoever told this boot first. */
  readonly civilMs: () => number;
  /** Nothing is under way but what time will bring. */
  readonly isSettled: () => boolean;
  readonly boot: () => Promise<void>;
  /** Of the commits under way the first `keptCommits` are durable; then it is dark. */
  readonly cut: (keptCommits: number) => void;
  /** What lies on the medium is replaced while it is dark. */
  readonly tamper: (change: (found: MemoryStore) => MemorySnapshot) => void;
}

export interface ChargerLifeParts {
  readonly profile: StationProfile;
  readonly clock: SimulatedClock;
  readonly ports: Omit<Ports, "store" | "credentials" | "host" | "civilTime" | "clock">;
  /** Of the first boot. */
  readonly credentials: Credentials;
  readonly ledger: LedgerKeeper;
  readonly disk: FaultyDisk;
  readonly saboteur: Saboteur;
  readonly diskMs: (operation: Operation) => number;
  readonly settings: Readonly<Record<string, string>>;
  /** What the first boot finds. Default: nothing. */
  readonly medium?: MemorySnapshot;
  readonly messagesMax?: number;
  readonly stuckRestarts: number;
  /** From the end of a process that has given up to its next start (systemd, RestartSec); null: there is no next start. */
  readonly reviveMs: number | null;
  /** Called when a write of the credentials is asked for. */
  readonly credentialsAsked: () => void;
  readonly trace: Trace;
  readonly restarted: (kind: RestartKind) => void;
}

const bootNotification = { chargePointVendor: "chargerd", chargePointModel: "simulated" };

export function createChargerLife(parts: ChargerLifeParts): ChargerLife {
  const { clock, ledger, disk, saboteur } = parts;
  let system: System | null = null;
  let planted: Tree | null = null;
  let memory = createMemoryStore(parts.medium === undefined ? {} : { from: parts.medium });
  let credentials = createMemoryCredentials(parts.credentials);
  /** Of the present boot, and of the one before it while it is dark. */
  let civilTime: CivilTime | null = null;
  let isBooting = false;
  let isRestarting = false;
  let stuckRestarts = parts.stuckRestarts;
  let boots = 0;

  async function boot(): Promise<void> {
    isBooting = true;
    boots += 1;
    const table = stationKeyTable(parts.profile);
    const undelayed = createMemoryStore({ from: memory.snapshot() });
    ledger.refound(undelayed.snapshot());
    const store = ledger.watch(undelayed.store);
    civilTime = createCivilTime(clock, (wallMs) => clock.stepWall(wallMs - clock.wallMs()));
    const count = await beginBoot(store, table, { first: parts.settings, always: {} });
    const hasLostTime = await restoreCivilTime(store, clock, civilTime);
    await endOrphans({ store, connectors: parts.profile.connectors.length, boot: count, clock, trace });
    memory = createMemoryStore({
      latency: {
        clock,
        // What is slow is to make a commit durable; what is read lies in the memory of the system.
        drawMs: (operation) => parts.diskMs(operation) + (operation === "commit" ? disk.extraMs() : 0),
      },
      from: undelayed.snapshot(),
    });
    credentials = createMemoryCredentials(credentials.powerCut(Infinity), {
      clock,
      drawMs: (operation) => operation === "commit" ? parts.diskMs(operation) : 0,
    });
    const kernel = createKernel({ clock, trace });
    const willing = createSimulatedHost(clock, restart);
    const tree = plantTree(kernel, {
      ...parts.ports,
      clock,
      civilTime,
      store: disk.store(memory, ledger.watch(memory.store)),
      credentials: watched(credentials.store, parts.credentialsAsked),
      host: { restart: (kind) => stuckRestarts-- > 0 ? undefined : willing.restart(kind) },
    }, configured(count, hasLostTime));
    planted = tree;
    system = kernel.start(saboteur.sabotaged(tree.root));
    // A mistake of the kernel comes out of whoever turns the clock.
    system.ended.catch((mistake) =>
      clock.soon(() => {
        throw mistake;
      })
    );
    isBooting = false;
  }

  function configured(boot: number, hasLostTime: boolean): ChargerConfig {
    const config = chargerConfig(parts.profile, bootNotification, boot, hasLostTime);
    return { ...config, transactionMessagesMax: parts.messagesMax ?? config.transactionMessagesMax };
  }

  function trace(event: Parameters<Trace>[0]): void {
    parts.trace(event);
    if (event.kind === "gaveUp" && event.retryInMs === null && event.supervisor === "charger") revive();
  }

  /** The init system starts the process again. */
  function revive(): void {
    const ofBoot = boots;
    if (parts.reviveMs === null) return;
    clock.after(parts.reviveMs, () => {
      if (boots !== ofBoot || system === null) return;
      end(Infinity);
      void boot();
    });
  }

  function restart(kind: RestartKind): void {
    parts.restarted(kind);
    isRestarting = true;
    const ending = system;
    ending?.stop().then(async () => {
      if (ending !== system) return;
      end(Infinity);
      await boot();
    });
  }

  function end(keptCommits: number): void {
    system?.abandon();
    system = null;
    isRestarting = false;
    saboteur.forget();
    memory = createMemoryStore({ from: memory.powerCut(keptCommits) });
    credentials = createMemoryCredentials(credentials.powerCut(keptCommits));
  }

  return {
    system: () => system!,
    store: () => memory,
    credentials: () => credentials,
    root: () => planted!.root,
    addresses: () => planted!.addresses,
    isDark: () => system === null,
    boots: () => boots,
    civilMs: () => civilTime?.firstToldMs() ?? clock.wallMs(),
    isSettled: () => {
      if (isBooting) return false;
      if (system === null) return true;
      if (isRestarting && system.tree().state === "stopped") return false;
      const pending = memory.pending() + credentials.pending();
      const waiting = memory.pending() > 0 ? disk.waiting() : 0;
      return system.turnsInFlight() === pending + waiting + saboteur.asleep();
    },
    boot,
    cut: end,
    tamper: (change) => {
      memory = createMemoryStore({ from: change(memory) });
    },
  };
}

function watched(store: CredentialsStore, asked: () => void): CredentialsStore {
  return {
    read: store.read,
    write: (credentials) => {
      const written = store.write(credentials);
      asked();
      return written;
    },
  };
}
