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
import { createStory, StoryStuck } from "../simulator/story.ts";
import type { SimulateOptions } from "./arguments.ts";
import { renderBill } from "./bill.ts";
import { keptKeys, openCredentials } from "./credentials.ts";
import { diagnosticsReport } from "./diagnostics_report.ts";
import { openDebugSocket } from "./debug_socket.ts";
import { exitCodes } from "./exit_codes.ts";
import { bootNotificationOf, givenCredentials } from "./identity.ts";
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
import { heardSignals } from "./signals.ts";
import { ownState, readAuthorizationKey, readConfigFile, readRoots } from "./state.ts";
import { createStoreWatch } from "./store_health.ts";
import { fileTransfers } from "./transfers.ts";

/** A session of six minutes is watched in about as many seconds. */
const storySpeed = 60;

/** Resolves with the exit code. */
export async function simulate(
  options: SimulateOptions,
  output: Output,
  uncaughtErrors: () => number,
): Promise<number> {
  const text = options.config === undefined ? undefined : await readConfigFile(options.config);
  const judged = readSimulateConfig(text, options);
  if (judged.kind === "refused") throw new NotUnderstood(judged.problems);
  const config = judged.value;
  const station = loadStation(config.station);
  if (station.kind === "refused") throw new NotUnderstood(station.problems);
  const problems = keyValueProblems(station.value, { ...config.configuration, ...options.set });
  if (problems.length > 0) throw new NotUnderstood(problems);
  const signals = heardSignals();
  const place = await makePlace(config, { signalled: signals.then, uncaughtErrors });
  try {
    return await play(options, config, station.value, place, output);
  } finally {
    if (place.temporary) await Deno.remove(place.state, { recursive: true });
    signals.ignore();
  }
}

interface Given {
  readonly signalled: (stop: () => void) => void;
  readonly uncaughtErrors: () => number;
}

/** What this run made for itself, or was given. */
interface Place extends Given {
  readonly state: string;
  readonly temporary: boolean;
}

async function makePlace(config: SimulateConfig, given: Given): Promise<Place> {
  if (config.stateDirectory !== undefined) {
    return { ...given, state: config.stateDirectory, temporary: false };
  }
  return { ...given, state: await Deno.makeTempDir({ prefix: "chargerd-state-" }), temporary: true };
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
  const bootNotification = bootNotificationOf(config);
  const secrets = {
    authorizationKey: await readAuthorizationKey(options.authKeyFile),
    roots: await readRoots(config.rootCertificates),
  };
  const label = { chargePointId: config.chargePointId, bootNotification, station: profile.name };
  const given = givenCredentials(config, csms, profile, secrets);
  const simulation = makeSimulation({
    profile,
    bootNotification,
    credentials: await openCredentials(directory, given, warn),
    keyRing: await keptKeys(directory, warn),
    values: { first: config.configuration, always: options.set },
    directory,
    clock,
    civilTime,
    watchStore: health.watch,
    trace: (event) => {
      for (const listener of listeners) listener(event);
    },
    warn,
    // A developer's own servers are here.
    transfer: fileTransfers(config.localTransfers ?? ["loopback"]),
    diagnose: (charger) => diagnosticsReport({ clock, observatory, label, store: health.health }, charger),
    onReset: options.onReset,
  });
  const socketPath = config.socket ?? simulateSocketPath();
  const socket = await openDebugSocket({
    path: socketPath,
    clock,
    observatory,
    store: health.health,
    uncaughtErrors: place.uncaughtErrors,
    label,
    charger: simulation.charger,
    rehearsal: simulation.rehearsal,
    hardware: simulatedHardware({ ...simulation, setNetwork: simulation.network.setUp }),
  });
  say(`charge point ${config.chargePointId} (${profile.name}) calls ${csms}`);
  say(`time runs ${speed} times as fast; debug socket ${socketPath}`);
  try {
    return await live(simulation, {
      options,
      tellsStory,
      listeners,
      clock,
      realTime,
      signalled: place.signalled,
      narrator,
      output,
      profile,
    });
  } finally {
    await socket.close();
    await central?.stop();
    directory.close();
  }
}

interface Life {
  readonly realTime: Clock;
  /** From now on a signal does this; one that came before does it at once. */
  readonly signalled: (stop: () => void) => void;
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
  const { options, tellsStory, clock, narrator, signalled } = life;
  signalled(() => void simulation.stop());
  await simulation.boot();
  if (!tellsStory) return await simulation.ended;
  const told = await Promise.race([tell(simulation, life), simulation.ended]);
  if (typeof told === "number") return told;
  if (options.once) void simulation.stop();
  else narrator.say(clock.wallMs(), "the charger stays up for you; Ctrl-C ends it");
  const code = await simulation.ended;
  return options.once && told === "stuck" ? exitCodes.failed : code;
}

/** A session of six minutes that has not ended by then never will: the central system is not there, or does not answer. */
const storyPatienceMs = 60_000;

async function tell(simulation: Simulation, life: Life): Promise<"told" | "stuck"> {
  const { options, clock, realTime, narrator, output, profile, listeners } = life;
  const story = createStory({
    clock,
    verbs: simulation.station.verbs,
    readerPerConnector: profile.reader === "connector",
    say: (line) => narrator.say(clock.wallMs(), `* ${line}`),
  });
  listeners.push(story.record);
  const late = Promise.withResolvers<never>();
  const cancel = realTime.after(storyPatienceMs, () => {
    late.reject(
      new StoryStuck(`nothing came of it in ${storyPatienceMs / 1_000} s: is the central system there?`),
    );
  });
  try {
    const bill = await Promise.race([story.tell(), late.promise]);
    if (options.json) narrator.say(clock.wallMs(), `bill ${JSON.stringify(bill)}`);
    else if (!options.quiet) { for (const line of renderBill(bill, output.palette)) output.line(line); }
    return "told";
  } catch (error) {
    if (!(error instanceof StoryStuck)) throw error;
    output.error(`no session: ${error.message}`);
    return "stuck";
  } finally {
    cancel();
  }
}
