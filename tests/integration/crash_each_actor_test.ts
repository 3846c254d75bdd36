/**
 * Every actor of the real program crashes: at the start, in the middle and at the stop of a session of its own.
 *
 * Law: whatever crashes, the session ends with one Start, one Stop and one right bill, and no supervisor gives up.
 */
import { assert, assertEquals } from "@std/assert";
import type { ActorTreeNode } from "../../actors/otp/tree.ts";
import { nodesOf } from "../../console/status.ts";
import { reaches } from "./driver.ts";
import type { ChargePoint } from "./foreign_central_system.ts";
import { startForeignCentralSystem } from "./foreign_central_system.ts";
import { assertBilled, assertBillsAddUp, energyFlows } from "./session.ts";
import type { SimulatorProcess } from "./simulator_process.ts";
import { HURRIED, startSimulator } from "./simulator_process.ts";
import { stepsOf } from "./step.ts";
import { temporaryDirectory } from "./temporary_directory.ts";

/** A session takes eight simulated seconds at the least, so that so many crashes stay within every intensity. */
const UNHURRIED_SAMPLES = ["--set", "MeterValueSampleInterval=4"];

type Moment = "at the start" | "in the middle" | "at the stop";

Deno.test("any actor can crash in a session, which still ends with one correct bill", async (context) => {
  const step = stepsOf(context);
  await using directory = await temporaryDirectory();
  await using central = await startForeignCentralSystem();
  const chargePoint = central.chargePoint("CP001");
  const state = `${directory.path}/state`;
  const options = ["--csms", central.url, "--state", state, ...HURRIED, ...UNHURRIED_SAMPLES];
  await using simulator = await startSimulator(directory.path, ...options);
  await chargePoint.heard("StatusNotification", 2);
  const ids = (await actorsOf(simulator)).map(({ id }) => id);
  assert(ids.includes("connector:1") && ids.length >= 8, ids.join());

  for (const moment of ["at the start", "in the middle", "at the stop"] as const) {
    for (const id of ids) {
      if (moment === "at the stop" && crashesMax(id) < 3) continue;
      await step(`${id}, ${moment}`, () => session(simulator, chargePoint, id, moment));
    }
  }

  await step("a restarted station resumes its registration: it boots once a process", async () => {
    assertEquals((await chargePoint.heard("BootNotification", 1)).length, 1);
  });
  await step("each has crashed so often and is up, and no supervisor was restarted", async () => {
    for (const { id, state, lastCrash } of await actorsOf(simulator)) {
      assertEquals([id, state, crashesOf(simulator, id)], [id, "running", crashesMax(id)]);
      assertEquals(lastCrash?.error, "Error: the debug socket told it to crash");
    }
    const { root } = await simulator.tree();
    for (const { kind, id, restarts } of nodesOf(root)) {
      if (kind === "supervisor") assertEquals([id, restarts], [id, 0]);
    }
  });
  await step(
    "the bills add up to what the hardware's meter counted",
    () => assertBillsAddUp(chargePoint, state),
  );
  central.assertStrict();
});

/** `upkeep` bears two in ten minutes, in which all of this is done: no session needs it. */
function crashesMax(id: string): number {
  return id === "diagnostics" ? 2 : 3;
}

async function session(
  simulator: SimulatorProcess,
  chargePoint: ChargePoint,
  id: string,
  moment: Moment,
): Promise<void> {
  const transactionId = chargePoint.ledger.entries.length + 1;
  await simulator.post("/hardware/connectors/1/plug");
  await reaches(simulator, "Preparing");
  // StartTransaction is durable and on its way; whether its answer is still heard depends on who crashes.
  if (moment === "at the start") chargePoint.hold("StartTransaction", () => crash(simulator, id));
  await simulator.post("/hardware/reader/swipe", { idTag: "DRIVER" });
  await energyFlows(chargePoint, transactionId);
  if (moment === "in the middle") {
    await crash(simulator, id);
    await energyFlows(chargePoint, transactionId);
  }
  if (moment === "at the stop") {
    // One after the other, with nothing between: the stop is being decided, or has just been.
    await Promise.all([simulator.post("/hardware/connectors/1/unplug"), crash(simulator, id)]);
  } else await simulator.post("/hardware/reader/swipe", { idTag: "DRIVER" });
  await chargePoint.calls.until(
    `the Stop of transaction ${transactionId}`,
    () => chargePoint.ledger.entries[transactionId - 1]?.stop ?? undefined,
  );
  if (moment !== "at the stop") await simulator.post("/hardware/connectors/1/unplug");
  await reaches(simulator, "Available");
  assertBilled(chargePoint, transactionId, {
    idTag: "DRIVER",
    ...(moment === "at the stop" ? { reason: "EVDisconnected" } : { reason: "Local", stoppedWith: "DRIVER" }),
  });
}

/** Resolves when it has crashed. */
async function crash(simulator: SimulatorProcess, id: string): Promise<void> {
  const before = crashesOf(simulator, id);
  await simulator.post(`/actors/${id}/crash`);
  await simulator.lines.until(`a crash of ${id}`, () => crashesOf(simulator, id) > before ? true : undefined);
}

function crashesOf(simulator: SimulatorProcess, id: string): number {
  return simulator.lines.all.filter(({ what, text }) =>
    what === "crash" && text?.startsWith(`! ${id} crashed`)
  )
    .length;
}

async function actorsOf(simulator: SimulatorProcess): Promise<readonly ActorTreeNode[]> {
  return nodesOf((await simulator.tree()).root).filter((node) => node.kind === "actor");
}
