/**
 * What can happen to a charger in the middle of a session: the power goes, the network goes, the disk is full. The real
 * program goes through it all in one process, and each session ends with one bill.
 */
import { assertEquals, assertLessOrEqual } from "@std/assert";
import type { ChargePoint } from "./foreign_central_system.ts";
import { startForeignCentralSystem } from "./foreign_central_system.ts";
import { assertBilled, assertBillsAddUp, assertNext, energyFlows } from "./session.ts";
import { untilAnswered } from "./sightings.ts";
import type { SimulatorProcess } from "./simulator_process.ts";
import { HURRIED, startSimulator } from "./simulator_process.ts";
import { stepsOf } from "./step.ts";
import { temporaryDirectory } from "./temporary_directory.ts";

const booted = ["BootNotification", "StatusNotification 0 Available", "StatusNotification 1 Available"];
const startedAndCharging = ["StartTransaction 1 DRIVER", "StatusNotification 1 Charging"];

Deno.test("accidents in a session: one Start, one Stop, one right bill each", async (context) => {
  const step = stepsOf(context);
  await using directory = await temporaryDirectory();
  await using central = await startForeignCentralSystem();
  const chargePoint = central.chargePoint("CP001");
  const state = `${directory.path}/state`;
  const options = ["--csms", central.url, "--state", state, "--set", "AllowOfflineTxForUnknownId=true"];
  await using simulator = await startSimulator(directory.path, ...options, ...HURRIED);
  await assertNext(chargePoint, ...booted);

  await step("power that fails: Stop with PowerLoss before it is gone (§7.36)", async () => {
    await beginSession(simulator, chargePoint, 1);
    await simulator.post("/hardware/power", { state: "failing" });
    await assertNext(chargePoint, ["StopTransaction PowerLoss", "StatusNotification 1 Finishing"]);
    await simulator.post("/hardware/power", { state: "cut" });
    await simulator.post("/hardware/power", { state: "on" });
    await assertNext(
      chargePoint,
      "BootNotification",
      "StatusNotification 0 Available",
      "StatusNotification 1 Preparing",
    );
    await leave(simulator, chargePoint);
    assertBilled(chargePoint, 1, { idTag: "DRIVER", reason: "PowerLoss" });
  });

  await step("power that is cut: Stop with PowerLoss after the next boot", async () => {
    await beginSession(simulator, chargePoint, 2);
    await simulator.post("/hardware/power", { state: "cut" });
    await untilAnswered("a dead charger", () => simulator.status(), ({ running }) => !running);
    await simulator.post("/hardware/power", { state: "on" });
    await assertNext(chargePoint, "BootNotification", [
      "StopTransaction PowerLoss",
      "StatusNotification 0 Available",
      "StatusNotification 1 Finishing",
    ]);
    await leave(simulator, chargePoint);
    assertBilled(chargePoint, 2, { idTag: "DRIVER", reason: "PowerLoss" });
  });

  await step(
    "the network goes: the session ends offline, and another runs offline from start to stop (§4.10)",
    async () => {
      await beginSession(simulator, chargePoint, 3);
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
      await leave(simulator, chargePoint);
      assertBilled(chargePoint, 3, { idTag: "DRIVER", reason: "Local", stoppedWith: "DRIVER" });
      const { stop } = assertBilled(chargePoint, 4, {
        idTag: "OFFLINE",
        reason: "Local",
        stoppedWith: "OFFLINE",
      });
      assertLessOrEqual(stop?.timestamp ?? "", at, "when it happened, not when it was told");
    },
  );

  await step(
    "a full disk: nothing new starts, and no contactor closes; with room again it does",
    async () => {
      await simulator.post("/hardware/storage", { state: "full" });
      await simulator.post("/hardware/connectors/1/plug");
      await assertNext(chargePoint, "StatusNotification 1 Preparing");
      await simulator.post("/hardware/reader/swipe", { idTag: "DRIVER" });
      const refused = "StatusNotification 1 Preparing InternalError storage refuses a new transaction";
      await assertNext(chargePoint, "Authorize DRIVER", refused);
      assertEquals((await simulator.status()).connectors[0]?.contactorClosed, false);
      await assertBillsAddUp(chargePoint, state);
      await simulator.post("/hardware/storage", { state: "ok" });
      await simulator.post("/hardware/reader/swipe", { idTag: "DRIVER" });
      await assertNext(chargePoint, "Authorize DRIVER", startedAndCharging);
      await energyFlows(chargePoint, 5);
    },
  );

  await step(
    "a full disk at the stop: the energy ends at once, and the Stop is told as soon as there is room",
    async () => {
      await simulator.post("/hardware/storage", { state: "full" });
      await simulator.post("/hardware/reader/swipe", { idTag: "DRIVER" });
      await assertNext(chargePoint, "StatusNotification 1 Finishing");
      assertEquals((await simulator.status()).connectors[0]?.contactorClosed, false);
      await simulator.post("/hardware/storage", { state: "ok" });
      await assertNext(chargePoint, "StopTransaction DRIVER Local");
      await leave(simulator, chargePoint);
      assertBilled(chargePoint, 5, { idTag: "DRIVER", reason: "Local", stoppedWith: "DRIVER" });
    },
  );

  await step("the five bills add up to what the hardware's meter counted", async () => {
    assertEquals(chargePoint.ledger.entries.length, 5);
    await assertBillsAddUp(chargePoint, state);
  });
  central.assertStrict();
});

async function reaches(simulator: SimulatorProcess, status: string): Promise<void> {
  await untilAnswered(
    `a connector that is ${status}`,
    () => simulator.status(),
    ({ connectors }) => connectors[0]?.status === status,
  );
}

async function beginSession(
  simulator: SimulatorProcess,
  chargePoint: ChargePoint,
  transactionId: number,
): Promise<void> {
  await simulator.post("/hardware/connectors/1/plug");
  await assertNext(chargePoint, "StatusNotification 1 Preparing");
  await simulator.post("/hardware/reader/swipe", { idTag: "DRIVER" });
  await assertNext(chargePoint, "Authorize DRIVER", startedAndCharging);
  await energyFlows(chargePoint, transactionId);
}

async function leave(simulator: SimulatorProcess, chargePoint: ChargePoint): Promise<void> {
  await simulator.post("/hardware/connectors/1/unplug");
  await assertNext(chargePoint, "StatusNotification 1 Available");
}
