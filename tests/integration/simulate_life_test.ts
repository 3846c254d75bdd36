/**
 * The life of a `simulate` process: signals, resets, neighbours, options; and what init systems and scripts see of it.
 *
 * Law: the exit codes are those of `console/exit_codes.ts`, written out here, because an init system has them written out too.
 */
import { assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { BOOTED, charges, starts } from "./driver.ts";
import { startForeignCentralSystem } from "./foreign_central_system.ts";
import { assertBilled, assertBillsAddUp, assertNext } from "./session.ts";
import { untilAnswered } from "./sightings.ts";
import { HURRIED, runProgram, startSimulator } from "./simulator_process.ts";
import { temporaryDirectory } from "./temporary_directory.ts";

Deno.test("SIGTERM in a session: exit code 0, and the session's Stop says Reboot, before or after the next boot (§7.36)", async () => {
  await using directory = await temporaryDirectory();
  await using central = await startForeignCentralSystem();
  const chargePoint = central.chargePoint("CP001");
  const state = `${directory.path}/state`;
  const options = ["--csms", central.url, "--state", state, ...HURRIED];
  {
    await using simulator = await startSimulator(directory.path, ...options);
    await assertNext(chargePoint, ...BOOTED);
    await charges(simulator, chargePoint, 1);
    simulator.signal("SIGTERM");
    assertEquals(await simulator.exit(), 0);
  }
  await using again = await startSimulator(directory.path, ...options);
  await chargePoint.heard("BootNotification", 2);
  await chargePoint.heard("StopTransaction", 1);
  await untilAnswered(
    "an empty queue",
    () => again.status(),
    ({ queue }) => queue?.transactionMessages === 0,
  );
  assertBilled(chargePoint, 1, { idTag: "DRIVER", reason: "Reboot" });
  await assertBillsAddUp(chargePoint, state);
  central.assertStrict();
});

for (const [type, code] of [["Soft", 10], ["Hard", 11]] as const) {
  Deno.test(`Reset ${type} with --on-reset exit: the session's Stop, then exit code ${code} (§5.14)`, async () => {
    await using directory = await temporaryDirectory();
    await using central = await startForeignCentralSystem();
    const chargePoint = central.chargePoint("CP001");
    const options = ["--csms", central.url, "--on-reset", "exit", ...HURRIED];
    await using simulator = await startSimulator(directory.path, ...options);
    await assertNext(chargePoint, ...BOOTED);
    await charges(simulator, chargePoint, 1);
    assertEquals(await chargePoint.call("Reset", { type }), { payload: { status: "Accepted" } });
    assertEquals(await simulator.exit(), code);
    assertBilled(chargePoint, 1, { idTag: "DRIVER", reason: `${type}Reset` });
    assertEquals(await whatIsIn(directory.path), [], "it takes away what it has made for itself");
    central.assertStrict();
  });
}

Deno.test("Reset without it: the session's Stop, and the same process boots again (TC_015)", async () => {
  await using directory = await temporaryDirectory();
  await using central = await startForeignCentralSystem();
  const chargePoint = central.chargePoint("CP001");
  await using simulator = await startSimulator(directory.path, "--csms", central.url, ...HURRIED);
  await assertNext(chargePoint, ...BOOTED);
  await charges(simulator, chargePoint, 1);
  assertEquals(await chargePoint.call("Reset", { type: "Hard" }), { payload: { status: "Accepted" } });
  await assertNext(
    chargePoint,
    ["StopTransaction HardReset", "StatusNotification 1 Finishing"],
    "BootNotification",
  );
  await assertNext(chargePoint, "StatusNotification 0 Available", "StatusNotification 1 Preparing");
  assertBilled(chargePoint, 1, { idTag: "DRIVER", reason: "HardReset" });
  await starts(simulator, chargePoint, "NEXT");
  simulator.signal("SIGTERM");
  assertEquals(await simulator.exit(), 0);
  central.assertStrict();
});

Deno.test("two simulators side by side: each has its own socket, state and session", async () => {
  await using directory = await temporaryDirectory();
  await using central = await startForeignCentralSystem();
  const start = (id: string) => startSimulator(directory.path, "--csms", central.url, "--id", id, ...HURRIED);
  await using one = await start("ONE");
  await using two = await start("TWO");
  assertNotEquals(await one.socketPath(), await two.socketPath());
  await assertNext(central.chargePoint("ONE"), ...BOOTED);
  await charges(one, central.chargePoint("ONE"), 1);
  await assertNext(central.chargePoint("TWO"), ...BOOTED);
  await two.post("/hardware/connectors/1/plug");
  one.signal("SIGTERM");
  assertEquals(await one.exit(), 0);
  await assertNext(central.chargePoint("TWO"), "StatusNotification 1 Preparing");
  assertEquals((await two.status()).connectors[0]?.status, "Preparing");
  assertEquals(central.chargePoint("TWO").ledger.entries, []);
  two.signal("SIGTERM");
  assertEquals(await two.exit(), 0);
  assertEquals(await whatIsIn(directory.path), []);
  central.assertStrict();
});

Deno.test("simulate --once: a session with its bill, and exit code 0", async () => {
  await using directory = await temporaryDirectory();
  const { code, stdout, stderr } = await runProgram(directory.path, "simulate", "--once");
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "a car arrives and plugs in");
  const [, fromWh, toWh] = /meter +(\d+) Wh → (\d+) Wh/.exec(stdout) ?? [];
  const [, kWh] = /energy +(\d+\.\d\d) kWh/.exec(stdout) ?? [];
  assertEquals(((Number(toWh) - Number(fromWh)) / 1000).toFixed(2), kWh);
  assertMatch(stdout, /card +04A2B3C4D5E680/);
  // deno-lint-ignore no-control-regex -- colours are for a terminal
  assertEquals(/\x1b\[/.test(stdout), false);
  assertEquals(await whatIsIn(directory.path), []);
});

Deno.test("an option with a typo: the nearest one is named, exit code 2", async () => {
  await using directory = await temporaryDirectory();
  const { code, stdout, stderr } = await runProgram(directory.path, "simulate", "--cmss", "ws://localhost");
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, "did you mean --csms?");
});

Deno.test("a state directory that is in use: a sentence that says so, exit code 1", async () => {
  await using directory = await temporaryDirectory();
  await using central = await startForeignCentralSystem();
  const options = ["--csms", central.url, "--state", `${directory.path}/state`];
  await using _ = await startSimulator(directory.path, ...options);
  const { code, stderr } = await runProgram(directory.path, "simulate", ...options);
  assertEquals(code, 1);
  assertMatch(stderr, /^stop process \d+ or choose another state directory: it owns .*\n$/);
});

async function whatIsIn(directory: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name);
}
