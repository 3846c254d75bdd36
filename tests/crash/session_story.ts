/**
 * The story of a session with a central system that listens: a car, a card, samples, a card, and off.
 *
 * Law: each step waits for what the step before it has made the central system hear.
 */
import type { CentralSystem } from "../../simulator/central_system.ts";
import type { SimulatorProcess } from "../integration/simulator_process.ts";
import { type Life, recover, type Telling } from "./killed_life.ts";

export async function haveSession(life: Life, simulator: SimulatorProcess, telling: Telling): Promise<void> {
  const { central, seen, idTag } = life;
  const { reached } = telling;
  const received = (action: string, count: number, isMine: (payload: Mine) => boolean) =>
    seen.until(`${count} ${action}`, (events) => {
      const such = events.filter((event) =>
        event.kind === "Received" && event.action === action && isMine(event.payload as Mine)
      );
      return such.length < count ? undefined : true;
    });
  const ofDriver = (payload: Mine) => payload.idTag === idTag;
  const ofTransaction = ({ transactionId }: Mine) =>
    central.ledger.entries.some((entry) =>
      entry.transactionId === transactionId && entry.start.idTag === idTag
    );

  leaveUnanswered(life, telling);
  await recover(life, telling);
  if (!life.carIsThere) await simulator.post("/hardware/connectors/1/plug");
  reached("plugged");
  await simulator.post("/hardware/reader/swipe", { idTag });
  reached("swiped");
  await received("Authorize", 1, ofDriver);
  reached("authorizing");
  await received("StartTransaction", 1, ofDriver);
  reached("started");
  await received("MeterValues", 1, ofTransaction);
  reached("charging");
  await received("MeterValues", 2, ofTransaction);
  reached("sampled");
  await simulator.post("/hardware/reader/swipe", { idTag });
  reached("swiped again");
  await received("StopTransaction", 1, ofTransaction);
  reached("stopped");
  await simulator.post("/hardware/connectors/1/unplug");
  reached("unplugged");
}

interface Mine {
  readonly idTag?: string;
  readonly transactionId?: number;
}

function leaveUnanswered({ central, kill }: Life, { killNow }: Telling): void {
  for (const [action, moment] of UNANSWERED) {
    if (moment === kill.moment) silence(central, action, kill.isBooked, killNow);
  }
}

const UNANSWERED = [
  ["StartTransaction", "start unanswered"],
  ["StopTransaction", "stop unanswered"],
] as const;

function silence(central: CentralSystem, action: string, isBooked: boolean, killNow: () => void): void {
  central.script(action, (_, asSpecified) => {
    if (isBooked) asSpecified();
    killNow();
    return null;
  });
}
