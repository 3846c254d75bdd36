/**
 * One run of the simulated world: a seed's scenario played, then everything healed, then judged.
 *
 * Law: safety first (invariants after every event, while faults fall), then liveness (faults over: all must come to rest).
 */
import { stationKeyTable } from "../../actors/charger_config.ts";
import { describe } from "../../actors/otp/trace.ts";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import type { StationProfile } from "../../hal/station_profile.ts";
import { heal } from "./heal.ts";
import { Breach, breached, judgeEnd, watchWorld } from "./invariants.ts";
import { play } from "./play.ts";
import { watchRecovery } from "./recovery.ts";
import { cameBack, rollOver } from "./roll_over.ts";
import type { Event } from "./scenario.ts";
import { drawScenario } from "./scenario.ts";
import { createSecurityOffice, type SecuredWorld } from "./security_office.ts";
import { drawSecurity, firstCredentials, type SecurityStart } from "./security_start.ts";
import { simStation } from "./sim_stations.ts";
import { drawMessagesMax, drawSettings } from "./swarm.ts";
import type { World } from "./world.ts";
import { createWorld, profileOf } from "./world.ts";

export interface Run {
  readonly seed: string;
  readonly traceHash: string;
  readonly transactions: number;
  readonly scenario: readonly Event[];
  /** Configuration keys of the first boot. */
  readonly settings: Settings;
  readonly security: SecurityStart;
  /** Events on the simulated clock. */
  readonly steps: number;
  /** Simulated, the quiet ones at the end included. */
  readonly hours: number;
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
  /** In place of the seed's own, as a kept scenario has them. */
  readonly settings?: Settings;
  readonly security?: SecurityStart;
  readonly messagesMax?: number;
}

/** What waits for hours shows after a whole day: then it has as long to come to rest as notes/reliability.md B3 says. */
const dayHours = 24;
const dayQuietMs = 6 * 3_600_000;
/** Of the seeds: each costs ten boots more. */
const recoveryShare = 0.25;

export type Settings = Readonly<Record<string, string>>;

export async function runSeed(seed: string, options: RunOptions): Promise<Run> {
  const station = {
    station: simStation(options.station ?? "reference-dc"),
    messagesMax: options.messagesMax ?? drawnMessagesMax(seed),
  };
  const settings = options.settings ?? drawnSettings(seed, profileOf(station.station));
  const security = options.security ?? drawnSecurity(seed);
  const unguarded = await createWorld({
    seed,
    judge: (idTag) => ({ status: idTag === "MALLORY" ? "Invalid" : "Accepted" }),
    reviveMs: 5_000,
    settings,
    ...firstCredentials(security),
    ...station,
  });
  const world: SecuredWorld = { ...unguarded, office: createSecurityOffice(unguarded, security) };
  const watch = watchWorld(world);
  const isRecovered = world.entropy.fraction("recovery") < recoveryShare;
  const judgeRecovery = isRecovered ? watchRecovery(world, station.station) : null;
  let steps = 0;
  world.watch(() => {
    steps += 1;
    watch.step();
  });
  const scenario = options.scenario ?? drawScenario(world.entropy, options.hours, world.connectors);
  let breach: Breach | null = null;
  try {
    await play(world, scenario);
    world.office.heal();
    await heal(world, ...(options.hours < dayHours ? [] : [dayQuietMs]));
    await cameBack(world, breached);
    await judgeEnd(world);
    await rollOver(world, breached);
    watch.end();
    await judgeRecovery?.(breached);
  } catch (error) {
    breach = error instanceof Breach ? error : new Breach("thrown", describe(error).stack);
  }
  return {
    seed,
    traceHash: world.traceHash(),
    transactions: world.centralSystem.ledger.size,
    scenario,
    settings,
    security,
    steps,
    hours: world.clock.monotonicMs() / 3_600_000,
    reached: reachedBy(world),
    breach,
    world,
  };
}

function drawnSettings(seed: string, profile: StationProfile): Settings {
  const entropy = createSimulatedEntropy(seed);
  return drawSettings(() => entropy.fraction("settings"), stationKeyTable(profile));
}

export function drawnMessagesMax(seed: string): number {
  const entropy = createSimulatedEntropy(seed);
  return drawMessagesMax(() => entropy.fraction("messagesMax"));
}

function drawnSecurity(seed: string): SecurityStart {
  const entropy = createSimulatedEntropy(seed);
  return drawSecurity(() => entropy.fraction("security"));
}

function reachedBy(world: World): ReadonlySet<string> {
  const { received, ledger } = world.centralSystem;
  const isRetransmitted = (received.get("StartTransaction") ?? 0) > ledger.size;
  return isRetransmitted ? new Set([...world.reached, "retransmission"]) : world.reached;
}
