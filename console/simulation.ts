/**
 * A simulated charger that lives through resets and power cuts: the hardware stays, boots come and go.
 *
 * Law: the same actors as the product on the same kind of store; only the ports at the edge are simulated. A power cut drops
 * the tree without a last word, while this process and its debug socket stay to take the `on`.
 */
import type { BootValues } from "../actors/boot.ts";
import { chargerConfig, stationKeyTable } from "../actors/charger_config.ts";
import { readSettings } from "../actors/settings.ts";
import type { SecurityEventRaised } from "../actors/security_log.ts";
import type { Trace } from "../actors/otp/trace.ts";
import type { DiagnosticsReport } from "../firmware/diagnostics.ts";
import type { TransferDriver } from "../firmware/transfer.ts";
import type { CivilTime } from "../hal/civil_time.ts";
import type { Clock } from "../hal/clock.ts";
import { createDenoTlsStream } from "../hal/drivers/deno_tls_stream.ts";
import { createDenoTrust } from "../hal/drivers/deno_trust.ts";
import { createOpensslStream } from "../hal/drivers/openssl_stream.ts";
import { createOpensslTrust } from "../hal/drivers/openssl_trust.ts";
import type { SimulatedStation } from "../hal/drivers/simulated_station.ts";
import { createSimulatedStation } from "../hal/drivers/simulated_station.ts";
import { createNodeDigest } from "../hal/drivers/node_digest.ts";
import { createNodeX509 } from "../hal/drivers/node_x509.ts";
import { createSystemClock } from "../hal/drivers/system_clock.ts";
import { createSystemEntropy } from "../hal/drivers/system_entropy.ts";
import { createWsWebSocket } from "../hal/drivers/ws_websocket.ts";
import type { StationProfile } from "../hal/station_profile.ts";
import type { BootNotificationRequest } from "../protocol/messages/core.ts";
import type { FaultyStore, StorageState } from "../simulator/faulty_store.ts";
import { faultyStore } from "../simulator/faulty_store.ts";
import type { NetworkSwitch } from "../simulator/network_switch.ts";
import { networkSwitch } from "../simulator/network_switch.ts";
import { keepPhysicalState, readPhysicalState } from "../simulator/physical_state_file.ts";
import type { CredentialsStore } from "../storage/credentials_store.ts";
import type { KeyRingFiles } from "../storage/drivers/key_ring_files.ts";
import type { StateDirectory } from "../storage/drivers/state_directory.ts";
import type { Store } from "../storage/store.ts";
import type { OpenedStore } from "../storage/drivers/deno_kv_store.ts";
import { describeFinding } from "../storage/finding.ts";
import { withReserve } from "../storage/reserve.ts";
import type { Charger, Ending } from "./charger.ts";
import { startCharger } from "./charger.ts";
import { findingEvent, reserveReleased } from "./finding_event.ts";
import { exitCodes, resetExitCode } from "./exit_codes.ts";
import { Refused } from "./refusals.ts";
import type { RehearsalParts } from "./rehearsal.ts";
import { openStore } from "./state.ts";

export interface SimulationParts {
  readonly profile: StationProfile;
  readonly bootNotification: BootNotificationRequest;
  readonly credentials: CredentialsStore;
  readonly keyRing: KeyRingFiles;
  readonly values: BootValues;
  readonly directory: StateDirectory;
  readonly clock: Clock;
  readonly civilTime: CivilTime;
  readonly trace: Trace;
  readonly warn: (line: string) => void;
  readonly transfer: TransferDriver;
  /** What can be told of the boot that runs, or of none. */
  readonly diagnose: (charger: Charger | null) => DiagnosticsReport;
  /** Watches the store's health. */
  readonly watchStore: (store: Store) => Store;
  readonly onReset: "restart" | "exit";
}

export interface Simulation {
  readonly station: SimulatedStation;
  /** The first boot. Throws what a person must mend (`Refused`, `StoreFailed`, a configuration value). */
  readonly boot: () => Promise<void>;
  /** The boot that runs now; null while the power is cut and between two boots. */
  readonly charger: () => Charger | null;
  readonly setPower: (state: "failing" | "cut" | "on") => void;
  readonly network: NetworkSwitch;
  readonly rehearsal: RehearsalParts;
  readonly setStorage: (state: StorageState) => void;
  readonly storageState: () => StorageState;
  /** Resolves with the process's exit code; rejects with a mistake of the kernel's. */
  readonly ended: Promise<number>;
  readonly stop: () => Promise<void>;
}

/** Makes the hardware; `boot` starts the charger. Throws `Refused` when the physical state does not fit the station. */
export function makeSimulation(parts: SimulationParts): Simulation {
  const { profile, clock, directory, warn } = parts;
  const realTime = createSystemClock();
  const physicalPath = `${directory.path}/physical.json`;
  const physical = readPhysicalState(physicalPath, profile);
  if (physical.kind === "refused") throw new Refused(physical.problems.join("\n"));
  const station = createSimulatedStation({
    profile,
    clock,
    ...(physical.value === null ? {} : { physicalState: physical.value }),
  });
  // In real time: a file that follows a hurried register would be written a thousand times a second.
  const release = keepPhysicalState(station, realTime, physicalPath, warn);
  const tls = tlsDrivers[profile.security.tlsDriver];
  const network = networkSwitch(createWsWebSocket(tls.stream(parts.keyRing.privateKey)), clock);
  const trust = tls.trust();
  const entropy = createSystemEntropy();
  const digest = createNodeDigest();
  const ended = Promise.withResolvers<number>();
  const now: { charger: Charger | null; opened: OpenedStore | null; faulty: FaultyStore | null } = {
    charger: null,
    opened: null,
    faulty: null,
  };
  let storage: StorageState = "ok";
  let powered = true;
  /** Boots and cuts follow each other; none begins before the one before it is done. */
  let turn = Promise.resolve();

  async function boot(): Promise<void> {
    if (now.charger !== null || !powered) return;
    const findings: SecurityEventRaised[] = [];
    const opened = await openStore(directory, clock.wallMs(), (finding) => {
      warn(`! ${describeFinding(finding)}`);
      const event = findingEvent(finding);
      if (event === null) return;
      if (now.charger === null) findings.push(event);
      else now.charger.addresses.securityLog.send(event);
    });
    const room = {
      release: async () => {
        const released = await opened.releaseBallast();
        if (released) now.charger?.addresses.securityLog.send(reserveReleased);
        return released;
      },
      freeBytes: opened.freeBytes,
    };
    const faulty = faultyStore(withReserve(opened.store, room), storage);
    now.opened = opened;
    now.faulty = faulty;
    const { board, meter, reader, power } = station;
    const ports = {
      clock,
      civilTime: parts.civilTime,
      entropy,
      digest,
      store: parts.watchStore(faulty.store),
      credentials: parts.credentials,
      keys: parts.keyRing.ring,
      x509: createNodeX509(),
      trust,
      websocket: network.driver,
      board,
      meter,
      reader,
      power,
      transfer: parts.transfer,
      diagnostics: { report: () => parts.diagnose(now.charger) },
    };
    const started = startCharger({ ...parts, ports, patience: realTime });
    // A cut store answers nobody any more, so a boot that the power leaves would wait for ever.
    const charger = await Promise.race([started, faulty.severed]).catch(async (error) => {
      await closeStore();
      throw error;
    });
    if (charger === null) {
      started.then((late) => late.abandon(), () => {});
      return;
    }
    now.charger = charger;
    for (const event of findings) charger.addresses.securityLog.send(event);
    opened.damaged.then((error) => {
      if (now.charger !== charger) return;
      warn(`! the store is damaged, and only a new start can salvage it: ${error}`);
      charger.giveUp();
    });
    charger.ended.then((ending) => after(() => over(ending)), ended.reject);
  }

  async function over(ending: Ending): Promise<void> {
    await closeStore();
    if (ending.kind !== "restart") return finish(endCodes[ending.kind]);
    if (parts.onReset === "exit") return finish(resetExitCode(ending.restart));
    await boot();
  }

  async function closeStore(): Promise<void> {
    now.charger = null;
    await now.opened?.close();
    now.opened = null;
  }

  function finish(code: number): void {
    release();
    ended.resolve(code);
  }

  /** What goes wrong in a boot is said, and tried again: the hardware is there, and so is whoever holds the socket. */
  function after(next: () => Promise<void>): void {
    turn = turn.then(next).catch((error) => {
      warn(`! boot: ${error instanceof Error ? error.message : error}; next try in ${bootAgainMs / 1_000} s`);
      realTime.after(bootAgainMs, () => after(boot));
    });
  }

  function setPower(state: "failing" | "cut" | "on"): void {
    powered = state !== "cut";
    if (state === "cut") {
      now.faulty?.sever();
      now.charger?.abandon();
      network.cut();
      after(closeStore);
    }
    station.verbs.power(state);
    if (state === "on") after(boot);
  }

  return {
    station,
    boot: () => {
      const first = boot();
      turn = first.catch(() => {});
      return first;
    },
    charger: () => now.charger,
    setPower,
    network,
    rehearsal: {
      credentials: parts.credentials,
      websocket: network.driver,
      dialling: chargerConfig(profile, parts.bootNotification, 0).dialling,
      wildcards: () => now.charger === null ? null : wildcardsIn(now.charger.store, profile),
    },
    setStorage: (state) => {
      storage = state;
      now.faulty?.set(state);
    },
    storageState: () => storage,
    ended: ended.promise,
    stop: () => {
      // After a boot that is under way; its charger stops in order and ends the simulation by itself.
      turn = turn.then(() => now.charger === null ? finish(exitCodes.stopped) : now.charger.stop());
      return turn;
    },
  };
}

/** In real time: long enough to be read, short enough for whoever has just made room on the disk. */
const bootAgainMs = 2_000;

/** Of security profiles 2 and 3; either dials TCP for the others. */
const tlsDrivers = {
  openssl: { stream: createOpensslStream, trust: createOpensslTrust },
  deno: { stream: createDenoTlsStream, trust: createDenoTrust },
} as const;

const endCodes = { stopped: exitCodes.stopped, gaveUp: exitCodes.failed } as const;

async function wildcardsIn(store: Store, profile: StationProfile): Promise<boolean> {
  return (await readSettings(store, stationKeyTable(profile))).AllowCSMSTLSWildcards;
}
