/**
 * The status of the charger in one answer, put together from the tree and the actors' own snapshots.
 *
 * Law: pure; an actor that is down leaves its part null. A snapshot that is not what is known here counts as none, and the
 * test on the real tree sees to it that this does not happen.
 */
import { z } from "zod";
import type { TreeNode } from "../actors/otp/tree.ts";
import { formatDateTime } from "../protocol/date_time.ts";
import { ConnectorFacts, Link, Queue, type StatusAnswer } from "./answers.ts";
import type { StoreHealth } from "./store_health.ts";

/** Who this charger is. */
export interface ChargerLabel {
  readonly chargePointId: string;
  readonly bootNotification: {
    readonly chargePointVendor: string;
    readonly chargePointModel: string;
    readonly chargePointSerialNumber?: string;
    readonly firmwareVersion?: string;
  };
  /** The name of the station profile. */
  readonly station: string;
}

/** One boot, as far as it is looked at. */
export interface BootView {
  readonly boot: number;
  readonly root: TreeNode;
  /** An actor's own snapshot; undefined when there is none. */
  readonly inspect: (id: string) => unknown;
}

export interface StatusParts {
  readonly wallMs: number;
  readonly label: ChargerLabel;
  readonly store: StoreHealth;
  /** Null while there is no tree. */
  readonly view: BootView | null;
}

const StationFacts = z.object({
  registration: z.enum(["Unregistered", "Accepted", "Pending", "Rejected"]),
  heartbeatIntervalS: z.number(),
  lastHeartbeat: z.string().nullable(),
  fault: ConnectorFacts.shape.warning,
});

export function statusOf({ wallMs, label, store, view }: StatusParts): StatusAnswer {
  const { chargePointVendor, chargePointModel, chargePointSerialNumber, firmwareVersion } =
    label.bootNotification;
  const station = snapshot(view, "station", StationFacts);
  return {
    at: formatDateTime(wallMs),
    running: view !== null,
    charger: {
      chargePointId: label.chargePointId,
      vendor: chargePointVendor,
      model: chargePointModel,
      serialNumber: chargePointSerialNumber ?? null,
      firmwareVersion: firmwareVersion ?? null,
      station: label.station,
    },
    boot: view?.boot ?? null,
    registration: station?.registration ?? null,
    heartbeat: station === null
      ? null
      : { intervalS: station.heartbeatIntervalS, last: station.lastHeartbeat },
    fault: station?.fault ?? null,
    link: snapshot(view, "link", Link),
    queue: snapshot(view, "outbox", Queue),
    connectors: view === null ? [] : connectorsOf(view),
    store,
  };
}

/** Every node below `root`, itself included, parents first. */
export function nodesOf(root: TreeNode): readonly TreeNode[] {
  return root.kind === "actor" ? [root] : [root, ...root.children.flatMap(nodesOf)];
}

function connectorsOf(view: BootView): StatusAnswer["connectors"] {
  return nodesOf(view.root).flatMap((node) => {
    const [, number] = /^connector:(\d+)$/.exec(node.id) ?? [];
    if (number === undefined) return [];
    const facts = snapshot(view, node.id, ConnectorFacts);
    return [{
      connectorId: Number(number),
      state: node.state,
      status: facts?.status ?? null,
      errorCode: facts?.errorCode ?? null,
      plug: facts?.plug ?? null,
      contactorClosed: facts?.contactorClosed ?? null,
      use: facts?.use ?? null,
      warning: facts?.warning ?? null,
      transaction: facts?.transaction ?? null,
      energyWh: facts?.lastEnergyWh ?? null,
    }];
  });
}

function snapshot<T>(view: BootView | null, id: string, shape: z.ZodType<T>): T | null {
  const parsed = shape.safeParse(view?.inspect(id));
  return parsed.success ? parsed.data : null;
}
