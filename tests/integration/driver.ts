/**
 * What a driver does at a simulator's connector 1, each step answered for by what the central system heard of it.
 *
 * Law: hands and the card only; what the charger makes of it is its own.
 */
import type { ChargePoint } from "./foreign_central_system.ts";
import { assertNext, energyFlows } from "./session.ts";
import { untilAnswered } from "./sightings.ts";
import type { SimulatorProcess } from "./simulator_process.ts";

/** What a charger says first, with nothing plugged in. */
export const BOOTED = [
  "BootNotification",
  "StatusNotification 0 Available",
  "StatusNotification 1 Available",
];

export async function plugsIn(simulator: SimulatorProcess, chargePoint: ChargePoint): Promise<void> {
  await simulator.post("/hardware/connectors/1/plug");
  await assertNext(chargePoint, "StatusNotification 1 Preparing");
}

/** Presents the card to start, and it does. */
export async function starts(
  simulator: SimulatorProcess,
  chargePoint: ChargePoint,
  idTag: string,
): Promise<void> {
  await simulator.post("/hardware/reader/swipe", { idTag });
  await assertNext(chargePoint, `Authorize ${idTag}`, [
    `StartTransaction 1 ${idTag}`,
    "StatusNotification 1 Charging",
  ]);
}

/** From an empty connector to a session in which energy flows. */
export async function charges(
  simulator: SimulatorProcess,
  chargePoint: ChargePoint,
  transactionId: number,
  idTag = "DRIVER",
): Promise<void> {
  await plugsIn(simulator, chargePoint);
  await starts(simulator, chargePoint, idTag);
  await energyFlows(chargePoint, transactionId);
}

export async function leaves(simulator: SimulatorProcess, chargePoint: ChargePoint): Promise<void> {
  await simulator.post("/hardware/connectors/1/unplug");
  await assertNext(chargePoint, "StatusNotification 1 Available");
}

/** The connector comes to this status, whether or not the central system hears of it. */
export async function reaches(simulator: SimulatorProcess, status: string): Promise<void> {
  await untilAnswered(
    `a connector that is ${status}`,
    () => simulator.status(),
    ({ connectors }) => connectors[0]?.status === status,
  );
}
