/**
 * What can happen to a charger in the middle of a session: the power goes, the network goes, the disk is full. The real
 * program goes through it all in one process, and each session ends with one bill.
 */
import { assertEquals, assertLessOrEqual } from "@std/assert";
import { BOOTED, charges, leaves, plugsIn, reaches, starts } from "./driver.ts";
import type { ChargePoint } from "./foreign_central_system.ts";
import { startForeignCentralSystem } from "./foreign_central_system.ts";
import { assertBilled, assertBillsAddUp, assertNext, energyFlows } from "./session.ts";
import { untilAnswered } from "./sightings.ts";
import type { SimulatorProcess } from "./simulator_process.ts";
import { HURRIED, startSimulator } from "./simulator_process.ts";
import { stepsOf } from "./step.ts";
import { temporaryDirectory } from "./temporary_directory.ts";

interface Scene {
  readonly simulator: SimulatorProcess;
  readonly chargePoint: ChargePoint;
  readonly state: string;
}

Deno.test("accidents in a session: one Start, one Stop, one right bill each", async (context) => {
  const step = stepsOf(context);
  await using directory = await temporaryDirectory();
  await using central = await startForeignCentralSystem();
  const chargePoint = central.chargePoint("CP001");
  const state = `${directory.path}/state`;
  const options = ["--csms", central.url, "--state", state, "--set", "AllowOfflineTxForUnknownId=true"];
  await using simulator = await startSimulator(directory.path, ...options, ...HURRIED);
  await assertNext(chargePoint, ...BOOTED);
  const scene: Scene = { simulator, chargePoint, state };

  await step("power that fails: Stop with PowerLoss before it is gone (§7.36)", () => powerFails(scene));
  await step("power that is cut: Stop with PowerLoss after the next boot", () => powerIsCut(scene));
  await step(
    "no network: the session ends offline, and another runs offline from start to stop (§4.10)",
    () => networkGoes(scene),
  );
  await step(
    "a full disk: nothing new starts, and no contactor closes; with room again it does",
    () => diskIsFull(scene),
  );
  await step(
    "a full disk at the stop: the energy ends at once, and the Stop is told as soon as there is room",
    () => diskIsFullAtTheStop(scene),
  );
  await step("the five bills add up to what the hardware's meter counted", async () => {
    assertEquals(chargePoint.ledger.entries.length, 5);
    await assertBillsAddUp(chargePoint, state);
  });
  central.assertStrict();
});

async function powerFails({ simulator, chargePoint }: Scene): Promise<void> {
  await charges(simulator, chargePoint, 1);
  await simulator.post("/hardware/power", { state: "failing" });
  await assertNext(chargePoint, ["StopTransaction PowerLoss", "StatusNotification 1 Finishing"]);
  await simulator.post("/hardware/power", { state: "cut" });
  await simulator.post("/hardware/power", { state: "on" });
  await assertNext(chargePoint, "BootNotification");
  await assertNext(chargePoint, "StatusNotification 0 Available", "StatusNotification 1 Preparing");
  await leaves(simulator, chargePoint);
  assertBilled(chargePoint, 1, { idTag: "DRIVER", reason: "PowerLoss" });
}

async function powerIsCut({ simulator, chargePoint }: Scene): Promise<void> {
  await charges(simulator, chargePoint, 2);
  await simulator.post("/hardware/power", { state: "cut" });
  const dead = await untilAnswered("a dead charger", () => simulator.status(), ({ running }) => !running);
  await simulator.post("/hardware/power", { state: "on" });
  await assertNext(chargePoint, "BootNotification", [
    "StopTransaction PowerLoss",
    "StatusNotification 0 Available",
    "StatusNotification 1 Finishing",
  ]);
  await leaves(simulator, chargePoint);
  const { stop } = assertBilled(chargePoint, 2, { idTag: "DRIVER", reason: "PowerLoss" });
  assertLessOrEqual(stop?.timestamp ?? "", dead.at, "of the last sign of life, not of the boot");
}

async function networkGoes({ simulator, chargePoint }: Scene): Promise<void> {
  await charges(simulator, chargePoint, 3);
  await simulator.post("/hardware/network", { up: false });
  await untilAnswered("a lost link", () => simulator.status(), ({ link }) => link?.state !== "open");
  await simulator.post("/hardware/reader/swipe", { idTag: "DRIVER" });
  await reaches(simulator, "Finishing");
  await simulator.post("/hardware/connectors/1/unplug");
  await reaches(simulator, "Available");
  await simulator.post("/hardware/connectors/1/plug");
  await reaches(simulator, "Preparing");
  await simulator.post("/hardware/reader/swipe", { idTag: "OFFLINE" });
  await reaches(simulator, "Charging");
  await simulator.post("/hardware/reader/swipe", { idTag: "OFFLINE" });
  await reaches(simulator, "Finishing");
  const { at } = await simulator.status();
  await simulator.post("/hardware/network", { up: true });
  await assertNext(chargePoint, [
    "StopTransaction DRIVER Local",
    "StartTransaction 1 OFFLINE",
    "StopTransaction OFFLINE Local",
    "StatusNotification 1 Finishing",
  ]);
  await leaves(simulator, chargePoint);
  const ended = { reason: "Local" as const };
  assertBilled(chargePoint, 3, { ...ended, idTag: "DRIVER", stoppedWith: "DRIVER" });
  const { stop } = assertBilled(chargePoint, 4, { ...ended, idTag: "OFFLINE", stoppedWith: "OFFLINE" });
  assertLessOrEqual(stop?.timestamp ?? "", at, "when it happened, not when it was told");
}

async function diskIsFull({ simulator, chargePoint, state }: Scene): Promise<void> {
  await simulator.post("/hardware/storage", { state: "full" });
  await plugsIn(simulator, chargePoint);
  await simulator.post("/hardware/reader/swipe", { idTag: "DRIVER" });
  const refused = "StatusNotification 1 Preparing InternalError storage refuses: database or disk is full";
  await assertNext(chargePoint, "Authorize DRIVER", refused);
  assertEquals((await simulator.status()).connectors[0]?.contactorClosed, false);
  await assertBillsAddUp(chargePoint, state);
  await simulator.post("/hardware/storage", { state: "ok" });
  await starts(simulator, chargePoint, "DRIVER");
  await energyFlows(chargePoint, 5);
}

async function diskIsFullAtTheStop({ simulator, chargePoint }: Scene): Promise<void> {
  await simulator.post("/hardware/storage", { state: "full" });
  await simulator.post("/hardware/reader/swipe", { idTag: "DRIVER" });
  await assertNext(chargePoint, "StatusNotification 1 Finishing");
  assertEquals((await simulator.status()).connectors[0]?.contactorClosed, false);
  await simulator.post("/hardware/storage", { state: "ok" });
  await assertNext(chargePoint, "StopTransaction DRIVER Local");
  await leaves(simulator, chargePoint);
  assertBilled(chargePoint, 5, { idTag: "DRIVER", reason: "Local", stoppedWith: "DRIVER" });
}
