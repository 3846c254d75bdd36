/** A real Deno KV handle that fails on order, in the words that SQLite was seen to use. */

export interface FaultyKv {
  readonly kv: Deno.Kv;
  /** The next commits reject so; `applied` ones are there all the same. */
  readonly failCommits: (...faults: readonly CommitFailure[]) => void;
  readonly failReads: (count: number) => void;
  /** How many were tried. */
  readonly commits: () => number;
  readonly reads: () => number;
}

export interface CommitFailure {
  readonly message: string;
  readonly applied: boolean;
}

export function faultyKv(kv: Deno.Kv): FaultyKv {
  const faults: CommitFailure[] = [];
  let [commits, reads, readFaults] = [0, 0, 0];

  function read<T>(look: () => T): T {
    reads++;
    if (readFaults-- > 0) throw new TypeError("disk I/O error");
    return look();
  }
  function atomic(): Deno.AtomicOperation {
    const operation = kv.atomic();
    const faulty: Pick<Deno.AtomicOperation, "check" | "set" | "delete" | "commit"> = {
      check: (...checks) => (operation.check(...checks), faulty as Deno.AtomicOperation),
      set: (key, value) => (operation.set(key, value), faulty as Deno.AtomicOperation),
      delete: (key) => (operation.delete(key), faulty as Deno.AtomicOperation),
      commit: () => commit(operation),
    };
    return faulty as Deno.AtomicOperation;
  }
  async function commit(operation: Deno.AtomicOperation) {
    commits++;
    const fault = faults.shift();
    if (fault === undefined) return await operation.commit();
    if (fault.applied) await operation.commit();
    throw new TypeError(fault.message);
  }
  const faulty: Pick<Deno.Kv, "get" | "list" | "atomic"> = {
    get: async (key) => await read(() => kv.get(key)),
    list: (selector, options) => read(() => kv.list(selector, options)),
    atomic,
  };
  return {
    kv: new Proxy(kv, { get: (_, name) => name in faulty ? bound(faulty, name) : bound(kv, name) }),
    failCommits: (...next) => faults.push(...next),
    failReads: (count) => readFaults = count,
    commits: () => commits,
    reads: () => reads,
  };
}

function bound(of: object, name: string | symbol): unknown {
  const member: unknown = Reflect.get(of, name);
  return typeof member === "function" ? member.bind(of) : member;
}
