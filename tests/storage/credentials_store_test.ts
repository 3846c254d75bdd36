/** Both drivers of the credentials port keep its contract; what a medium that refuses leaves behind. */
import { assertEquals } from "@std/assert";
import { credentialsFile, credentialsStore } from "../../storage/drivers/credentials_file.ts";
import { createMemoryCredentials } from "../../storage/drivers/memory_credentials.ts";
import { credentialsContract, FIRST, numbered } from "../contract/credentials_contract.ts";

credentialsContract("memory credentials", () => {
  const memory = createMemoryCredentials(FIRST);
  return Promise.resolve({
    store: memory.store,
    found: () => Promise.resolve(memory.powerCut(0)),
    end: () => Promise.resolve(),
  });
});

credentialsContract("credentials file", async () => {
  const directory = await Deno.makeTempDir({ prefix: "chargerd_credentials_" });
  await credentialsFile(directory).write(FIRST);
  return {
    store: credentialsStore(credentialsFile(directory), FIRST),
    found: async () => {
      const read = await credentialsFile(directory).read();
      if (read.kind !== "read") throw new Error(read.kind);
      return read.credentials;
    },
    end: () => Deno.remove(directory, { recursive: true }),
  };
});

Deno.test("credentials file: a medium that refuses says so, and what held is read on", async () => {
  const directory = await Deno.makeTempDir({ prefix: "chargerd_credentials_" });
  const store = credentialsStore(credentialsFile(directory), FIRST);
  await Deno.remove(directory, { recursive: true });
  const outcome = await store.write(numbered(2));
  assertEquals([outcome.kind, await store.read()], ["refused", FIRST]);
});

Deno.test({ name: "memory credentials: faults to order", permissions: "none" }, async () => {
  const memory = createMemoryCredentials(FIRST);
  memory.failWrites("lost", 1);
  assertEquals((await memory.store.write(numbered(2))).kind, "refused");
  assertEquals([await memory.store.read(), memory.powerCut(0)], [FIRST, FIRST]);
  const torn = createMemoryCredentials(FIRST);
  torn.failWrites("torn", 1);
  assertEquals((await torn.store.write(numbered(2))).kind, "refused");
  assertEquals([await torn.store.read(), torn.powerCut(0)], [FIRST, numbered(2)]);
});

Deno.test(
  { name: "memory credentials: a power cut keeps as many writes as it is told", permissions: "none" },
  () => {
    for (const kept of [0, 1, 2]) {
      const memory = createMemoryCredentials(FIRST);
      void memory.store.write(numbered(2));
      void memory.store.write(numbered(3));
      assertEquals(memory.powerCut(kept), [FIRST, numbered(2), numbered(3)][kept]);
    }
  },
);
