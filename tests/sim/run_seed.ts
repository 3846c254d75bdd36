/**
 * One run of the simulated world: a seed's scenario played, then everything healed, then judged.
 *
 * Law: safety first (invariants after every event, while faults fall), then liveness (faults over: all must come to rest).
 */
import type { Act, Event } from "./scenario.ts";
import { drawScenario } from "./scenario.ts";
import { Breach, judgeEnd, watchWorld } from "./invariants.ts";
import type { World } from "./world.ts";
import { createWorld } from "./world.ts";

export interface Run {
  readonly seed: string;
  readonly traceHash: string;
  readonly transactions: number;
  readonly events: number;
  readonly reached: ReadonlySet<string>;
  /** What broke; null when nothing did. */
  readonly breach: Breach | null;
  /** The last of the trace, for whoever reads a breach. */
  readonly world: World;
}

export interface RunOptions {
  readonly hours: number;
  readonly station?: string;
  /** In place of the seed's own: a scenario that was cut down. */
  readonly scenario?: readonly Event[];
}

const darkMs = 5_000;
const quietMs = 2 * 3_600_000;
const roundsMax = 30;

export async function runSeed(seed: string, options: RunOptions): Promise<Run> {
  const world = await createWorld({
    seed,
    judge: (idTag) => ({ status: idTag === "MALLORY" ? "Invalid" : "Accepted" }),
    settings: {
      MeterValueSampleInterval: "60",
      AllowOfflineTxForUnknownId: "true",
      WebSocketPingInterval: "60",
    },
    ...(options.station === undefined ? {} : { station: options.station }),
  });
  const watcher = watchWorld(world);
  world.watch(watcher.look);
  const scenario = options.scenario ?? drawScenario(world.entropy, options.hours, world.connectors);
  let breach: Breach | null = null;
  try {
    await play(world, scenario, watcher.rebooted);
    await heal(world);
    judgeEnd(world);
  } catch (error) {
    if (!(error instanceof Breach)) throw error;
    breach = error;
  }
  return {
    seed,
    traceHash: world.traceHash(),
    transactions: world.centralSystem.ledger.size,
    events: scenario.length,
    reached: reachedBy(world),
    breach,
    world,
  };
}

async function play(world: World, scenario: readonly Event[], rebooted: () => void): Promise<void> {
  const beginMs = world.clock.monotonicMs();
  for (const { atMs, act } of scenario) {
    await world.advance(Math.max(0, beginMs + atMs - world.clock.monotonicMs()));
    if (act.kind === "powerCycle") {
      await powerCycle(world);
      rebooted();
    } else perform(world, act);
  }
}

/** A random part of what was under way is durable. */
async function powerCycle(world: World): Promise<void> {
  world.cutPower(Math.floor(world.entropy.fraction("cut") * 3));
  await world.clock.advance(darkMs);
  await world.restorePower();
}

function perform(world: World, act: Exclude<Act, { kind: "powerCycle" }>): void {
  const { station, network, centralSystem } = world;
  const reader = station.profile.reader === "connector";
  switch (act.kind) {
    case "plug":
      return void station.verbs.plug(act.connectorId);
    case "unplug":
      return void station.verbs.unplug(act.connectorId);
    case "swipe":
      return void station.verbs.swipe(act.idTag, ...(reader ? [act.connectorId] : []));
    case "remoteStart":
      return void centralSystem.call("RemoteStartTransaction", {
        connectorId: act.connectorId,
        idTag: act.idTag,
      });
    case "remoteStop": {
      const [open] = centralSystem.open();
      return void centralSystem.call("RemoteStopTransaction", { transactionId: open?.transactionId ?? 999 });
    }
    case "fault":
      return void station.verbs.fault(act.connectorId, { errorCode: "GroundFailure" });
    case "clearFault":
      return void station.verbs.clearFault(act.connectorId);
    case "carPauses":
      return void station.verbs.ev(act.connectorId, { suspended: act.suspended });
    case "link":
      return network.setLink(act.state);
    case "hangUp":
      return centralSystem.cut();
    case "crash":
      return void world.system().crash(act.actor);
    case "change":
      return void centralSystem.call("ChangeConfiguration", { key: act.key, value: act.value });
    case "reset":
      return void centralSystem.call("Reset", { type: act.type });
    case "trigger":
      return void centralSystem.call("TriggerMessage", { requestedMessage: act.requestedMessage });
  }
}

/** Everything works again and everybody leaves; then hours in which all must come to rest. */
export async function heal(world: World): Promise<void> {
  world.network.setLink("up");
  for (let connectorId = 1; connectorId <= world.connectors; connectorId++) {
    world.station.verbs.clearFault(connectorId);
  }
  await world.advance(60_000);
  world.centralSystem.call("ChangeConfiguration", { key: "MeterValueSampleInterval", value: "60" });
  // A backlog comes first; what was started offline is in the ledger only after it.
  for (let round = 0; round < roundsMax && (round === 0 || world.centralSystem.open().length > 0); round++) {
    await world.advance(10 * 60_000);
    for (const { transactionId } of world.centralSystem.open()) {
      world.centralSystem.call("RemoteStopTransaction", { transactionId });
    }
  }
  await world.advance(60_000);
  for (let connectorId = 1; connectorId <= world.connectors; connectorId++) {
    world.station.verbs.unplug(connectorId);
  }
  await world.advance(quietMs);
}

function reachedBy(world: World): ReadonlySet<string> {
  const { received, ledger } = world.centralSystem;
  const isRetransmitted = (received.get("StartTransaction") ?? 0) > ledger.size;
  return isRetransmitted ? new Set([...world.reached, "retransmission"]) : world.reached;
}
