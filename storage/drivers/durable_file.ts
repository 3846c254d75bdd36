/**
 * A small value kept twice in files of its own, beside the store: a second durable place.
 *
 * Law: at every moment one whole copy of the last acknowledged value is there. Each copy is written beside itself, synced,
 * and renamed into place, the directory synced, and only then the other copy begins. A copy is a sealed record
 * (`record.ts`), so a torn or changed one is known as such, and the higher sequence number is the newer value.
 *
 * Two copies of the same value, not the last two values: an older one may say a lower security profile.
 */
import { open, type Opened, seal, VALUE_BYTES_MAX } from "../record.ts";
import type { Value } from "../store.ts";

export type DurableRead =
  | { readonly kind: "absent" }
  /** `damage` tells what was wrong with the other copy, which has been restored if the medium took it. */
  | { readonly kind: "read"; readonly value: Value; readonly damage: string | null }
  /** Neither copy is whole. */
  | { readonly kind: "damaged"; readonly error: string };

export interface DurableFile {
  readonly path: string;
  readonly read: () => Promise<DurableRead>;
  /** Resolves when both copies are durable; rejects when the medium refuses, with at least one whole copy of old or new. */
  readonly write: (value: Value) => Promise<void>;
}

/** The value `name` in `directory`, as `name.1` and `name.2`, for the owner's eyes only. */
export function durableFile(directory: string, name: string, bytesMax = VALUE_BYTES_MAX): DurableFile {
  const place: Place = { directory, name, bytesMax };
  let turn: Promise<unknown> = Promise.resolve();
  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = turn.then(task);
    turn = done.catch(() => {});
    return done;
  }
  return {
    path: `${directory}/${name}`,
    read: () => inTurn(() => readCopies(place)),
    write: (value) => inTurn(() => writeCopies(place, value)),
  };
}

interface Place {
  readonly directory: string;
  readonly name: string;
  readonly bytesMax: number;
}

interface Copy {
  readonly name: string;
  /** Null when there is no such file. */
  readonly opened: Opened | null;
}

type Whole = Extract<Opened, { readonly kind: "record" }>;

async function readCopies({ directory, name, bytesMax }: Place): Promise<DurableRead> {
  const copies = await openCopies(directory, name);
  const newest = newestOf(copies);
  const damage = damageOf(copies);
  const tooNew = copies.some(({ opened }) => opened?.kind === "newer");
  if (damage !== null && (tooNew || newest === null)) return { kind: "damaged", error: damage };
  if (newest === null) return { kind: "absent" };
  const bad = copies.filter(({ opened }) => opened?.kind !== "record" || opened.sequence < newest.sequence);
  try {
    for (const copy of bad) {
      await writeCopy(directory, copy.name, seal([name], newest.value, newest.sequence, bytesMax));
    }
  } catch {
    // The medium takes nothing now. The value has been read all the same, and the next write tells who asks for it.
  }
  return { kind: "read", value: newest.value, damage };
}

async function writeCopies({ directory, name, bytesMax }: Place, value: Value): Promise<void> {
  const copies = await openCopies(directory, name);
  const bytes = seal([name], value, (newestOf(copies)?.sequence ?? 0) + 1, bytesMax);
  // The older or broken one first: until it is whole again, the other is all there is.
  const newest = newestOf(copies);
  const order = [...copies].sort((one, other) =>
    Number(one.opened === newest) - Number(other.opened === newest)
  );
  for (const copy of order) await writeCopy(directory, copy.name, bytes);
}

async function openCopies(directory: string, name: string): Promise<readonly Copy[]> {
  const copies: Copy[] = [];
  for (const copy of [`${name}.1`, `${name}.2`]) {
    const bytes = await readIfThere(`${directory}/${copy}`);
    copies.push({ name: copy, opened: bytes === null ? null : open([name], bytes) });
  }
  return copies;
}

function newestOf(copies: readonly Copy[]): Whole | null {
  let newest: Whole | null = null;
  for (const { opened } of copies) {
    if (opened?.kind === "record" && opened.sequence > (newest?.sequence ?? 0)) newest = opened;
  }
  return newest;
}

function damageOf(copies: readonly Copy[]): string | null {
  const damages: string[] = [];
  for (const { name, opened } of copies) {
    if (opened !== null && opened.kind !== "record") damages.push(`${name}: ${opened.error}`);
  }
  return damages.length === 0 ? null : damages.join("; ");
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function writeCopy(directory: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = `${directory}/${name}`;
  await Deno.remove(`${path}.new`).catch(ignoreNotFound);
  using file = await Deno.open(`${path}.new`, { write: true, createNew: true, mode: 0o600 });
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
  await file.sync();
  await Deno.rename(`${path}.new`, path);
  await syncDirectory(directory);
}

/** A rename is durable when its directory is. */
export async function syncDirectory(directory: string): Promise<void> {
  using handle = await Deno.open(directory, { read: true });
  await handle.sync();
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
