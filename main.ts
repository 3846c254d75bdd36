/**
 * chargerd, the software that runs on an electric-vehicle charger: which verb, and how the process ends.
 *
 * Law: this file decides nothing about charging; the exit codes are in `console/exit_codes.ts`.
 */
import { parseArguments } from "./console/arguments.ts";
import type { Command } from "./console/arguments.ts";
import { exitCodes } from "./console/exit_codes.ts";
import type { Output } from "./console/output.ts";
import { NotUnderstood, Refused } from "./console/refusals.ts";
import { run } from "./console/run.ts";
import { simulate } from "./console/simulate.ts";
import { paletteFor } from "./console/terminal.ts";
import { goingOn } from "./console/uncaught_errors.ts";
import { StateDirectoryInUse } from "./storage/drivers/state_directory.ts";
import { StoreFailed } from "./storage/store.ts";
import denoJson from "./deno.json" with { type: "json" };

const output: Output = {
  line: (text) => console.log(text),
  error: (text) => console.error(text),
  palette: paletteFor({ isTerminal: Deno.stdout.isTerminal(), noColor: Deno.env.get("NO_COLOR") }),
};

async function obey(command: Command): Promise<number> {
  switch (command.kind) {
    case "run":
      return await goingOn(output, (safe, uncaughtErrors) => run(command.options, safe, uncaughtErrors));
    case "simulate":
      return await goingOn(output, (safe, uncaughtErrors) => simulate(command.options, safe, uncaughtErrors));
    case "inspect": {
      // Loaded for this verb only: the start of a charger is not to wait for it.
      const { runInspect } = await import("./console/inspect.ts");
      return await runInspect(command.options, output);
    }
    case "help":
      output.line(command.text);
      return exitCodes.stopped;
    case "version":
      output.line(`chargerd ${denoJson.version}`);
      return exitCodes.stopped;
    case "refused":
      output.error(command.text);
      return exitCodes.usage;
  }
}

/** What a person can mend is said in a sentence; a bug keeps its stack. */
function explain(error: unknown): number {
  if (error instanceof NotUnderstood) {
    output.error(error.message);
    return exitCodes.usage;
  }
  if (error instanceof Refused || error instanceof StateDirectoryInUse || error instanceof StoreFailed) {
    output.error(error.message);
    return exitCodes.failed;
  }
  throw error;
}

if (import.meta.main) Deno.exit(await obey(parseArguments(Deno.args)).catch(explain));
