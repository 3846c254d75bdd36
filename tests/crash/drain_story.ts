/**
 * The story of an outage: sessions that nobody hears of, and the backlog that drains when the network is back.
 *
 * Law: what the central system cannot know while the network is down is asked of the charger's own socket.
 */
import type { StatusAnswer } from "../../console/answers.ts";
import { untilAnswered } from "../integration/sightings.ts";
import type { SimulatorProcess } from "../integration/simulator_process.ts";
import { type Life, recover, type Telling, TRANSACTION_ACTIONS } from "./killed_life.ts";

const SESSIONS_MAX = 3;
/** Of one session: its start and some samples. */
const QUEUED_MIN = 2;
const QUEUED_SPREAD = 4;

export async function drain(life: Life, simulator: SimulatorProcess, telling: Telling): Promise<void> {
  const { reached } = telling;
  await recover(life, telling);
  await simulator.post("/hardware/network", { up: false });
  await untilStatus(simulator, "no link", ({ link }) => link?.state !== "open");
  reached("network lost");
  const sessions = 1 + Math.floor(life.kill.depth * SESSIONS_MAX);
  for (let session = 0; session < sessions; session++) {
    await chargeUnheard(life, simulator, telling, { session, isLast: session === sessions - 1 });
  }
  const { queue } = await simulator.status();
  await deliver(life, simulator, telling, queue?.transactionMessages ?? 0);
}

/** An odd session that is the last one goes on: its backlog grows while it drains. */
async function chargeUnheard(
  life: Life,
  simulator: SimulatorProcess,
  { reached }: Telling,
  { session, isLast }: { readonly session: number; readonly isLast: boolean },
): Promise<void> {
  const idTag = `${life.idTag}.${session}`;
  if (session > 0 || !life.carIsThere) await simulator.post("/hardware/connectors/1/plug");
  const before = (await simulator.status()).queue?.transactionMessages ?? 0;
  await simulator.post("/hardware/reader/swipe", { idTag });
  const queued = before + QUEUED_MIN + Math.floor(life.kill.depth * QUEUED_SPREAD);
  await untilStatus(
    simulator,
    `${queued} queued`,
    ({ queue }) => (queue?.transactionMessages ?? 0) >= queued,
  );
  reached("charging offline");
  if (isLast && session % 2 === 1) return;
  await simulator.post("/hardware/reader/swipe", { idTag });
  await untilStatus(simulator, "no transaction", ({ connectors }) => connectors[0]?.transaction === null);
  reached("stopped offline");
  await simulator.post("/hardware/connectors/1/unplug");
}

async function deliver(
  { central, seen, kill }: Life,
  simulator: SimulatorProcess,
  { reached, killNow }: Telling,
  backlog: number,
): Promise<void> {
  const last = 1 + Math.floor(kill.depth * backlog);
  let heard = 0;
  for (const action of TRANSACTION_ACTIONS) {
    central.script(action, (_, asSpecified) => {
      heard++;
      if (kill.moment !== "drain unanswered" || heard < last) return asSpecified();
      if (kill.isBooked) asSpecified();
      killNow();
      return null;
    });
  }
  await simulator.post("/hardware/network", { up: true });
  reached("network back");
  await seen.until(`${last} of the backlog`, () => heard >= last ? true : undefined);
  reached("draining");
  await seen.until("the backlog", () => heard >= backlog ? true : undefined);
  reached("drained");
}

async function untilStatus(
  simulator: SimulatorProcess,
  what: string,
  holds: (status: StatusAnswer) => boolean,
): Promise<void> {
  await untilAnswered(what, () => simulator.status(), holds);
}
