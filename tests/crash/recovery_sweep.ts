/**
 * A start that recovers a damaged store, cut off behind each of its writes, or on a disk with little room: what the next start finds.
 *
 * Law: whatever becomes of a recovery, the next one has all that an undisturbed one salvages, and says so; the one after finds nothing.
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import { look } from "../storage/damaged_store.ts";
import { FaultControl, shimEnvironment } from "./crash_shim.ts";
import { layOut, makeSweepDirectory } from "./cut_state.ts";
import { type Content, CUT_POLICIES, type CutPolicy, Disk } from "./disk.ts";
import { type DiskRecord, readDiskLog } from "./disk_log.ts";

export interface RecoveryFigures {
  readonly states: number;
  /** Starts on a disk with little room, and how many of them were refused. */
  readonly rooms: number;
  readonly refused: number;
  /** Records, each time. */
  readonly salvaged: number;
}

const ROOMS = 12;
const ROOM_STEP_BYTES = 36 * 1024;

/** About `count` states, evenly drawn, and each in which a name has changed. Throws at the first breach. */
export async function sweepRecoveries(
  seed: string,
  count: number,
  directory: string,
  library: string,
): Promise<RecoveryFigures> {
  const recording = await record(`${directory}/recovery`, library);
  const sweep = await makeSweepDirectory();
  const state = `${sweep}/state`;
  Deno.mkdirSync(state);
  try {
    layOut(recording.damaged, recording.root, state);
    const { found: salvaged } = await look(state);
    assertGreater(salvaged, 0);
    let states = 0;
    for (const { name, contents } of cutsOf(recording, seed, count)) {
      layOut(contents, recording.root, state);
      await judge(state, salvaged, name);
      states++;
    }
    let refused = 0;
    for (let room = 0; room < ROOMS; room++) {
      layOut(recording.damaged, recording.root, state);
      Deno.removeSync(`${state}/ballast`);
      const control = new FaultControl(`${sweep}/control`);
      control.set({ roomBytes: room * ROOM_STEP_BYTES });
      const env = shimEnvironment(library, { directory: state, control: control.path });
      if (!await ran("open", state, env)) refused++;
      await judge(state, salvaged, `${room * ROOM_STEP_BYTES} bytes of room`);
    }
    return { states, rooms: ROOMS, refused, salvaged };
  } finally {
    await Deno.remove(sweep, { recursive: true });
  }
}

interface RecoveryRecording {
  readonly root: string;
  readonly records: readonly DiskRecord[];
  /** Where the start that recovers begins. */
  readonly begun: number;
  /** What the disk held then. */
  readonly damaged: ReadonlyMap<string, Content>;
}

async function record(directory: string, library: string): Promise<RecoveryRecording> {
  const root = `${directory}/state`;
  const log = `${directory}/log`;
  Deno.mkdirSync(root, { recursive: true });
  Deno.writeFileSync(log, new Uint8Array(0));
  const env = shimEnvironment(library, { directory: root, log });
  assert(!await ran("damage", root, env), "it was not killed");
  const begun = readDiskLog(Deno.readFileSync(log)).length;
  assert(await ran("open", root, env), "the undisturbed recovery failed");
  const records = readDiskLog(Deno.readFileSync(log));
  const disk = new Disk(root);
  for (const each of records.slice(0, begun)) disk.apply(each);
  return { root, records, begun, damaged: disk.afterCut("all", createSimulatedEntropy("")) };
}

/** Where names change, which of them are there is all that counts: each such record is cut behind, and several times by chance. */
const NAMING_POLICIES: readonly CutPolicy[] = [...CUT_POLICIES, ...Array<CutPolicy>(6).fill("random")];

/** Each cut in turn; the next is made when it is asked for. */
function* cutsOf({ root, records, begun }: RecoveryRecording, seed: string, count: number) {
  const entropy = createSimulatedEntropy(`${seed} recoveries`);
  const share = count / ((records.length - begun) * CUT_POLICIES.length);
  const disk = new Disk(root);
  for (const [index, each] of records.entries()) {
    disk.apply(each);
    if (index < begun) continue;
    const isNaming = each.kind === "Created" || each.kind === "Renamed" || each.kind === "Unlinked";
    for (const policy of isNaming ? NAMING_POLICIES : CUT_POLICIES) {
      if (!isNaming && entropy.fraction("sample") >= share) continue;
      const name = `behind record ${index} (${each.kind}), ${policy}`;
      yield { name, contents: disk.afterCut(policy, entropy) };
    }
  }
}

async function judge(state: string, salvaged: number, name: string): Promise<void> {
  try {
    const { found, findings } = await look(state);
    assertEquals(found, salvaged);
    // Where the recovery had ended there is nothing left to say.
    assert(findings.every(({ kind }) => kind === "StoreMovedAside"), JSON.stringify(findings));
    assertEquals((await look(state)).findings, []);
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

const CHILD = new URL("./recovery_child.ts", import.meta.url).pathname;

async function ran(verb: string, state: string, env: Record<string, string>): Promise<boolean> {
  const args = ["run", "--no-check", "-A", CHILD, verb, state];
  const child = new Deno.Command(Deno.execPath(), { args, env, stdout: "null", stderr: "piped" });
  const { success, signal, stderr } = await child.output();
  const text = new TextDecoder().decode(stderr);
  assert(success || signal !== null || text.includes("StoreFailed"), text);
  return success;
}
