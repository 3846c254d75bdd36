/**
 * A disk below one directory, and what may be on it after a power cut. Pure.
 *
 * Law: POSIX promises of a file what was synced, and of a name what its directory held when that was synced. Of everything else any
 * part may be there, in any order: of a write any of its sectors, of names any. What was never written is zeros.
 */
import type { Entropy } from "../../hal/entropy.ts";
import type { DiskRecord } from "./disk_log.ts";

/** What of the un-synced is there: nothing, all, all up to a moment (the last write torn), or whatever chance takes. */
export type CutPolicy = "none" | "all" | "prefix" | "random";

/** Of which the tests are made. */
export const CUT_POLICIES: readonly CutPolicy[] = ["none", "all", "prefix", "random"];

/** What a name leads to. */
export type Content = Uint8Array | "directory";

interface File {
  readonly durable: Bytes;
  readonly isDirectory: boolean;
  /** How many changes the disk had been given at this file's last sync. */
  changesAtSync: number;
}

type Change = { readonly number: number } & (Write | Resize | Name);
interface Write {
  readonly kind: "write";
  readonly file: File;
  readonly at: number;
  readonly bytes: Uint8Array;
}
interface Resize {
  readonly kind: "resize";
  readonly file: File;
  readonly size: number;
}
/** From now on the name leads there, or nowhere; of a rename, `from` leads there no more. */
interface Name {
  readonly kind: "name";
  readonly path: string;
  readonly file: File | null;
  readonly from?: string;
}

const SECTOR_BYTES = 512;

export interface DiskOptions {
  /** It says that it has synced, and is always one sync behind: no store can live on it, and a judge must notice. */
  readonly isLate?: boolean;
  /** Files that stand for things which no power cut takes anything from, as a meter's register. */
  readonly isHardware?: (path: string) => boolean;
}

export class Disk {
  readonly #root: string;
  readonly #options: DiskOptions;
  /** What running programs see. */
  readonly #seen = new Map<string, File>();
  readonly #durable = new Map<string, File>();
  #pending: Change[] = [];
  #changes = 0;

  /** The directory `root` is there before and after. */
  constructor(root: string, options: DiskOptions = {}) {
    this.#root = root;
    this.#options = options;
    const file = newFile(true);
    this.#seen.set(root, file);
    this.#durable.set(root, file);
  }

  /** How many changes may be lost. */
  get pending(): number {
    return this.#pending.length;
  }

  apply(record: DiskRecord): void {
    switch (record.kind) {
      case "Started":
      case "Marked":
        return;
      case "Created":
      case "DirectoryMade": {
        const file = newFile(record.kind === "DirectoryMade");
        this.#seen.set(record.path, file);
        return this.#change(record.path, { kind: "name", path: record.path, file });
      }
      case "Written":
        return this.#change(record.path, { ...record, kind: "write", file: this.#file(record.path) });
      case "Truncated":
        return this.#change(record.path, {
          kind: "resize",
          file: this.#file(record.path),
          size: record.size,
        });
      case "Synced":
        return this.#sync(record.path);
      case "Renamed": {
        const file = this.#file(record.path);
        this.#seen.delete(record.path);
        this.#seen.set(record.to, file);
        return this.#change(record.to, { kind: "name", path: record.to, file, from: record.path });
      }
      case "Unlinked":
        this.#seen.delete(record.path);
        return this.#change(record.path, { kind: "name", path: record.path, file: null });
    }
  }

  /** What is there when the power comes back; a directory before what is in it. */
  afterCut(policy: CutPolicy, entropy: Entropy): ReadonlyMap<string, Content> {
    const names = new Map(this.#durable);
    const contents = new Map<File, Bytes>();
    for (const change of survivors(this.#pending, policy, entropy)) {
      if (change.kind === "name") {
        applyName(names, change);
        continue;
      }
      const bytes = contents.get(change.file) ?? change.file.durable.copy();
      contents.set(change.file, bytes);
      applyTo(bytes, change);
    }
    const reached = [...names].filter(([path]) =>
      path === this.#root || names.get(parentOf(path))?.isDirectory === true
    );
    return new Map(
      reached.sort(([one], [other]) => one.length - other.length).map(([path, file]) =>
        [path, file.isDirectory ? "directory" : (contents.get(file) ?? file.durable.copy()).all()] as const
      ),
    );
  }

  #change(path: string, change: Write | Resize | Name): void {
    if (!this.#options.isHardware?.(path)) this.#pending.push({ ...change, number: this.#changes++ });
    else if (change.kind === "name") applyName(this.#durable, change);
    else applyTo(change.file.durable, change);
  }

  #sync(path: string): void {
    const synced = this.#file(path);
    const upTo = this.#options.isLate ? synced.changesAtSync : this.#changes;
    synced.changesAtSync = this.#changes;
    this.#pending = this.#pending.filter((change) => {
      const isOf = change.kind === "name" ? parentOf(change.path) === path : change.file === synced;
      if (!isOf || change.number >= upTo) return true;
      if (change.kind === "name") applyName(this.#durable, change);
      else applyTo(synced.durable, change);
      return false;
    });
  }

  #file(path: string): File {
    const file = this.#seen.get(path);
    if (file === undefined) throw new Error(`record the creation of ${path} before what happens to it`);
    return file;
  }
}

/** Bytes that grow. */
class Bytes {
  #bytes: Uint8Array<ArrayBuffer>;
  #length: number;

  constructor(bytes = new Uint8Array(0)) {
    this.#bytes = bytes;
    this.#length = bytes.length;
  }

  all(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  copy(): Bytes {
    return new Bytes(this.#bytes.slice(0, this.#length));
  }

  write(at: number, bytes: Uint8Array): void {
    this.#reserve(at + bytes.length);
    this.#bytes.set(bytes, at);
    this.#length = Math.max(this.#length, at + bytes.length);
  }

  resize(length: number): void {
    this.#reserve(length);
    this.#bytes.fill(0, length);
    this.#length = length;
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = new Uint8Array(length * 2);
    larger.set(this.all());
    this.#bytes = larger;
  }
}

function newFile(isDirectory: boolean): File {
  return { durable: new Bytes(), isDirectory, changesAtSync: 0 };
}

function survivors(
  pending: readonly Change[],
  policy: CutPolicy,
  entropy: Entropy,
): readonly (Write | Resize | Name)[] {
  switch (policy) {
    case "none":
      return [];
    case "all":
      return pending;
    case "prefix": {
      const count = Math.floor(entropy.fraction("prefix") * (pending.length + 1));
      const torn = pending[count];
      return [...pending.slice(0, count), ...(torn?.kind === "write" ? headOf(torn, entropy) : [])];
    }
    case "random": {
      const share = entropy.fraction("share");
      const isTaken = () => entropy.fraction("taken") < share;
      return pending.flatMap<Write | Resize | Name>((change) =>
        change.kind === "write" ? sectorsOf(change).filter(isTaken) : [change].filter(isTaken)
      );
    }
  }
}

/** Some sectors from its beginning. */
function headOf(write: Write, entropy: Entropy): readonly Write[] {
  const sectors = sectorsOf(write);
  return sectors.slice(0, Math.floor(entropy.fraction("torn") * sectors.length));
}

/** Sectors of the file, not of the write: the first and the last may be a part of one. */
function sectorsOf(write: Write): readonly Write[] {
  const parts: Write[] = [];
  for (let from = 0; from < write.bytes.length;) {
    const to = Math.min(write.bytes.length, from + SECTOR_BYTES - (write.at + from) % SECTOR_BYTES);
    parts.push({ ...write, at: write.at + from, bytes: write.bytes.subarray(from, to) });
    from = to;
  }
  return parts;
}

function applyTo(bytes: Bytes, change: Write | Resize): void {
  if (change.kind === "write") bytes.write(change.at, change.bytes);
  else bytes.resize(change.size);
}

function applyName(names: Map<string, File>, { path, file, from }: Name): void {
  if (from !== undefined && names.get(from) === file) names.delete(from);
  if (file === null) names.delete(path);
  else names.set(path, file);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
