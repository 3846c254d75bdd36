/**
 * A disk that is full or fails, at some moments of sessions and drains: what the real program makes of it.
 *
 * Law: a lane is one charger, one disk and one central system, over all of its episodes; it is judged at the end by the bills and the meter.
 */
import { assertEquals } from "@std/assert";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import type { CentralSystemEvent } from "../../simulator/central_system.ts";
import { startCentralSystem } from "../../simulator/central_system.ts";
import { Sightings } from "../integration/sightings.ts";
import type { SimulatorProcess } from "../integration/simulator_process.ts";
import { spawnSimulatorUnder } from "../integration/simulator_process.ts";
import { temporaryDirectory } from "../integration/temporary_directory.ts";
import { allEnded } from "./crash_parts.ts";
import { FaultControl, shimEnvironment } from "./crash_shim.ts";
import { durableState } from "./durable_state.ts";
import type { EpisodeFigures } from "./fault_episode.ts";
import { suffer } from "./fault_episode.ts";
import { describeEpisode, DISK_FAULTS, type Episode, FAULT_MOMENTS } from "./faults.ts";
import { judge } from "./judge.ts";
import { OPTIONS, physicalConnector } from "./lane.ts";

export interface FaultFigures {
  readonly episodes: number;
  readonly hits: number;
  /** Episodes in which the store has refused, and in which the process has ended and was started again. */
  readonly refused: number;
  readonly ended: number;
  readonly transactions: number;
}

const LANES = 2;
const SKIP_MAX = 12;
const HELD_MAX_MS = 1_500;

/** Throws at the first breach; its message names the lane and the episode. */
export async function sweepFaults(seed: string, episodes: number, library: string): Promise<FaultFigures> {
  const lanes = await allEnded(
    Array.from(
      { length: LANES },
      (_, lane) => runLane(`${seed} faults ${lane}`, drawn(seed, episodes, lane), library),
    ),
  );
  const all = lanes.flatMap(({ figures }) => figures);
  return {
    episodes: all.length,
    hits: all.reduce((sum, { hits }) => sum + hits, 0),
    refused: all.filter(({ isRefused }) => isRefused).length,
    ended: all.filter(({ hasEnded }) => hasEnded).length,
    transactions: lanes.reduce((sum, { transactions }) => sum + transactions, 0),
  };
}

/** Every fault at every moment, again and again, in the seed's order; half of them at once, half after some writes. */
function drawn(seed: string, count: number, lane: number): readonly Episode[] {
  const entropy = createSimulatedEntropy(`${seed} faults`);
  const kinds = DISK_FAULTS.flatMap((fault) => FAULT_MOMENTS.map((moment) => ({ fault, moment })));
  return Array.from({ length: count }, (_, index) => index % kinds.length)
    .flatMap((index) => kinds.slice(index, index + 1))
    .map((kind) => ({
      ...kind,
      skip: Math.max(0, Math.floor((entropy.fraction("skip") * 2 - 1) * SKIP_MAX)),
      heldMs: Math.max(0, Math.floor((entropy.fraction("heldMs") * 2 - 1) * HELD_MAX_MS)),
      rank: entropy.fraction("order"),
    }))
    .toSorted((one, other) => one.rank - other.rank)
    .filter((_, index) => index % LANES === lane);
}

async function runLane(
  name: string,
  episodes: readonly Episode[],
  library: string,
): Promise<{ readonly figures: readonly EpisodeFigures[]; readonly transactions: number }> {
  await using directory = await temporaryDirectory();
  const root = await Deno.realPath(directory.path);
  const state = `${root}/state`;
  const control = new FaultControl(`${root}/control`);
  const seen = new Sightings<CentralSystemEvent>();
  const central = await startCentralSystem({ wallMs: Date.now, listen: (event) => seen.note(event) });
  const env = { TMPDIR: root, ...shimEnvironment(library, { directory: state, control: control.path }) };
  const charger = restarting(() =>
    spawnSimulatorUnder(
      env,
      ...["--csms", central.url, "--state", state, "--socket", `${root}/socket`],
      ...OPTIONS,
    )
  );
  const figures: EpisodeFigures[] = [];
  try {
    for (const [index, episode] of episodes.entries()) {
      const patient = { central, seen, control, ...charger };
      figures.push(
        await suffer(patient, episode, `F${index}`).catch((cause) => {
          throw new Error(
            `lane "${name}", episode ${index}, ${describeEpisode(episode)}: ${
              cause instanceof Error ? cause.message : cause
            }`,
            { cause },
          );
        }),
      );
    }
    const last = charger.alive();
    // A signal that comes while its modules load ends it at once (README, Limits).
    await last.socketPath();
    last.signal("SIGTERM");
    assertEquals(await last.exit(), 0, last.complaints.join("\n"));
  } finally {
    await charger.end();
    await central.stop();
  }
  judge({
    events: seen.all,
    ledger: central.ledger,
    left: [],
    atRest: await durableState(state),
    registerWh: (await physicalConnector(state))?.registerWh ?? NaN,
  });
  return { figures, transactions: central.ledger.entries.length };
}

/** Starts it again where it has ended, as the init system does, but only when it is asked for. */
function restarting(spawn: () => SimulatorProcess) {
  let latest: SimulatorProcess | null = null;
  function hasEnded(): boolean {
    return latest === null;
  }
  function alive(): SimulatorProcess {
    if (latest !== null) return latest;
    const simulator = spawn();
    latest = simulator;
    simulator.ended.then(() => latest = null);
    return simulator;
  }
  async function end(): Promise<void> {
    await latest?.[Symbol.asyncDispose]();
  }
  return { hasEnded, alive, end };
}
