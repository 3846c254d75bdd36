/**
 * The verb `run`: the charger that a configuration file describes, until a signal, a Reset or a give-up ends the process.
 *
 * Law: it makes up nothing; what is not in the file or an option is refused. Its hardware is simulated as long as no driver for
 * a real board is built, and it says so.
 */
import { createAdjustableClock } from "../hal/drivers/adjustable_clock.ts";
import { createSystemClock } from "../hal/drivers/system_clock.ts";
import { loadStation } from "../hal/drivers/station_files.ts";
import type { RunOptions } from "./arguments.ts";
import { keptKeys, openCredentials } from "./credentials.ts";
import { diagnosticsReport } from "./diagnostics_report.ts";
import { openDebugSocket } from "./debug_socket.ts";
import { bootNotificationOf, givenCredentials } from "./identity.ts";
import { keyValueProblems } from "./key_values.ts";
import { createNarrator } from "./narrator.ts";
import { createObservatory } from "./observatory.ts";
import type { Output } from "./output.ts";
import { NotUnderstood } from "./refusals.ts";
import { readRunConfig } from "./run_config.ts";
import { heardSignals } from "./signals.ts";
import { makeSimulation } from "./simulation.ts";
import { ownState, readAuthorizationKey, readConfigFile, readRoots } from "./state.ts";
import { createStoreWatch } from "./store_health.ts";
import { fileTransfers } from "./transfers.ts";

/** Resolves with the exit code. */
export async function run(
  options: RunOptions,
  output: Output,
  uncaughtErrors: () => number,
): Promise<number> {
  const judged = readRunConfig(await readConfigFile(options.config), options);
  if (judged.kind === "refused") throw new NotUnderstood(judged.problems);
  const config = judged.value;
  const station = loadStation(config.station);
  if (station.kind === "refused") throw new NotUnderstood(station.problems);
  const problems = keyValueProblems(station.value, { ...config.configuration, ...options.set });
  if (problems.length > 0) throw new NotUnderstood(problems);
  const { clock, civilTime } = createAdjustableClock(createSystemClock());
  const signals = heardSignals();
  const directory = ownState(config.stateDirectory);
  const observatory = createObservatory();
  const health = createStoreWatch();
  const warn = (line: string) => {
    health.report(line);
    output.error(line);
  };
  const narrator = createNarrator({
    show: options.quiet ? "errors" : "all",
    format: options.json ? "json" : "text",
    palette: output.palette,
    write: output.line,
  });
  const bootNotification = bootNotificationOf(config);
  const secrets = {
    authorizationKey: await readAuthorizationKey(options.authKeyFile),
    roots: await readRoots(config.rootCertificates),
  };
  const label = { chargePointId: config.chargePointId, bootNotification, station: station.value.name };
  const given = givenCredentials(config, config.csms, station.value, secrets);
  const simulation = makeSimulation({
    profile: station.value,
    bootNotification,
    credentials: await openCredentials(directory, given, warn),
    keyRing: await keptKeys(directory, warn),
    values: { first: config.configuration, always: options.set },
    directory,
    clock,
    civilTime,
    watchStore: health.watch,
    trace: (event) => {
      observatory.record(event);
      narrator.record(event);
    },
    warn,
    transfer: fileTransfers(config.localTransfers ?? []),
    diagnose: (charger) => diagnosticsReport({ clock, observatory, label, store: health.health }, charger),
    onReset: "exit",
  });
  const socket = config.socket === undefined ? null : await openDebugSocket({
    path: config.socket,
    clock,
    observatory,
    store: health.health,
    uncaughtErrors,
    label,
    charger: simulation.charger,
    rehearsal: simulation.rehearsal,
  });
  narrator.say(
    clock.wallMs(),
    "hardware: simulated, the only driver that is built; simulate offers hands to act on it",
  );
  try {
    signals.then(() => void simulation.stop());
    await simulation.boot();
    return await simulation.ended;
  } finally {
    await socket?.close();
    directory.close();
    signals.ignore();
  }
}
