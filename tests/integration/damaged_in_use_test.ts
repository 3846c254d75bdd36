/** A store that is damaged while the charger runs: the real program ends, and its next start goes on with what is whole. */
import { assert, assertEquals } from "@std/assert";
import { encoded, runSql } from "../storage/store_files.ts";
import { startSimulator } from "./simulator_process.ts";
import { temporaryDirectory } from "./temporary_directory.ts";

Deno.test("a list that the damaged store cannot give ends the process, not one actor again and again", async () => {
  await using directory = await temporaryDirectory();
  const state = `${directory.path}/state`;
  {
    await using simulator = await startSimulator(directory.path, "--state", state);
    await simulator.lines.until("a link", (lines) => lines.find(({ what }) => what === "received"));
    runSql(
      state,
      "insert into kv (k, v, v_encoding, version) values (?, x'', 3, 0)",
      Uint8Array.of(...encoded(["outbox"]), 0x20, 1),
    );
    await simulator.post("/actors/outbox/crash");
    assertEquals(await simulator.exit(), 1);
    const said = /^! the store is damaged, and only a new start can salvage it: .*invalid tag$/;
    assert(simulator.complaints.some((line) => said.test(line)), simulator.complaints.join("\n"));
  }
  await using simulator = await startSimulator(directory.path, "--state", state);
  await simulator.lines.until("a link", (lines) => lines.find(({ what }) => what === "received"));
  const said = /^! the store was damaged and begins anew with \d+ salvaged records/;
  assert(simulator.complaints.some((line) => said.test(line)), simulator.complaints.join("\n"));
});
