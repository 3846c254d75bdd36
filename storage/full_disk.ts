/**
 * By which words a full disk is known.
 *
 * Law: only a full disk is mended by room. What fails otherwise keeps the reserve whole (`reserve.ts`).
 */

/** SQLite's own words for SQLITE_FULL, and the system's for ENOSPC. */
export function saysDiskFull(error: string): boolean {
  return /database or disk is full|No space left on device/.test(error);
}
