/** A process that damages a store and is killed, or one that starts on it and stops: what `recovery_sweep.ts` records and disturbs. */
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { layOut, overwrite, RECORDS, WALL_MS } from "../storage/damaged_store.ts";

const [verb, state = ""] = Deno.args;
if (verb === "damage") await damage(state);
const { close } = await openDenoKvStore(state, { wallMs: WALL_MS, report: () => {} });
await close();

/** A page in the middle is zeroed, and there are commits in the log. */
async function damage(state: string): Promise<void> {
  await layOut(state);
  const { store } = await openDenoKvStore(state, { wallMs: WALL_MS, report: () => {} });
  await store.commit({ deletes: [["record", 1]] });
  const path = `${state}/store.kv`;
  const middle = new TextDecoder("latin1").decode(Deno.readFileSync(path)).lastIndexOf(
    `"n":${RECORDS / 2 + 10},`,
  );
  overwrite(path, middle - middle % 4096, new Uint8Array(4096));
  using file = Deno.openSync(path, { write: true });
  file.syncSync();
  Deno.kill(Deno.pid, "SIGKILL");
}
