/**
 * A power cut behind every record of four lives: the store is opened on what the disk then holds.
 *
 * Law: whatever was synced, and whatever the world was told of, is there; at most the one commit that was under way is there besides; and
 * nothing else is, ever. The right contents are those of the un-cut lives, one after each commit.
 */
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import { allEnded } from "./crash_parts.ts";
import type { Opened } from "./cut_state.ts";
import { layOut, makeSweepDirectory, openCutState } from "./cut_state.ts";
import type { Content, CutPolicy } from "./disk.ts";
import { CUT_POLICIES, Disk } from "./disk.ts";
import type { Mark, Recording } from "./recording.ts";

/** One state of the disk, and what must hold of it. */
export interface Cut {
  /** Behind which record. */
  readonly record: number;
  readonly policy: CutPolicy;
  readonly contents: ReadonlyMap<string, Content>;
  /** The content that is there at least, and the one that is there at most: indices of `History.contents`. */
  readonly atLeast: number;
  readonly atMost: number;
  /** The charger had connected with its password. */
  readonly hasCredentials: boolean;
}

/** What was in the store after each commit of the un-cut lives, as `Opened.records` has it; 0 is the empty store. */
export interface History {
  readonly contents: readonly string[];
  /** By record: the content that its sync, or what its mark tells, has made durable. */
  readonly durable: ReadonlyMap<number, number>;
}

export type Verdict = "whole" | "lost" | "invented" | "unreadable";

export interface Judged {
  readonly verdict: Verdict;
  readonly why: string;
}

export interface PowerCutFigures {
  readonly states: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** The first few that are not whole. */
  readonly breaches: readonly string[];
}

export interface SweepOptions {
  readonly seed: string;
  /** About so many, evenly drawn; absent for all. */
  readonly states?: number;
  /** On a disk that lies: there must be losses. */
  readonly isLate?: boolean;
}

const AT_ONCE = 2;
const BREACHES_SHOWN = 10;

export async function sweepPowerCuts(
  recording: Recording,
  history: History,
  options: SweepOptions,
): Promise<PowerCutFigures> {
  const verdicts = { whole: 0, lost: 0, invented: 0, unreadable: 0 };
  const breaches: string[] = [];
  const cuts = cutsOf(recording, history, options);
  async function work(directory: string): Promise<void> {
    for (const cut of cuts) {
      const { verdict, why } = await judgeCut(cut, recording, history, directory);
      verdicts[verdict]++;
      if (verdict !== "whole" && breaches.length < BREACHES_SHOWN) {
        breaches.push(`${verdict}: behind record ${cut.record}, ${cut.policy}: ${why}`);
      }
    }
  }
  await inSweepDirectory((path) =>
    allEnded(Array.from({ length: AT_ONCE }, (_, lane) => work(`${path}/${lane}`)))
  );
  const states = Object.values(verdicts).reduce((sum, count) => sum + count, 0);
  return { states, verdicts, breaches };
}

/** Opens the un-cut disk behind each commit. */
export async function readHistory(recording: Recording): Promise<History> {
  const disk = new Disk(recording.root);
  const entropy = createSimulatedEntropy("");
  const contents = ["[]"];
  const durable = new Map<number, number>();
  await inSweepDirectory(async (path) => {
    for (const [index, record] of recording.records.entries()) {
      disk.apply(record);
      if (record.kind === "Marked") {
        const told = firstTold(JSON.parse(record.text) as Mark, contents);
        if (told !== null) durable.set(index, told);
      }
      if (record.kind !== "Synced" || record.path !== `${recording.state}/store.kv-wal`) continue;
      layOut(disk.afterCut("all", entropy), recording.root, `${path}/all`);
      const opened = await openCutState(`${path}/all${recording.state.slice(recording.root.length)}`);
      if (opened.kind === "unreadable") {
        throw new Error(`the un-cut store behind record ${index}: ${opened.error}`);
      }
      if (opened.records !== contents.at(-1)) contents.push(opened.records);
      durable.set(index, contents.length - 1);
    }
  });
  return { contents, durable };
}

/** The first content in which stands what the world was told; null where it was told nothing that is kept. */
function firstTold(mark: Mark, contents: readonly string[]): number | null {
  const kept = keptOf(mark);
  if (kept === null) return null;
  const first = contents.findIndex((content) => content.includes(kept));
  if (first < 0) throw new Error(`told before it was durable: ${kept}`);
  return first;
}

function keptOf(mark: Mark): string | null {
  switch (mark.kind) {
    case "Connected":
      return null;
    case "Configured":
      return `["configuration","HeartbeatInterval"],"${mark.value}"`;
    case "Received": {
      if (!/^(Start|Stop)Transaction$|^MeterValues$/.test(mark.action)) return null;
      const { transactionId, ...payload } = mark.payload as { readonly transactionId?: number };
      // Outside of a transaction a meter value is sent now or never.
      if (mark.action === "MeterValues" && transactionId === undefined) return null;
      return JSON.stringify(payload);
    }
  }
}

/** The meter's register and the car: what the simulated station remembers is not the charger's to keep. */
function isHardware(path: string): boolean {
  return /\/physical\.json(\.tmp)?$/.test(path);
}

/** Each cut in turn; the next is made when it is asked for. */
export function* cutsOf(recording: Recording, history: History, options: SweepOptions): Generator<Cut> {
  const { records, root } = recording;
  const entropy = createSimulatedEntropy(options.seed);
  const share = options.states === undefined ? 1 : options.states / (records.length * CUT_POLICIES.length);
  const disk = new Disk(root, { isLate: options.isLate ?? false, isHardware });
  let [durable, told] = [0, 0];
  let hasCredentials = false;
  for (const [record, entry] of records.entries()) {
    disk.apply(entry);
    const known = history.durable.get(record) ?? 0;
    if (entry.kind === "Marked") {
      told = Math.max(told, known);
      hasCredentials ||= (JSON.parse(entry.text) as Mark).kind === "Connected";
    } else {
      durable = Math.max(durable, known);
    }
    for (const policy of disk.pending === 0 ? CUT_POLICIES.slice(0, 1) : CUT_POLICIES) {
      if (entropy.fraction("sample") >= share) continue;
      yield {
        record,
        policy,
        contents: disk.afterCut(policy, entropy),
        atLeast: options.isLate ? told : Math.max(durable, told),
        atMost: durable + 1,
        hasCredentials,
      };
    }
  }
}

async function judgeCut(
  cut: Cut,
  recording: Recording,
  history: History,
  directory: string,
): Promise<Judged> {
  layOut(cut.contents, recording.root, directory);
  return judge(
    cut,
    history,
    await openCutState(`${directory}${recording.state.slice(recording.root.length)}`),
  );
}

function judge(cut: Cut, { contents }: History, opened: Opened): Judged {
  if (opened.kind === "unreadable") return { verdict: "unreadable", why: opened.error };
  const { records, findings, credentials } = opened;
  if (credentials === "damaged") return { verdict: "unreadable", why: "the credentials" };
  if (cut.hasCredentials && credentials === "absent") return { verdict: "lost", why: "the credentials" };
  // Of a file that was being made when the power went there is nothing to find; what else is found is told to a person.
  if (findings.length > 0 && cut.atLeast > 0) return { verdict: "unreadable", why: findings.join("; ") };
  const right = contents.slice(cut.atLeast, cut.atMost + 1);
  if (right.includes(records)) return { verdict: "whole", why: "" };
  const older = contents.slice(0, cut.atLeast).lastIndexOf(records);
  if (older >= 0) return { verdict: "lost", why: `content ${older}, where ${cut.atLeast} was durable` };
  return { verdict: "invented", why: `no content that ever was: ${records}` };
}

async function inSweepDirectory(use: (path: string) => Promise<unknown>): Promise<void> {
  const path = await makeSweepDirectory();
  try {
    for (const lane of ["all", "0", "1"]) Deno.mkdirSync(`${path}/${lane}`);
    await use(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}
