/**
 * One run of the simulated world: a seed's scenario played, then everything healed, then judged.
 *
 * Law: safety first (invariants after every event, while faults fall), then liveness (faults over: all must come to rest).
 */
import { describe } from "../../actors/otp/trace.ts";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import { Breach, judgeEnd, watchWorld } from "./invariants.ts";
import { play } from "./play.ts";
import type { Event } from "./scenario.ts";
import { drawScenario } from "./scenario.ts";
import type { World } from "./world.ts";
import { createWorld } from "./world.ts";

export interface Run {
  readonly seed: string;
  readonly traceHash: string;
  readonly transactions: number;
  readonly scenario: readonly Event[];
  /** Events on the simulated clock. */
  readonly steps: number;
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
      // What is given up is not in the ledger; here everything must be.
      TransactionMessageAttempts: "100",
      TransactionMessageRetryInterval: "10",
      StopTransactionOnInvalidId: stopOnInvalidId(seed),
    },
    ...(options.station === undefined ? {} : { station: options.station }),
  });
  const look = watchWorld(world);
  let steps = 0;
  world.watch(() => {
    steps += 1;
    look();
  });
  const scenario = options.scenario ?? drawScenario(world.entropy, options.hours, world.connectors);
  let breach: Breach | null = null;
  try {
    await play(world, scenario);
    await heal(world);
    judgeEnd(world);
  } catch (error) {
    breach = error instanceof Breach ? error : new Breach("thrown", describe(error).stack);
  }
  return {
    seed,
    traceHash: world.traceHash(),
    transactions: world.centralSystem.ledger.size,
    scenario,
    steps,
    reached: reachedBy(world),
    breach,
    world,
  };
}

/** In every second seed a refused card stops its transaction, in the others only the energy. */
function stopOnInvalidId(seed: string): string {
  return String(createSimulatedEntropy(seed).fraction("settings") < 0.5);
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
