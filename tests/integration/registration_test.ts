/**
 * The boot of the real program at a central system that does not take it at once, and how it shows who it is.
 *
 * Law: times are the charger's own, as it prints them; no test waits for one.
 */
import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { BOOTED } from "./driver.ts";
import type { Script } from "./foreign_central_system.ts";
import { startForeignCentralSystem } from "./foreign_central_system.ts";
import { assertNext } from "./session.ts";
import { untilAnswered } from "./sightings.ts";
import type { SimulatorProcess } from "./simulator_process.ts";
import { HURRIED, startSimulator } from "./simulator_process.ts";
import { temporaryDirectory } from "./temporary_directory.ts";

Deno.test("TC_002: Pending, the keys can be read and set, and the next boot keeps the interval", async () => {
  await using directory = await temporaryDirectory();
  await using central = await startForeignCentralSystem();
  const chargePoint = central.chargePoint("CP001");
  chargePoint.script(bootAnswers("Pending", 10, 2));
  await using simulator = await startSimulator(directory.path, "--csms", central.url, ...HURRIED);
  await assertNext(chargePoint, "BootNotification");
  const read = await chargePoint.call("GetConfiguration", { key: ["HeartbeatInterval"] });
  assertEquals(read, {
    payload: { configurationKey: [{ key: "HeartbeatInterval", readonly: false, value: "300" }] },
  });
  const change = { key: "MeterValueSampleInterval", value: "5" };
  assertEquals(await chargePoint.call("ChangeConfiguration", change), { payload: { status: "Accepted" } });
  await assertNext(chargePoint, ...BOOTED);
  assertGreaterOrEqual(await secondsBetween(simulator, "BootNotification"), 10);
  await chargePoint.heard("Heartbeat", 2);
  assertGreaterOrEqual(await secondsBetween(simulator, "Heartbeat"), 2);
  central.assertStrict();
});

Deno.test("TC_001: Rejected, nothing is sent and nothing answered before the next boot", async () => {
  await using directory = await temporaryDirectory();
  await using central = await startForeignCentralSystem();
  const chargePoint = central.chargePoint("CP001");
  chargePoint.script(bootAnswers("Rejected", 10, 2));
  await using simulator = await startSimulator(directory.path, "--csms", central.url, ...HURRIED);
  await assertNext(chargePoint, "BootNotification");
  await untilAnswered(
    "an outbox that knows of the rejection",
    () => simulator.inspection("outbox"),
    ({ registration }) => registration === "Rejected",
  );
  chargePoint.sendRaw("GetConfiguration", {});
  await simulator.post("/hardware/connectors/1/plug");
  await assertNext(chargePoint, "BootNotification");
  assertGreaterOrEqual(await secondsBetween(simulator, "BootNotification"), 10);
  const statuses = await chargePoint.heard("StatusNotification", 2);
  assertEquals(new Set(statuses.map(({ connectorId }) => connectorId)), new Set([0, 1]));
  const id = chargePoint.sendRaw("GetConfiguration", { key: ["HeartbeatInterval"] });
  const [first] = await chargePoint.rawAnswers.until("an answer", (all) => all.length > 0 ? all : undefined);
  assertEquals(first?.slice(0, 2), [3, id]);
  await chargePoint.heard("Heartbeat", 2);
  assertGreaterOrEqual(await secondsBetween(simulator, "Heartbeat"), 2);
  central.assertStrict();
});

Deno.test("--auth-key-file: Basic authentication with the key's bytes, and from then on without the file", async () => {
  await using directory = await temporaryDirectory();
  await using central = await startForeignCentralSystem();
  const chargePoint = central.chargePoint("CP 7");
  const keyFile = `${directory.path}/key`;
  await Deno.writeTextFile(keyFile, "00ff80fe0a3a0d7f0102030405060708090a0b0c\n");
  const options = ["--csms", central.url, "--id", "CP 7", "--state", `${directory.path}/state`];
  {
    await using _ = await startSimulator(directory.path, ...options, "--auth-key-file", keyFile);
    await assertNext(chargePoint, ...BOOTED);
  }
  await using _ = await startSimulator(directory.path, ...options);
  await assertNext(chargePoint, ...BOOTED);
  const sent = chargePoint.connections.all.map((authorization) => {
    const [scheme, base64 = ""] = authorization?.split(" ") ?? [];
    return [scheme, ...Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))];
  });
  const key = [0, 255, 128, 254, 10, 58, 13, 127, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  const wanted = ["Basic", ...new TextEncoder().encode("CP 7:"), ...key];
  assertEquals(sent, [wanted, wanted]);
  central.assertStrict();
});

/** The first boot gets this status and interval, every later one is accepted. */
function bootAnswers(status: "Pending" | "Rejected", intervalS: number, heartbeatS: number): Script {
  let boots = 0;
  return ({ action }) => {
    if (action !== "BootNotification") return undefined;
    const currentTime = new Date().toISOString();
    boots += 1;
    return boots === 1
      ? { status, currentTime, interval: intervalS }
      : { status: "Accepted", currentTime, interval: heartbeatS };
  };
}

/** Between the first two that the charger has sent. */
async function secondsBetween(simulator: SimulatorProcess, action: string): Promise<number> {
  return await simulator.lines.until(`two lines of ${action}`, (lines) => {
    const sent = lines.filter(({ what, text }) => what === "sent" && text?.startsWith(`→ ${action}`));
    const [first, second] = sent.map(({ atMs }) => atMs);
    return first === undefined || second === undefined ? undefined : (second - first) / 1000;
  });
}
