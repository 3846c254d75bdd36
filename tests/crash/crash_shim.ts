/**
 * `crash_shim.c`, compiled where it is needed, and what is told to it: what to watch, where to write, what shall fail.
 *
 * Law: Linux and a C compiler are needed, and named where they are missing. The program under it needs to know nothing.
 */

/** What a failing disk says: `errno` on Linux. */
export const ERRNO = { EIO: 5, ENOSPC: 28 } as const;

/** `enum operation` of the shim. */
const OPERATION = { create: 1, write: 2, truncate: 3, sync: 4, rename: 5 } as const;
export type Operation = keyof typeof OPERATION;

export interface Faults {
  /** Bytes that the disk still takes; absent for no end. */
  readonly roomBytes?: number;
  readonly failing?: readonly Operation[];
  readonly error?: keyof typeof ERRNO;
  /** How many of them succeed first. */
  readonly skip?: number;
  /** How many of them fail; absent for all that come. */
  readonly count?: number;
  /** So many writes take 512 bytes only. */
  readonly shortWrites?: number;
}

/** Compiles it into `directory`. Throws an `Error` that says what to install. */
export async function compileShim(directory: string): Promise<string> {
  if (Deno.build.os !== "linux") {
    throw new Error(`run this on Linux, not on ${Deno.build.os}: it needs LD_PRELOAD`);
  }
  const source = new URL("./crash_shim.c", import.meta.url).pathname;
  const library = `${directory}/crash_shim.so`;
  const command = new Deno.Command("cc", {
    args: ["-Wall", "-Wextra", "-Werror", "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"],
    stderr: "piped",
  });
  const { success, stderr } = await outputOf(command);
  if (!success) throw new Error(`mend the C compiler or crash_shim.c:\n${new TextDecoder().decode(stderr)}`);
  return library;
}

async function outputOf(command: Deno.Command): Promise<Deno.CommandOutput> {
  try {
    return await command.output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error("install a C compiler (Debian: apt-get install gcc libc6-dev): there is no cc");
  }
}

/** What a process is given so that it runs under the shim. */
export function shimEnvironment(
  library: string,
  watched: { readonly directory: string; readonly log?: string; readonly control?: string },
): Record<string, string> {
  return {
    LD_PRELOAD: library,
    CRASH_DIRECTORY: watched.directory,
    ...(watched.log === undefined ? {} : { CRASH_LOG: watched.log }),
    ...(watched.control === undefined ? {} : { CRASH_CONTROL: watched.control }),
  };
}

/** `struct control`. */
const CONTROL_BYTES = 32;
const HITS_AT = 24;

/** The control block of a running process. */
export class FaultControl {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    this.set({});
  }

  /** In place of whatever was set before. */
  set(faults: Faults): void {
    const block = new DataView(new ArrayBuffer(CONTROL_BYTES));
    block.setBigInt64(0, BigInt(faults.roomBytes ?? -1), true);
    block.setInt32(8, (faults.failing ?? []).reduce((bits, name) => bits | 1 << OPERATION[name], 0), true);
    block.setInt32(12, ERRNO[faults.error ?? "EIO"], true);
    block.setInt32(16, faults.skip ?? 0, true);
    block.setInt32(20, faults.count ?? -1, true);
    block.setInt32(28, faults.shortWrites ?? 0, true);
    using file = Deno.openSync(this.path, { write: true, create: true });
    file.writeSync(new Uint8Array(block.buffer));
  }

  /** How many calls have failed or were cut short since it was set. */
  hits(): number {
    return new DataView(Deno.readFileSync(this.path).buffer).getInt32(HITS_AT, true);
  }
}
