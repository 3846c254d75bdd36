/**
 * The credentials in memory, for tests and the simulated world: the same contract as on a file, and every fault to order.
 *
 * Law: a function of what it is asked, on the clock that it is given: no time, no chance, no disk.
 */
import { Credentials, whatIsWrong } from "../credentials.ts";
import type { CredentialsStore } from "../credentials_store.ts";
import { type Latency, MemorySchedule } from "./memory_schedule.ts";

export interface MemoryCredentials {
  readonly store: CredentialsStore;
  /** What holds, without a wait. */
  readonly held: () => Credentials;
  /** How many operations have not resolved yet. */
  readonly pending: () => number;
  /**
   * The next `count` writes are refused. `lost`: nothing of them is there; `torn`: one of the two copies has been written,
   * which is what the next start finds.
   */
  readonly failWrites: (fault: "lost" | "torn", count: number) => void;
  /** The end: of the writes under way the first `keptWrites` are durable. Returns what the next start finds. */
  readonly powerCut: (keptWrites: number) => Credentials;
}

interface Write {
  readonly credentials: Credentials;
  readonly fault: "lost" | "torn" | null;
}

/** Without `latency` everything resolves in a microtask. */
export function createMemoryCredentials(from: Credentials, latency?: Latency): MemoryCredentials {
  const schedule = new MemorySchedule(latency);
  const underWay: Write[] = [];
  let held = from;
  let onMedium = from;
  let faults: { readonly fault: "lost" | "torn"; readonly count: number } = { fault: "lost", count: 0 };

  function takeFault(): Write["fault"] {
    if (faults.count === 0) return null;
    faults = { ...faults, count: faults.count - 1 };
    return faults.fault;
  }

  function settle(): ReturnType<typeof outcome> {
    const write = underWay.shift();
    if (write === undefined) throw new Error("settle what was asked for");
    if (write.fault !== "lost") onMedium = write.credentials;
    if (write.fault === null) held = write.credentials;
    return outcome(write);
  }

  return {
    store: {
      read: () => schedule.after("get", () => held),
      write: async (credentials) => {
        const parsed = Credentials.safeParse(credentials, { jitless: true });
        if (!parsed.success) throw new RangeError(`correct the credentials: ${whatIsWrong(parsed.error)}`);
        underWay.push({ credentials: parsed.data, fault: takeFault() });
        return await schedule.after("commit", settle);
      },
    },
    held: () => held,
    pending: () => schedule.pending(),
    failWrites: (fault, count) => {
      faults = { fault, count };
    },
    powerCut: (keptWrites) => {
      for (const { credentials, fault } of underWay.splice(0).slice(0, keptWrites)) {
        if (fault !== "lost") onMedium = credentials;
      }
      schedule.cutPower();
      return onMedium;
    },
  };
}

function outcome({ fault }: Write) {
  return fault === null
    ? { kind: "written" } as const
    : { kind: "refused", error: "the medium refuses on order" } as const;
}
