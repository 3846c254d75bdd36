/**
 * A process of its own that commits 1, 2, 3 … as fast as it can, and writes each number out once it is acknowledged.
 *
 * Each commit checks the one before it, adds a record, and deletes the one of sixteen before: what a real one does.
 */
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { openStateDirectory } from "../../storage/drivers/state_directory.ts";
import { StoreFailed } from "../../storage/store.ts";

const state = openStateDirectory(Deno.args[0] ?? "");
const { store } = await openDenoKvStore(state.path, { wallMs: 0, report: (finding) => say(finding.kind) });

const last = await store.get(["last"]);
let [number, sequence] = [Number(last?.value ?? 0), last?.sequence ?? null];
say("ready");
try {
  while (true) {
    number++;
    const outcome = await store.commit({
      checks: [{ key: ["last"], sequence }],
      sets: [{ key: ["last"], value: number }, { key: ["log", number], value: number }],
      deletes: [["log", number - 16]],
    });
    if (outcome.kind !== "committed") throw new Error(outcome.kind);
    sequence = outcome.sequence;
    say(`${number}`);
  }
} catch (error) {
  say(error instanceof StoreFailed ? "StoreFailed" : `${error}`);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
