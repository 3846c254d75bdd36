/**
 * SIGKILL of the real process at some hundred moments of sessions, of outages and of the drains that follow them.
 *
 * Law: a lane is one charger that is killed in one life after the other; lanes are judged apart, and two run at a time.
 */
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import { allEnded } from "./crash_parts.ts";
import { judge } from "./judge.ts";
import { type Evidence, runLane } from "./lane.ts";
import { DRAIN_MOMENTS, drawMoments, type Moment, SESSION_MOMENTS } from "./moments.ts";

export interface KillFigures {
  readonly kills: number;
  readonly drainKills: number;
  readonly transactions: number;
  readonly messagesLeft: number;
}

const KILLS_IN_LANE = 25;
const LANES_AT_ONCE = 2;

/** Throws at the first breach; its message names the lane, which the same seed plays again. */
export async function sweepKills(seed: string, kills: number): Promise<KillFigures> {
  const lanes = Array.from({ length: Math.ceil(kills / KILLS_IN_LANE) }, (_, lane) => lane);
  const figures = { kills: 0, drainKills: 0, transactions: 0, messagesLeft: 0 };
  async function work(): Promise<void> {
    for (let lane = lanes.shift(); lane !== undefined; lane = lanes.shift()) {
      const count = Math.min(KILLS_IN_LANE, kills - lane * KILLS_IN_LANE);
      const drains = Math.floor(count / 2);
      const judged = killAndJudge(`${seed} kills ${lane}`, count - drains, drains);
      const { ledger, left } = await judged.catch((breach) => {
        lanes.splice(0);
        throw breach;
      });
      figures.kills += count;
      figures.drainKills += drains;
      figures.transactions += ledger.entries.length;
      figures.messagesLeft += left.flatMap(({ messages }) => messages).length;
      console.error(`${figures.kills} of ${kills} kills`);
    }
  }
  await allEnded(Array.from({ length: LANES_AT_ONCE }, work));
  return figures;
}

/** One lane, killed in sessions and in drains in turn. */
async function killAndJudge(name: string, sessions: number, drains: number): Promise<Evidence> {
  const entropy = createSimulatedEntropy(name);
  const moments: readonly Moment[] = interleaved(
    drawMoments(entropy, SESSION_MOMENTS, sessions),
    drawMoments(entropy, DRAIN_MOMENTS, drains),
  );
  try {
    const evidence = await runLane(entropy, moments);
    judge(evidence);
    return evidence;
  } catch (cause) {
    throw new Error(`lane "${name}": ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function interleaved<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  return one.flatMap((item, index) => [item, ...other.slice(index, index + 1)]);
}
