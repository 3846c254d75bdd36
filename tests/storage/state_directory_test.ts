/** One process owns a state directory. */
import { assertEquals, assertThrows } from "@std/assert";
import { dirname } from "node:path";
import { openStateDirectory, StateDirectoryInUse } from "../../storage/drivers/state_directory.ts";

function check(sentence: string, prove: (path: string) => void | Promise<void>): void {
  Deno.test(`state directory: ${sentence}`, async () => {
    const parent = await Deno.makeTempDir({ prefix: "chargerd_state_" });
    try {
      await prove(`${parent}/deep/state`);
    } finally {
      await Deno.remove(parent, { recursive: true });
    }
  });
}

check("it is made for its owner only, and so is the lock", (path) => {
  const state = openStateDirectory(path);
  assertEquals([state.path, modeOf(path), modeOf(`${path}/lock`)], [path, "700", "600"]);
  state.close();
});

check("a second owner is refused, by the directory's name and the first one's process", (path) => {
  const state = openStateDirectory(path);
  assertThrows(
    () => openStateDirectory(path),
    StateDirectoryInUse,
    `stop process ${Deno.pid} or choose another state directory: it owns ${path}`,
  );
  state.close();
});

check("an owner whose number cannot be read is refused all the same", (path) => {
  const state = openStateDirectory(path);
  Deno.writeTextFileSync(`${path}/lock`, "not a number");
  assertThrows(() => openStateDirectory(path), StateDirectoryInUse, `stop another process`);
  state.close();
});

check("what an earlier owner wrote is gone", (path) => {
  Deno.mkdirSync(path, { recursive: true });
  Deno.writeTextFileSync(`${path}/lock`, "12345678901234567890\n");
  const state = openStateDirectory(path);
  assertEquals(Deno.readTextFileSync(`${path}/lock`), `${Deno.pid}\n`);
  state.close();
});

check("given up, it can be owned again", (path) => {
  openStateDirectory(path).close();
  openStateDirectory(path).close();
});

check("another process that owns it is named, and when it is killed the directory is free", async (path) => {
  // A directory that is made is synced in the one that it is in.
  const above = dirname(dirname(path));
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      `--allow-read=${above}`,
      `--allow-write=${above}`,
      new URL("./owning_child.ts", import.meta.url).pathname,
      path,
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  assertThrows(() => openStateDirectory(path), StateDirectoryInUse, `stop process ${child.pid} `);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  await child.stdin.close().catch(() => {});
  openStateDirectory(path).close();
});

function modeOf(path: string): string {
  return ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8);
}
