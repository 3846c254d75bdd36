/**
 * What a disk does that is full or dying, and when: a list.
 *
 * Law: a fault is what the disk does, by the shim's means; what the charger must do is judged where it is given.
 */
import type { Faults } from "./crash_shim.ts";

export interface DiskFault {
  readonly name: string;
  readonly faults: Faults;
  /** While it lasts nothing can be stored at all, not even with the ballast given up. */
  readonly isFatal: boolean;
}

export const DISK_FAULTS: readonly DiskFault[] = [
  { name: "the disk is full", faults: { roomBytes: 0 }, isFatal: false },
  { name: "there is room for a part of a commit", faults: { roomBytes: 6_000 }, isFatal: false },
  { name: "every write finds the disk full", faults: { failing: ["write"], error: "ENOSPC" }, isFatal: true },
  {
    name: "one write finds the disk full",
    faults: { failing: ["write"], error: "ENOSPC", count: 1 },
    isFatal: false,
  },
  { name: "one write fails", faults: { failing: ["write"], count: 1 }, isFatal: false },
  { name: "every write fails", faults: { failing: ["write"] }, isFatal: true },
  { name: "one sync fails", faults: { failing: ["sync"], count: 1 }, isFatal: false },
  { name: "two syncs fail", faults: { failing: ["sync"], count: 2 }, isFatal: false },
  { name: "every sync fails", faults: { failing: ["sync"] }, isFatal: true },
  { name: "writes are cut short", faults: { shortWrites: 30 }, isFatal: false },
  {
    name: "nothing can be made or renamed",
    faults: { failing: ["create", "rename"], error: "EIO" },
    isFatal: false,
  },
];

/** Where in a session it begins; `skip` spreads it over the writes that follow. */
export const FAULT_MOMENTS = ["idle", "charging", "stopping", "draining", "starting"] as const;
export type FaultMoment = (typeof FAULT_MOMENTS)[number];

export interface Episode {
  readonly fault: DiskFault;
  readonly moment: FaultMoment;
  /** So many writes or syncs succeed first. */
  readonly skip: number;
  /** How long it lasts once it has been felt: some seconds of the charger's time, in which actors are restarted and try again. */
  readonly heldMs: number;
}

export function describeEpisode({ fault, moment, skip, heldMs }: Episode): string {
  return `${fault.name}, ${moment}, after ${skip}, held for ${heldMs} ms`;
}
