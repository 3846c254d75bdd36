/**
 * What a store found wrong and went on from: to be said loudly (the log, a security event), never to be lost.
 *
 * Law: a finding is not an error: whoever can do nothing without the record gets that as an answer too.
 */
import { quote } from "./key.ts";
import type { Key } from "./store.ts";

export type Finding =
  /** One record fails its checksum or its shape; it stays where it is until it is set or deleted. */
  | { readonly kind: "RecordDamaged"; readonly key: Key; readonly error: string }
  /** The file could not be trusted; the store has begun anew with the records that were whole in it. */
  | {
    readonly kind: "StoreMovedAside";
    readonly path: string;
    readonly error: string;
    readonly salvaged: number;
  }
  /** The last commits before the stop are gone: the store is at `sequence`, but was at `known` once. */
  | { readonly kind: "TailLost"; readonly sequence: number; readonly known: number }
  /** Columns that the house never uses had changed; the records themselves are judged by their own checksums. */
  | { readonly kind: "RowsRepaired"; readonly count: number }
  /** One or both copies of a file that is kept twice; with one whole copy it has been restored from it. */
  | { readonly kind: "CopyDamaged"; readonly path: string; readonly error: string }
  /** The file that notices a lost tail, or the reserve for a full disk, could not be written. */
  | { readonly kind: "SpareNotWritten"; readonly path: string; readonly error: string }
  /** Nothing but the reserve guards against a full disk. */
  | { readonly kind: "FreeSpaceUnknown"; readonly path: string; readonly error: string }
  /** The disk was full at the start; there is no reserve any more until it has room. */
  | { readonly kind: "BallastReleased"; readonly path: string }
  /** It was full without the reserve too: a damaged file that had been kept as evidence, and salvaged, is gone. */
  | { readonly kind: "AsideGivenUp"; readonly path: string };

/** One sentence. */
export function describeFinding(finding: Finding): string {
  switch (finding.kind) {
    case "RecordDamaged":
      return `record ${quote(finding.key)} is damaged and left out: ${finding.error}`;
    case "StoreMovedAside":
      return `the store was damaged and begins anew with ${finding.salvaged} salvaged records, ` +
        `the old one is kept as ${finding.path}: ${finding.error}`;
    case "TailLost":
      return `the store has lost its last commits: it is at ${finding.sequence} and was at ${finding.known}`;
    case "RowsRepaired":
      return `${finding.count} rows of the store had foreign marks, which were set right`;
    case "CopyDamaged":
      return `${finding.path} is damaged: ${finding.error}`;
    case "SpareNotWritten":
      return `${finding.path} could not be written: ${finding.error}`;
    case "FreeSpaceUnknown":
      return `the free space of ${finding.path} could not be measured: ${finding.error}`;
    case "BallastReleased":
    case "AsideGivenUp":
      return `the disk was full: ${finding.path} was given up for room`;
  }
}
