/**
 * One boot of the charger: counted, planted, started; and its orderly end.
 *
 * Law: what starts it here is the same for the product and the simulator; they differ in the ports that they hand in.
 */
import type { BootValues } from "../actors/boot.ts";
import { beginBoot, restoreCivilTime } from "../actors/boot.ts";
import { chargerConfig, stationKeyTable } from "../actors/charger_config.ts";
import type { System } from "../actors/otp/kernel.ts";
import { endOrphans } from "../actors/orphaned_transactions.ts";
import { createKernel } from "../actors/otp/kernel.ts";
import type { Trace } from "../actors/otp/trace.ts";
import type { Addresses } from "../actors/addresses.ts";
import type { Ports } from "../actors/ports.ts";
import { plantTree } from "../actors/tree.ts";
import type { Clock } from "../hal/clock.ts";
import type { RestartKind } from "../hal/host.ts";
import type { StationProfile } from "../hal/station_profile.ts";
import type { BootNotificationRequest } from "../protocol/messages/core.ts";
import type { Store } from "../storage/store.ts";

/** How a boot ended. */
export type Ending = { readonly kind: "stopped" } | { readonly kind: "gaveUp" } | {
  readonly kind: "restart";
  readonly restart: RestartKind;
};

export interface Charger {
  readonly boot: number;
  readonly system: System;
  readonly addresses: Addresses;
  /** For who only reads: each key has its one writer in the tree. */
  readonly store: Store;
  /** Rejects with a mistake of the kernel's (`System`). */
  readonly ended: Promise<Ending>;
  /** Ends open transactions with reason Reboot, then stops the tree in reverse. */
  readonly stop: () => Promise<void>;
  /** Ends it as a give-up of its supervisors does: the next boot takes up what is open. */
  readonly giveUp: () => void;
  /** A power cut. `ended` never comes. */
  readonly abandon: () => void;
}

export interface ChargerParts {
  readonly profile: StationProfile;
  readonly bootNotification: BootNotificationRequest;
  readonly values: BootValues;
  /** All but the host, which ends this boot. */
  readonly ports: Omit<Ports, "host">;
  readonly trace: Trace;
  /** Real time, for deadlines: `ports.clock` may be hurried. */
  readonly patience: Clock;
}

/** A stop of the process does not wait longer: what is not ended is closed at the next boot, what is not sent is sent then. */
const stopPatienceMs = 3_000;

/** Throws an `Error` that names what is wrong with a configuration value, before anything has started. */
export async function startCharger(parts: ChargerParts): Promise<Charger> {
  const { profile, bootNotification, values, ports, trace, patience } = parts;
  const boot = await beginBoot(ports.store, stationKeyTable(profile), values);
  const hasLostTime = await restoreCivilTime(ports.store, ports.clock, ports.civilTime);
  await endOrphans({ ...ports, connectors: profile.connectors.length, boot, trace });
  const kernel = createKernel({ clock: ports.clock, patience, trace });
  let restart: RestartKind | null = null;
  let isGivenUp = false;
  const host = {
    restart: (kind: RestartKind) => {
      restart = kind;
      ports.clock.soon(() => void system.stop());
    },
  };
  const { root, addresses } = plantTree(
    kernel,
    { ...ports, host },
    chargerConfig(profile, bootNotification, boot, hasLostTime),
  );
  const system = kernel.start(root);
  return {
    boot,
    system,
    addresses,
    store: ports.store,
    ended: system.ended.then((how) =>
      how === "gaveUp" || isGivenUp
        ? { kind: "gaveUp" }
        : restart === null
        ? { kind: "stopped" }
        : { kind: "restart", restart }
    ),
    stop: async () => {
      await patiently(patience, transactionsEnded(addresses));
      await system.stop();
    },
    giveUp: () => {
      isGivenUp = true;
      void system.stop();
    },
    abandon: () => system.abandon(),
  };
}

/** Resolves when every StopTransaction is durable, and delivered as far as there is a link. */
async function transactionsEnded(addresses: Addresses): Promise<void> {
  const stopped = [...addresses.connectors.values()].map((connector) =>
    new Promise<null>((reply) => void connector.send({ kind: "RestartBegun", reason: "Reboot", reply }))
  );
  await Promise.all(stopped);
  await new Promise<null>((reply) => void addresses.outbox.send({ kind: "Drain", reply }));
}

function patiently(clock: Clock, done: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(stopPatienceMs, resolve);
    done.then(() => {
      cancel();
      resolve();
    });
  });
}
