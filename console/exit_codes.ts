/**
 * Exit codes of the program: an init system acts on them, so they stay as they are.
 *
 * Law: a Reset ends the process with a code of its own and nothing else does (OCPP 1.6 §5.14).
 */
import type { RestartKind } from "../hal/host.ts";

export const exitCodes = {
  /** Stopped in order, by SIGTERM or SIGINT; or `--once` has seen its session through. */
  stopped: 0,
  /** The supervisors gave up, the store cannot be opened or wants a new start, or there is else what only a person can mend. */
  failed: 1,
  /** The command line or the configuration file was not understood. */
  usage: 2,
  /** Start me again: Reset Soft. */
  softReset: 10,
  /** Start me again, the hardware too if you can: Reset Hard. */
  hardReset: 11,
} as const;

export function resetExitCode(kind: RestartKind): number {
  switch (kind) {
    case "Soft":
      return exitCodes.softReset;
    case "Hard":
      return exitCodes.hardReset;
  }
}
