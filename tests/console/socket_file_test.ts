/** The socket's file: whose it is, what it takes the place of, and what it does not. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Refused } from "../../console/refusals.ts";
import { answererAt, serveAt, SOCKET_PATH_BYTES_MAX } from "../../console/socket_file.ts";
import { askerAt } from "./socket_asker.ts";

async function inDirectory(proves: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "chargerd-test-" });
  try {
    await proves(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Serves a word until the end of `proves`. */
async function served(path: string, proves: () => Promise<void>): Promise<void> {
  const ending = new AbortController();
  const server = await serveAt(path, {
    signal: ending.signal,
    answer: () => Promise.resolve(new Response("here")),
    failed: () => new Response(null, { status: 500 }),
  });
  try {
    await proves();
  } finally {
    ending.abort();
    await server.finished;
  }
}

/** What a process leaves that is killed while it serves. */
async function leaveSocket(path: string): Promise<void> {
  const script = `Deno.serve({ path: ${
    JSON.stringify(path)
  }, onListen: () => console.log("up") }, () => new Response())`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    stdout: "piped",
    env: { DENO_NO_UPDATE_CHECK: "1" },
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
}

Deno.test("socket file: nobody but its owner may open it, and nothing is left beside it", () =>
  inDirectory(async (directory) => {
    const path = `${directory}/s`;
    await served(path, async () => {
      assertEquals(((await Deno.lstat(path)).mode ?? 0) & 0o777, 0o600);
      assertEquals([...Deno.readDirSync(directory)].map(({ name }) => name), ["s"]);
      using asker = askerAt(path);
      assertEquals((await asker.get("/")).text, "here");
    });
  }));

Deno.test("socket file: what a killed process has left is taken over", () =>
  inDirectory(async (directory) => {
    const path = `${directory}/s`;
    await leaveSocket(path);
    assertEquals([(await Deno.lstat(path)).isSocket, await answererAt(path)], [true, "nobody"]);
    await Deno.mkdir(`${path}~`);
    await Deno.writeTextFile(`${path}~/s`, "killed while it made its own");
    await served(path, async () => {
      assertEquals(await answererAt(path), "somebody");
      assertEquals(((await Deno.lstat(path)).mode ?? 0) & 0o777, 0o600);
      using asker = askerAt(path);
      assertEquals((await asker.get("/")).text, "here");
    });
  }));

Deno.test("socket file: where somebody answers there is no place, and no harm is done", () =>
  inDirectory(async (directory) => {
    const path = `${directory}/s`;
    await served(path, async () => {
      const refused = await assertRejects(() => served(path, () => Promise.resolve()), Refused);
      assertEquals(
        refused.message,
        `give the socket another path, or stop the process that answers at ${path}`,
      );
      using asker = askerAt(path);
      assertEquals((await asker.get("/")).text, "here");
    });
  }));

Deno.test("socket file: a file of another kind is left alone", () =>
  inDirectory(async (directory) => {
    const path = `${directory}/precious`;
    await Deno.writeTextFile(path, "words");
    const refused = await assertRejects(() => served(path, () => Promise.resolve()), Refused);
    assertEquals(refused.message, `give the socket another path: ${path} is a file of another kind`);
    assertEquals(await Deno.readTextFile(path), "words");
  }));

Deno.test("socket file: a path that the kernel's address cannot hold is refused, the longest that it can is not", () =>
  inDirectory(async (directory) => {
    const longest = `${directory}/${"s".repeat(SOCKET_PATH_BYTES_MAX - directory.length - 1)}`;
    await served(longest, async () => assertEquals(await answererAt(longest), "somebody"));
    const refused = await assertRejects(() => served(`${longest}s`, () => Promise.resolve()), Refused);
    assertStringIncludes(refused.message, "at most 104 bytes, not 105");
  }));

Deno.test("socket file: where there is none, nobody answers", () =>
  inDirectory(async (directory) => {
    assertEquals(await answererAt(`${directory}/s`), "nobody");
  }));
