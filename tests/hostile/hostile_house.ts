/**
 * The simulated world as a house under attack: what its central system and its passers-by do, and what may not come of it.
 *
 * Law: judged after every event by the invariants of `tests/sim/`, and after every case by what stands here: nothing has crashed, and
 * all that can grow is bounded.
 */
import type { Trace, TraceEvent } from "../../actors/otp/trace.ts";
import type { TreeNode } from "../../actors/otp/tree.ts";
import { parseFrame } from "../../protocol/frame.ts";
import type { ChargePointStatus } from "../../protocol/messages/types.ts";
import type { Key } from "../../storage/store.ts";
import { Breach, watchWorld } from "../sim/invariants.ts";
import type { World } from "../sim/world.ts";
import { createWorld } from "../sim/world.ts";

export interface HostileHouse extends World {
  /** The CALL before the charger's last one, which is over. */
  readonly chargersId: () => string;
  /** CALLs that the charger has sent so far. */
  readonly sent: () => number;
  /** Lets time pass until it holds; false when it does not within `ms`. */
  readonly until: (holds: () => boolean, ms: number) => Promise<boolean>;
  /** Contactor and transaction of each connector. */
  readonly sessions: () => string;
  /** The status of each connector. */
  readonly statuses: () => string;
  /** Throws a Breach when something has crashed or grown. */
  readonly inspectBounds: () => void;
  /** The power is cut and comes back. */
  readonly powerCycle: () => Promise<void>;
}

export interface HostileHouseOptions {
  readonly seed: string;
  readonly station: string;
  readonly settings?: Readonly<Record<string, string>>;
}

const stepMs = 20;
const darkMs = 5_000;
/** Of messages that wait when nothing happens: what a turn that awaits the disk has not come to yet. */
const mailboxMax = 20;
/** More than the cache and the security log may hold, with all keys and all that a session leaves. */
const recordsMax = 1_700;
const timersMax = 100;

export async function createHostileHouse(options: HostileHouseOptions): Promise<HostileHouse> {
  const watch = createTraceWatch();
  const world = await createWorld({
    ...options,
    pace: {
      networkMs: { min: 1, max: 20 },
      answerMs: () => 10,
      diskMs: () => 1,
      meterMs: 5,
    },
    traced: watch.record,
  });
  world.watch(watchWorld(world).step);
  const connectorIds = Array.from({ length: world.connectors }, (_, index) => index + 1);

  function inspection(connectorId: number): Inspection | undefined {
    return world.system().inspect(`connector:${connectorId}`) as Inspection | undefined;
  }

  return {
    ...world,
    chargersId: watch.chargersId,
    sent: watch.sent,
    until: async (holds, ms) => {
      for (let passedMs = 0; !holds(); passedMs += stepMs) {
        if (passedMs >= ms) return false;
        await world.advance(stepMs);
      }
      return true;
    },
    sessions: () =>
      connectorIds.map((connectorId) => {
        const { contactorClosed } = world.station.board.state(connectorId);
        return `${contactorClosed ? "closed" : "open"} ${
          inspection(connectorId)?.transaction?.localId ?? "none"
        }`;
      }).join(", "),
    statuses: () => connectorIds.map((connectorId) => inspection(connectorId)?.status ?? "down").join(", "),
    inspectBounds: () => {
      const [failure] = watch.failures;
      if (failure !== undefined) throw new Breach("I17", failure);
      const waiting = depth(world.system().tree());
      if (waiting > mailboxMax) throw new Breach("I21", `${waiting} messages wait in mailboxes`);
      const { records } = world.store().snapshot();
      if (records.length > recordsMax) throw new Breach("I21", `the store holds ${counted(records)}`);
      const timers = world.clock.pending();
      if (timers > timersMax) throw new Breach("I21", `${timers} timers are pending`);
    },
    powerCycle: async () => {
      world.cutPower(0);
      await world.clock.advance(darkMs);
      await world.restorePower();
    },
  };
}

interface Inspection {
  readonly status: ChargePointStatus;
  readonly transaction: { readonly localId: number } | null;
}

interface TraceWatch {
  readonly record: Trace;
  readonly failures: readonly string[];
  readonly chargersId: () => string;
  readonly sent: () => number;
}

function createTraceWatch(): TraceWatch {
  const failures: string[] = [];
  let ids: readonly string[] = ["never", "never"];
  let sent = 0;

  function frameSent(text: string): void {
    const parsed = parseFrame(text);
    if (parsed.kind !== "frame" || parsed.frame.kind !== "Call") return;
    ids = [...ids, parsed.frame.id].slice(-2);
    sent += 1;
  }

  return {
    failures,
    record: (event) => {
      const failure = failureIn(event);
      if (failure !== null) failures.push(failure);
      if (event.kind === "effect" && event.effect === "FrameSent") frameSent(String(event.detail));
    },
    chargersId: () => ids[0] ?? "",
    sent: () => sent,
  };
}

function failureIn(event: TraceEvent): string | null {
  switch (event.kind) {
    case "crash":
    case "terminateFailed":
      return `${event.actor} crashed: ${event.error}\n${event.stack}`;
    case "gaveUp":
      return `${event.supervisor} gave up`;
    case "overflow":
      return `the mailbox of ${event.actor} lost ${event.message}`;
    case "started":
    case "stopped":
    case "message":
    case "restart":
    case "deadLetter":
    case "effect":
      return null;
  }
}

function depth(node: TreeNode): number {
  return node.kind === "actor"
    ? node.mailboxDepth
    : node.children.reduce((sum, child) => sum + depth(child), 0);
}

function counted(records: readonly { readonly key: Key }[]): string {
  const kinds = Map.groupBy(records, ({ key }) => String(key[0]));
  return [...kinds].map(([kind, { length }]) => `${length} ${kind}`).join(", ");
}
