/**
 * One life of the real program: it boots, takes up what its predecessor left, has a session, and is killed somewhere in it.
 *
 * Law: the kill comes at a moment of the story and a while after it. The while spreads the kills; nothing waits for it.
 */
import { assert, assertEquals } from "@std/assert";
import type { CentralSystem, CentralSystemEvent } from "../../simulator/central_system.ts";
import type { Sightings } from "../integration/sightings.ts";
import type { SimulatorProcess } from "../integration/simulator_process.ts";

/** What has just happened when the kill becomes due; at an `unanswered` one it falls at once. */
export const MOMENTS = [
  "spawned",
  "booting",
  "recovered",
  "plugged",
  "swiped",
  "authorizing",
  "start unanswered",
  "started",
  "charging",
  "sampled",
  "swiped again",
  "stop unanswered",
  "stopped",
  "unplugged",
] as const;
export type Moment = (typeof MOMENTS)[number];

export interface Life {
  readonly central: CentralSystem;
  /** What the central system is told in this life. */
  readonly seen: Sightings<CentralSystemEvent>;
  readonly idTag: string;
  readonly carIsThere: boolean;
  /** Whether all that the predecessor left in the store has reached the central system, and nothing is open any more. */
  readonly isRecovered: () => boolean;
  readonly kill: Kill;
}

export interface Kill {
  readonly moment: Moment;
  readonly afterMs: number;
  /** Of an unanswered message: the central system has booked it. */
  readonly isBooked: boolean;
}

/** Resolves when the process is gone; rejects when it was not this kill that ended it. */
export async function liveAndDie(life: Life, simulator: SimulatorProcess): Promise<void> {
  const { seen, kill } = life;
  let isDue = false;
  let isKilled = false;
  const killNow = () => {
    if (!isKilled) simulator.signal("SIGKILL");
    isDue = isKilled = true;
  };
  const reached = (moment: Moment) => {
    if (moment !== kill.moment) return;
    isDue = true;
    setTimeout(killNow, kill.afterMs);
  };
  leaveUnanswered(life, killNow);
  const ended = simulator.ended.then((code) => {
    seen.end(`the charger has ended with ${code}: ${simulator.complaints.join("; ")}`);
  });
  try {
    await live(life, simulator, reached);
    assert(isDue, `the story has no moment "${kill.moment}"`);
  } catch (error) {
    // A story that the kill has cut off is what this is about.
    if (!isKilled) throw error;
  }
  assertEquals(await simulator.exit(), 128 + 9);
  await ended;
}

/** Nothing is left unanswered any more. */
export function answerAll(central: CentralSystem): void {
  for (const [action] of UNANSWERED) central.script(action, null);
}

function leaveUnanswered({ central, kill }: Life, killNow: () => void): void {
  for (const [action, moment] of UNANSWERED) {
    central.script(
      action,
      moment !== kill.moment ? null : (_, asSpecified) => {
        if (kill.isBooked) asSpecified();
        killNow();
        return null;
      },
    );
  }
}

const UNANSWERED = [["StartTransaction", "start unanswered"], [
  "StopTransaction",
  "stop unanswered",
]] as const;

async function live(
  life: Life,
  simulator: SimulatorProcess,
  reached: (moment: Moment) => void,
): Promise<void> {
  const { central, seen, idTag, isRecovered } = life;
  const received = (action: string, count: number, isMine: (payload: Mine) => boolean = () => true) =>
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

  reached("spawned");
  await received("BootNotification", 1);
  reached("booting");
  // Of the station and its connector: by now each actor has taken up its work.
  await received("StatusNotification", 2);
  await seen.until("what the predecessor has left", () => isRecovered() ? true : undefined);
  reached("recovered");
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
