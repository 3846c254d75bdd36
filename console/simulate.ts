/**
 * The verb `simulate`: the product's actors on simulated hardware, a central system where none is given, and a session to watch.
 *
 * Law: one command on a fresh machine shows a whole session; what it made for itself (state, socket) it takes away again.
 */
import type { Trace } from "../actors/otp/trace.ts";
import type { Clock } from "../hal/clock.ts";
import { createAdjustableClock } from "../hal/drivers/adjustable_clock.ts";
import { createScaledClock } from "../hal/drivers/scaled_clock.ts";
import { loadStation } from "../hal/drivers/station_files.ts";
import { createSystemClock } from "../hal/drivers/system_clock.ts";
import type { StationProfile } from "../hal/station_profile.ts";
import { startCentralSystem } from "../simulator/central_system.ts";
import type { Bill } from "../simulator/story.ts";
import { createStory } from "../simulator/story.ts";
import type { SimulateOptions } from "./arguments.ts";
import { renderBill } from "./bill.ts";
import { openDebugSocket } from "./debug_socket.ts";
import { identityOf } from "./identity.ts";
import type { Narrator } from "./narrator.ts";
import { keyValueProblems } from "./key_values.ts";
import { createNarrator } from "./narrator.ts";
import { createObservatory } from "./observatory.ts";
import type { SimulateConfig } from "./run_config.ts";
import { readSimulateConfig } from "./run_config.ts";
import { simulatedHardware } from "./simulated_hardware.ts";
import type { Simulation } from "./simulation.ts";
import { makeSimulation } from "./simulation.ts";
import type { Output } from "./output.ts";
import { NotUnderstood } from "./refusals.ts";
import { simulateSocketPath } from "./socket_path.ts";
import { onSignals } from "./signals.ts";
import { ownState, readAuthorizationKey, readConfigFile, settledIdentity } from "./state.ts";
import { createStoreWatch } from "./store_health.ts";

/** A session of six minutes is watched in about as many seconds. */
const storySpeed = 60;

/** Resolves with the exit code. */
export async function simulate(options: SimulateOptions, output: Output): Promise<number> {
  const text = options.config === undefined ? undefined : await readConfigFile(options.config);
  const judged = readSimulateConfig(text, options);
  if (judged.kind === "refused") throw new NotUnderstood(judged.problems);
  const config = judged.value;
  const station = loadStation(config.station);
  if (station.kind === "refused") throw new NotUnderstood(station.problems);
  const problems = keyValueProblems(station.value, { ...config.configuration, ...options.set });
  if (problems.length > 0) throw new NotUnderstood(problems);
  const place = await makePlace(config);
  try {
    return await play(options, config, station.value, place, output);
  } finally {
    if (place.temporary) await Deno.remove(place.state, { recursive: true });
  }
}

interface Place {
  readonly state: string;
  readonly temporary: boolean;
}

async function makePlace(config: SimulateConfig): Promise<Place> {
  if (config.stateDirectory !== undefined) return { state: config.stateDirectory, temporary: false };
  return { state: await Deno.makeTempDir({ prefix: "chargerd-state-" }), temporary: true };
}

async function play(
  options: SimulateOptions,
  config: SimulateConfig,
  profile: StationProfile,
  place: Place,
  output: Output,
): Promise<number> {
  const tellsStory = options.once || config.csms === undefined;
  const speed = options.speed ?? (tellsStory ? storySpeed : 1);
  const realTime = createSystemClock();
  const { clock, civilTime } = createAdjustableClock(
    speed === 1 ? realTime : createScaledClock(realTime, speed),
  );
  const narrator = createNarrator({
    show: options.quiet ? "errors" : "all",
    format: options.json ? "json" : "text",
    palette: output.palette,
    write: output.line,
  });
  const say = (line: string) => narrator.say(clock.wallMs(), line);
  const directory = ownState(place.state);
  const central = config.csms === undefined ? await startCentralSystem({ wallMs: clock.wallMs }) : null;
  const csms = config.csms ?? central?.url ?? "";
  const observatory = createObservatory();
  const health = createStoreWatch();
  const listeners: Trace[] = [observatory.record, narrator.record];
  const warn = (line: string) => {
    health.report(line);
    output.error(line);
  };
  const given = options.authKeyFile === undefined
    ? undefined
    : await readAuthorizationKey(options.authKeyFile);
  const identity = await settledIdentity(directory, identityOf(config, csms, given), warn);
  const simulation = makeSimulation({
    profile,
    identity,
    values: { first: config.configuration, always: options.set },
    directory,
    clock,
    civilTime,
    watchStore: health.watch,
    trace: (event) => {
      for (const listener of listeners) listener(event);
    },
    warn,
    onReset: options.onReset,
  });
  const socketPath = config.socket ?? simulateSocketPath();
  const socket = await openDebugSocket({
    path: socketPath,
    clock,
    observatory,
    store: health.health,
    label: {
      chargePointId: identity.chargePointId,
      bootNotification: identity.bootNotification,
      station: profile.name,
    },
    charger: simulation.charger,
    hardware: simulatedHardware({ ...simulation, setNetwork: simulation.network.setUp }),
  });
  say(`charge point ${identity.chargePointId} (${profile.name}) calls ${csms}`);
  say(`time runs ${speed} times as fast; debug socket ${socketPath}`);
  try {
    return await live(simulation, { options, tellsStory, listeners, clock, narrator, output, profile });
  } finally {
    await socket.close();
    await central?.stop();
    directory.close();
  }
}

interface Life {
  readonly options: SimulateOptions;
  readonly tellsStory: boolean;
  readonly clock: Clock;
  readonly narrator: Narrator;
  readonly output: Output;
  readonly profile: StationProfile;
  readonly listeners: Trace[];
}

/** The session first, where there is one to show; then the developer's, until a signal or the simulation's own end. */
async function live(simulation: Simulation, life: Life): Promise<number> {
  const { options, tellsStory, clock, narrator, output } = life;
  const signalled = onSignals(() => void simulation.stop());
  try {
    await simulation.boot();
    if (tellsStory) {
      const story = tell(simulation, life).then((bill) => {
        if (!options.json) { for (const line of renderBill(bill, output.palette)) output.line(line); }
        else output.line(JSON.stringify({ what: "bill", ...bill }));
        if (options.once) return simulation.stop();
        narrator.say(clock.wallMs(), "the charger stays up for you; Ctrl-C ends it");
      });
      await Promise.race([story, simulation.ended]);
    }
    return await simulation.ended;
  } finally {
    signalled.ignore();
  }
}

function tell(simulation: Simulation, life: Life): Promise<Bill> {
  const { clock, narrator, profile, listeners } = life;
  const story = createStory({
    clock,
    verbs: simulation.station.verbs,
    readerPerConnector: profile.reader === "connector",
    say: (line) => narrator.say(clock.wallMs(), `* ${line}`),
  });
  listeners.push(story.record);
  return story.tell();
}
