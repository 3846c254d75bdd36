/**
 * The physical state's file: what a parked car, a plug and a meter's register are for a simulator that is killed.
 *
 * Law: the file is whole at any moment and never behind what a meter has told. It lies beside the charger's store and is no
 * part of it. It outlives a SIGKILL; a power cut of the machine itself may cost it the last seconds, or all.
 */
import type { Cancel, Clock } from "../hal/clock.ts";
import type { SimulatedStation } from "../hal/drivers/simulated_station.ts";
import { type Handwritten, judgeHandwritten, parseHandwritten } from "../hal/handwritten.ts";
import { misfit, PhysicalState } from "../hal/physical_state.ts";
import type { StationProfile } from "../hal/station_profile.ts";

/** While energy flows the file follows the register at this pace. */
const FOLLOW_MS = 1_000;

/** What the file says, or null when there is none; refused when it is damaged or another station's. */
export function readPhysicalState(path: string, profile: StationProfile): Handwritten<PhysicalState | null> {
  const text = readIfThere(path);
  if (text === null) return { kind: "read", value: null };
  const judged = judgeText(text, profile);
  if (judged.kind === "read") return judged;
  const problems = judged.problems.map((problem) => `remove ${path}, or mend it: ${problem}`);
  return { kind: "refused", problems };
}

/**
 * Writes the file now and whenever the state changes, until it is cancelled. What cannot be written, as on a full disk, is said once
 * and tried again: the station goes on without its file.
 */
export function keepPhysicalState(
  station: SimulatedStation,
  clock: Clock,
  path: string,
  warn: (line: string) => void,
): Cancel {
  let written = "";
  let isWarned = false;
  let follow: Cancel | null = null;

  function keep(): void {
    const state = station.physicalState();
    const next = inWholeWh(state);
    if (next !== written && isReplaced(`${JSON.stringify(state)}\n`)) written = next;
    if (follow === null && (next !== written || station.energyFlows())) {
      follow = clock.after(FOLLOW_MS, keepFollowing);
    }
  }

  function isReplaced(text: string): boolean {
    try {
      replace(path, text);
      isWarned = false;
      return true;
    } catch (error) {
      if (!isWarned) warn(`! ${path} is not kept up: ${error instanceof Error ? error.message : error}`);
      isWarned = true;
      return false;
    }
  }

  function keepFollowing(): void {
    follow = null;
    keep();
  }

  station.watch(keep);
  keep();
  return () => {
    station.watch(() => {});
    follow?.();
  };
}

/**
 * A meter tells whole Wh: a part of one is nobody's to miss. To write the file for it would hold up the event loop for half a
 * millisecond whenever a contactor closes.
 */
function inWholeWh(state: PhysicalState): string {
  return JSON.stringify(
    state,
    (name, value) => name === "registerWh" || name === "batteryWh" ? Math.floor(value) : value,
  );
}

function judgeText(text: string, profile: StationProfile): Handwritten<PhysicalState> {
  const document = parseHandwritten(text);
  if (document.kind === "refused") return document;
  const judged = judgeHandwritten(PhysicalState, document.value);
  if (judged.kind === "refused") return judged;
  const problem = misfit(judged.value, profile);
  return problem === null ? judged : { kind: "refused", problems: [problem] };
}

function replace(path: string, text: string): void {
  Deno.writeTextFileSync(`${path}.tmp`, text);
  Deno.renameSync(`${path}.tmp`, path);
}

function readIfThere(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
