/** The real program goes on from what is thrown where nobody waits for it (README, D-uncaught). */
import { assert, assertEquals } from "@std/assert";
import { spawnSimulatorWith } from "./simulator_process.ts";
import { temporaryDirectory } from "./temporary_directory.ts";

Deno.test("a mistake of the kernel itself ends the process: nobody in it could start again what that concerned", async () => {
  await using directory = await temporaryDirectory();
  const preload = new URL("./planted_kernel_error.ts", import.meta.url).pathname;
  await using simulator = spawnSimulatorWith(["--preload", preload], { TMPDIR: directory.path });
  assertEquals(await simulator.exit(), 1);
  const complaints = simulator.complaints.join("\n");
  assert(complaints.includes("Error: planted in the kernel"), complaints);
});

Deno.test("an uncaught error of a callback is told, and the charger goes on until it is stopped", async () => {
  await using directory = await temporaryDirectory();
  const preload = new URL("./planted_error.ts", import.meta.url).pathname;
  await using simulator = spawnSimulatorWith(["--preload", preload], { TMPDIR: directory.path });
  await simulator.lines.until(
    "a car",
    (lines) => lines.find(({ text }) => text?.includes("a car arrives and plugs in")),
  );
  simulator.signal("SIGTERM");
  assertEquals(await simulator.exit(), 0);
  assert(
    simulator.complaints.includes(
      "! nobody has caught this, please report it: Error: planted where nobody waits",
    ),
    simulator.complaints.join("\n"),
  );
});
