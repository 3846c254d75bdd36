/**
 * The store on a file: Deno KV, opened with every doubt that its file deserves, and closed in order.
 *
 * Law: exactly one handle in the whole runtime (notes/reliability.md D2), on a file that was looked at before; whatever was
 * found wrong is reported, and a store that comes back older than it was is never taken for a whole one.
 *
 * The second place, `high_water`, holds the sequence number of a recent commit: it is written soon after the start, every 64
 * commits, and at the close. A lost tail shorter than that after a power loss goes unnoticed; after a close, none does.
 */
import type { Finding } from "../finding.ts";
import { open } from "../record.ts";
import { FREE_BYTES_MIN, isFull } from "../reserve.ts";
import { type Key, type Store, StoreFailed } from "../store.ts";
import { giveUpOldest, takeMarksOff } from "./aside.ts";
import { type Ballast, ballastIn } from "./ballast.ts";
import { watchDamage } from "./damage_watch.ts";
import { createDenoKvRecords, SEQUENCE, SEQUENCE_GAP } from "./deno_kv_records.ts";
import { type DurableFile, durableFile } from "./durable_file.ts";
import { freeBytes } from "./free_space.ts";
import { messageOf, openKvFile } from "./recovery.ts";

export interface OpenedStore {
  readonly store: Store;
  /**
   * Gives 2 MiB back to a full disk, once; false when there is none left. It is made anew at the next start that has room.
   * For what must be stored even then (StopTransaction); nothing new should begin on it.
   */
  readonly releaseBallast: () => Promise<boolean>;
  /** Of the medium; null when it cannot be measured, which is reported once. */
  readonly freeBytes: () => number | null;
  /** As `damage_watch.ts` has it: who has opened the store is to close it, and open it again. */
  readonly damaged: Promise<string>;
  /** Waits for the commits under way, then closes. What is asked for afterwards throws `StoreFailed`. */
  readonly close: () => Promise<void>;
}

export interface OpenOptions {
  /** The time now, for the name of a file that is moved aside. */
  readonly wallMs: number;
  readonly report: (finding: Finding) => void;
  /** Another than the real one: for tests of a medium that is full or fails. */
  readonly medium?: Medium;
}

export interface Medium {
  readonly openKv: (path: string) => Promise<Deno.Kv>;
  /** As `free_space.ts` has it. */
  readonly freeBytes: (directory: string) => number;
}

const realMedium: Medium = { openKv: (path) => Deno.openKv(path), freeBytes };

/** Opens the store in a state directory whose lock is held. Throws `StoreFailed` when there can be none. */
export async function openDenoKvStore(directory: string, options: OpenOptions): Promise<OpenedStore> {
  refuseMemoryMode();
  const ballast = ballastIn(directory);
  const free = measured(directory, options);
  // What was given up a moment ago is not taken back as long as the disk is short.
  const hasRoom = () => (free() ?? 0) >= FREE_BYTES_MIN;
  for (let holdsBallast = () => true;; holdsBallast = hasRoom) {
    try {
      return await openWith({ directory, ballast, free, holdsBallast }, options);
    } catch (error) {
      const given = isFull(messageOf(error), free()) ? await giveUp(directory, ballast) : null;
      if (given === null) throw error;
      options.report(given);
    }
  }
}

/** What a charger can do without, of which there is an end: the reserve, and then the evidence of damage that is mended. */
async function giveUp(directory: string, ballast: Ballast): Promise<Finding | null> {
  if (await ballast.release()) return { kind: "BallastReleased", path: ballast.path };
  const aside = giveUpOldest(`${directory}/store.kv`);
  return aside === null ? null : { kind: "AsideGivenUp", path: aside };
}

function measured(path: string, { report, medium }: OpenOptions): () => number | null {
  let isReported = false;
  return () => {
    try {
      return (medium ?? realMedium).freeBytes(path);
    } catch (error) {
      if (!isReported) report({ kind: "FreeSpaceUnknown", path, error: messageOf(error) });
      isReported = true;
      return null;
    }
  };
}

/** In this mode every path is a store in memory, and nothing says so (notes/reliability.md A6). */
function refuseMemoryMode(): void {
  const mode = Deno.env.get("DENO_KV_DB_MODE");
  if (mode !== undefined) {
    throw new StoreFailed(
      `unset DENO_KV_DB_MODE: it is ${JSON.stringify(mode)}, which may keep nothing on the disk`,
    );
  }
}

interface Place {
  readonly directory: string;
  readonly ballast: Ballast;
  readonly free: () => number | null;
  readonly holdsBallast: () => boolean;
}

async function openWith(place: Place, options: OpenOptions): Promise<OpenedStore> {
  const { directory, ballast, free } = place;
  const { report, wallMs } = options;
  const highWater = durableFile(directory, "high_water");
  const known = await readHighWater(highWater, report);
  const spare = spareSequence(highWater, report);
  const { kv, recovered, begun } = await openKvFile(`${directory}/store.kv`, {
    wallMs,
    report,
    openKv: (options.medium ?? realMedium).openKv,
    begin: async (kv) => {
      const stored = await readSequence(kv);
      const lastSequence = beyond(stored.sequence, known);
      const records = createDenoKvRecords(kv, { lastSequence, report, committed: spare.committed });
      await commitStart(records, directory);
      return { stored, records };
    },
  });
  const { stored, records } = begun;
  try {
    if (stored.damage !== null) report({ kind: "RecordDamaged", key: SEQUENCE, error: stored.damage });
    else if (recovered === null && stored.sequence < known) {
      report({ kind: "TailLost", sequence: stored.sequence, known });
    }
    if (recovered !== null) {
      const { asides, error, salvaged } = recovered;
      await takeMarksOff(asides);
      report({ kind: "StoreMovedAside", path: asides[0], error, salvaged });
    }
    // A start need not wait for it: without it, it is as safe as the start before it was.
    const held = place.holdsBallast()
      ? ballast.hold().catch((error) => report(notWritten(ballast.path, error)))
      : Promise.resolve();
    return {
      ...watchDamage(records),
      freeBytes: free,
      releaseBallast: async () => {
        await held;
        return await ballast.release();
      },
      close: async () => {
        await records.settled();
        kv.close();
        await held;
        await spare.write();
      },
    };
  } catch (error) {
    kv.close();
    throw error;
  }
}

interface StoredSequence {
  /** Of the last commit in the file, 0 when there is none; only the highest of what is left where its record is damaged. */
  readonly sequence: number;
  readonly damage: string | null;
}

async function readSequence(kv: Deno.Kv): Promise<StoredSequence> {
  const stored = await kv.get(SEQUENCE);
  let damage: string | null = null;
  if (stored.versionstamp !== null) {
    const opened = open(SEQUENCE, stored.value);
    if (opened.kind === "record") return { sequence: opened.sequence, damage };
    if (opened.kind === "newer") throw new StoreFailed(opened.error);
    damage = opened.error;
  }
  let highest = 0;
  for await (const { key, value } of kv.list({ prefix: [] })) {
    const record = open(key as Key, value);
    if (record.kind === "record") highest = Math.max(highest, record.sequence);
  }
  return { sequence: highest, damage };
}

/**
 * Where a run begins to count: beyond all that an earlier one may have handed out. It hands out at most a gap beyond its
 * last commit, and that is at most another one beyond what the second place knows.
 */
function beyond(stored: number, known: number): number {
  if (stored === 0 && known === 0) return 0;
  return Math.max(stored, known === 0 ? 0 : known + SEQUENCE_GAP) + SEQUENCE_GAP;
}

/** Makes the new beginning durable before a number is handed out. */
async function commitStart(store: Store, directory: string): Promise<void> {
  const outcome = await store.commit({});
  if (outcome.kind === "committed") return;
  const why = outcome.kind === "refused" ? outcome.error : outcome.kind;
  throw new StoreFailed(
    `make room on the medium of ${directory} or change it: the first commit failed: ${why}`,
  );
}

async function readHighWater(highWater: DurableFile, report: OpenOptions["report"]): Promise<number> {
  const read = await highWater.read();
  switch (read.kind) {
    case "absent":
      return 0;
    case "damaged":
      report({ kind: "CopyDamaged", path: highWater.path, error: read.error });
      return 0;
    case "read":
      if (read.damage !== null) report({ kind: "CopyDamaged", path: highWater.path, error: read.damage });
      return Number(read.value);
  }
}

const COMMITS_BETWEEN_WRITES = 64;

/** The start's own, the boot's count and the registration: what is written beside them makes them wait for the disk. */
const COMMITS_OF_A_BOOT = 3;

/** Keeps the second place near the last commit, beside the commits and never in their way. */
function spareSequence(highWater: DurableFile, report: OpenOptions["report"]) {
  let latest = 0;
  let unwritten = COMMITS_BETWEEN_WRITES - COMMITS_OF_A_BOOT;
  let writing = false;
  async function write(): Promise<void> {
    writing = true;
    unwritten = 0;
    await highWater.write(latest).catch((error) => report(notWritten(highWater.path, error)));
    writing = false;
  }
  function committed(sequence: number): void {
    latest = sequence;
    unwritten++;
    if (unwritten >= COMMITS_BETWEEN_WRITES && !writing) void write();
  }
  return { committed, write };
}

function notWritten(path: string, error: unknown): Finding {
  return { kind: "SpareNotWritten", path, error: messageOf(error) };
}
