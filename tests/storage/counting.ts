/** Runs `counting_child.ts`, ends it, and looks at what it left: acknowledged ≤ recovered ≤ acknowledged + 1, no hole. */
import { assert, assertEquals } from "@std/assert";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import type { Finding } from "../../storage/finding.ts";

const CHILD = new URL("./counting_child.ts", import.meta.url).pathname;

export interface Counted {
  /** The highest number that was acknowledged; 0 when none was in this run. */
  readonly acknowledged: number;
  /** What it said that is no number. */
  readonly said: readonly string[];
}

/** Lets it count until `kill` says so of a number, or it ends by itself. `limit` is a shell's, set before it starts. */
export async function count(
  directory: string,
  kill: (number: number) => boolean,
  limit = "true",
): Promise<Counted> {
  const permissions = [
    `--allow-read=${directory}`,
    `--allow-write=${directory}`,
    "--allow-env=DENO_KV_DB_MODE",
  ];
  const child = new Deno.Command("sh", {
    args: ["-c", `${limit}; exec "$@"`, "sh", Deno.execPath(), "run", ...permissions, CHILD, directory],
    stdout: "piped",
  }).spawn();
  const said: string[] = [];
  let acknowledged = 0;
  let killed = false;
  for await (const line of linesOf(child.stdout)) {
    if (!/^\d+$/.test(line)) {
      said.push(line);
      continue;
    }
    acknowledged = Number(line);
    if (!killed && kill(acknowledged)) {
      child.kill("SIGKILL");
      killed = true;
    }
  }
  await child.status;
  return { acknowledged, said };
}

/** Opens what is left and returns its last number. */
export async function assertRecovered(directory: string, acknowledged: number): Promise<number> {
  const findings: Finding[] = [];
  const { store, close } = await openDenoKvStore(directory, {
    wallMs: 0,
    report: (found) => findings.push(found),
  });
  const recovered = Number((await store.get(["last"]))?.value ?? 0);
  assert(recovered === acknowledged || recovered === acknowledged + 1, `${recovered} after ${acknowledged}`);
  const first = Math.max(1, recovered - 15);
  const expected = Array.from({ length: recovered - first + 1 }, (_, index) => first + index);
  assertEquals((await store.list(["log"])).map(({ value }) => value), expected);
  assertEquals(findings, []);
  await close();
  return recovered;
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
