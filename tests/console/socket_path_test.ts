/** Where debug sockets are. */
import { assert, assertEquals } from "@std/assert";
import { newestSocket, simulateSocketPath } from "../../console/socket_path.ts";
import { watchCharger } from "./watched_charger.ts";

Deno.test("socket path: two that nobody chose are not the same, and both stand in the temporary directory", () => {
  const [one, other] = [simulateSocketPath("/tmp/x"), simulateSocketPath("/tmp/x")];
  assert(one !== other);
  for (const path of [one, other]) assert(/^\/tmp\/x\/chargerd-[0-9a-f]{8}\.sock$/.test(path), path);
});

Deno.test("socket path: the newest that answers is found, and none where none does", async () => {
  const directory = await Deno.makeTempDir({ prefix: "chargerd-test-" });
  try {
    assertEquals(await newestSocket(directory), null);
    const old = await watchCharger({ path: simulateSocketPath(directory) });
    await Deno.utime(old.path, 1_000, 1_000);
    const young = await watchCharger({ path: simulateSocketPath(directory) });
    await Deno.utime(young.path, 2_000, 2_000);
    // Neither a file of that name nor somebody else's socket is one.
    await Deno.writeTextFile(simulateSocketPath(directory), "");
    const other = await watchCharger({ path: `${directory}/other.sock` });
    assertEquals(await newestSocket(directory), young.path);
    await young.close();
    assertEquals(await newestSocket(directory), old.path);
    await old.close();
    assertEquals(await newestSocket(directory), null);
    await other.close();
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
