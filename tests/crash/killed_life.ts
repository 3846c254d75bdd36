/**
 * One life of the real program: it boots, takes up what its predecessor left, lives a story, and is killed somewhere in it.
 *
 * Law: the kill comes at a moment of the story and a while after it. The while spreads the kills; nothing waits for it.
 */
import { assert, assertEquals } from "@std/assert";
import type { CentralSystem, CentralSystemEvent } from "../../simulator/central_system.ts";
import type { Sightings } from "../integration/sightings.ts";
import type { SimulatorProcess } from "../integration/simulator_process.ts";
import { drain } from "./drain_story.ts";
import { isDrainMoment, type Kill, type Moment } from "./moments.ts";
import { haveSession } from "./session_story.ts";

export interface Life {
  readonly central: CentralSystem;
  /** What the central system is told in this life. */
  readonly seen: Sightings<CentralSystemEvent>;
  /** No other life's idTag begins so. */
  readonly idTag: string;
  readonly carIsThere: boolean;
  /** Whether all that the predecessor left in the store has reached the central system, and nothing is open any more. */
  readonly isRecovered: () => boolean;
  readonly kill: Kill;
}

/** What a story does to the kill that cuts it off. */
export interface Telling {
  readonly reached: (moment: Moment) => void;
  readonly killNow: () => void;
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
  const ended = simulator.ended.then((code) => {
    seen.end(`the charger has ended with ${code}: ${simulator.complaints.join("; ")}`);
  });
  try {
    const story = isDrainMoment(kill.moment) ? drain : haveSession;
    await story(life, simulator, { reached, killNow });
    assert(isDue, `the story has no moment "${kill.moment}"`);
  } catch (error) {
    // A story that the kill has cut off is what this is about.
    if (!isKilled) throw error;
  }
  assertEquals(await simulator.exit(), 128 + 9);
  await ended;
}

/** Boots, and takes up what the predecessor left. */
export async function recover({ seen, isRecovered }: Life, { reached }: Telling): Promise<void> {
  const received = (action: string, count: number) =>
    seen.until(`${count} ${action}`, (events) => {
      const such = events.filter((event) => event.kind === "Received" && event.action === action);
      return such.length < count ? undefined : true;
    });
  reached("spawned");
  await received("BootNotification", 1);
  reached("booting");
  // Of the station and its connector: by now each actor has taken up its work.
  await received("StatusNotification", 2);
  await seen.until("what the predecessor has left", () => isRecovered() ? true : undefined);
  reached("recovered");
}

/** Nothing is left unanswered any more. */
export function answerAll(central: CentralSystem): void {
  for (const action of TRANSACTION_ACTIONS) central.script(action, null);
}

export const TRANSACTION_ACTIONS = ["StartTransaction", "MeterValues", "StopTransaction"] as const;
