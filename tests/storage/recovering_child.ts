/** A process that opens a damaged store, and is killed at the given commit of the given file; 0 is before the file is there. */
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";

const [directory = "", file = "", commits = ""] = Deno.args;
let left = Number(commits);

const { close } = await openDenoKvStore(directory, {
  wallMs: 0,
  report: () => {},
  medium: { freeBytes: () => Infinity, openKv },
});
await close();

async function openKv(path: string): Promise<Deno.Kv> {
  if (path !== `${directory}/${file}`) return await Deno.openKv(path);
  countDown();
  const kv = await Deno.openKv(path);
  const atomic = kv.atomic.bind(kv);
  kv.atomic = () => {
    countDown();
    return atomic();
  };
  return kv;
}

function countDown(): void {
  if (left-- === 0) Deno.kill(Deno.pid, "SIGKILL");
}
