/** Looking an idTag up in the local list of 100,000 entries, against one of 10, in stores of their own. */
import { findListed, openLocalListBook } from "../../actors/local_list_book.ts";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import type { Store } from "../../storage/store.ts";
import { type Figure, median } from "./figure.ts";

const FEW = 10;
const MANY = 100_000;
/** A Differential update, as large as a profile may allow it. */
const SENT = 400;
const LOOKUPS = 2_000;

export async function listRows(directory: string): Promise<readonly Figure[]> {
  await using few = await listOf(`${directory}/few`, FEW);
  const beforeMb = residentMb();
  await using many = await listOf(`${directory}/many`, MANY);
  const grownMb = residentMb() - beforeMb;
  const ours: number[] = [];
  const bare: number[] = [];
  for (let lookup = 0; lookup < LOOKUPS; lookup++) {
    ours.push(await timed(many.store, lookup * 37 % MANY));
    bare.push(await timed(few.store, lookup % FEW));
  }
  const what = `idTag in a local list of ${MANY}, p50 (bare: ours of ${FEW})`;
  return [
    { what, unit: "µs", ours: median(ours), bare: median(bare), aim: { atMost: 2 } },
    {
      what: `resident memory of a local list of ${MANY}, grown while it came in (bare: before)`,
      unit: "MB",
      ours: beforeMb + grownMb,
      bare: beforeMb,
      aim: { more: 60 },
    },
  ];
}

async function listOf(directory: string, entries: number) {
  await Deno.mkdir(directory);
  const { store, close } = await openDenoKvStore(directory, {
    wallMs: Date.now(),
    report: (finding) => console.error(finding),
  });
  const book = await openLocalListBook(store, refuse);
  for (let from = 0, version = 1; from < entries; from += SENT, version++) {
    const localAuthorizationList = Array.from({ length: Math.min(SENT, entries - from) }, (_, at) => ({
      idTag: tag(from + at),
      idTagInfo: { status: "Accepted" as const },
    }));
    const { status, why } = await book.update(
      { listVersion: version, updateType: "Differential", localAuthorizationList },
      { entriesMax: MANY, sentMax: SENT },
    );
    if (status !== "Accepted") throw new Error(`fill the list: ${status}, ${why}`);
  }
  return { store, [Symbol.asyncDispose]: close };
}

async function timed(store: Store, entry: number): Promise<number> {
  const begunMs = performance.now();
  const found = await findListed(store, tag(entry), refuse);
  if (found === null) throw new Error(`look ${tag(entry)} up: it is in the list, and was not found`);
  return (performance.now() - begunMs) * 1_000;
}

function tag(entry: number): string {
  return `CARD${String(entry).padStart(8, "0")}`;
}

function residentMb(): number {
  return Deno.memoryUsage().rss / 1_048_576;
}

function refuse(error: Error): never {
  throw error;
}
