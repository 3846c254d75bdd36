/**
 * What a store found wrong with itself at its start, as a security event.
 *
 * Law: a damaged record of the log itself shows in its chain, and is told by it; the damage of others is none of security's.
 */
import type { SecurityEventRaised } from "../actors/security_log.ts";
import type { Finding } from "../storage/finding.ts";

export const reserveReleased: SecurityEventRaised = {
  kind: "SecurityEventRaised",
  type: "MemoryExhaustion",
  techInfo: "the disk was full: the reserve was given up",
};

/** Null where it is none. */
export function findingEvent(finding: Finding): SecurityEventRaised | null {
  switch (finding.kind) {
    case "StoreMovedAside":
      return cleared(`the store was damaged, ${finding.salvaged} of its records were salvaged`);
    case "TailLost":
      return cleared(`the store has lost its commits ${finding.sequence + 1} to ${finding.known}`);
    case "BallastReleased":
      return reserveReleased;
    case "RecordDamaged":
    case "RowsRepaired":
    case "CopyDamaged":
    case "SpareNotWritten":
    case "FreeSpaceUnknown":
    case "AsideGivenUp":
      return null;
  }
}

function cleared(techInfo: string): SecurityEventRaised {
  return { kind: "SecurityEventRaised", type: "SecurityLogWasCleared", techInfo };
}
