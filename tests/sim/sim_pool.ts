/**
 * Workers that play simulated runs, as many at a time as there are workers.
 *
 * Law: every job ends with an outcome, also one that hangs or takes its worker with it.
 */
import { type Job, noRun, type Outcome } from "./sim_job.ts";

export interface SimPool {
  readonly size: number;
  /** Played by the first worker that is free. */
  readonly play: (job: Job) => Promise<Outcome>;
  readonly close: () => void;
}

export interface SimPoolOptions {
  readonly workers: number;
  /** The tree whose code is played: this one, or a copy that was broken. */
  readonly root: URL;
  /** Real time that one job may take: then it hangs. */
  readonly limitMs: number;
}

/** The tree that this file stands in. */
export const thisTree = new URL("../../", import.meta.url);

export function openSimPool(options: SimPoolOptions): SimPool {
  const script = new URL("./sim_worker.ts", new URL("tests/sim/", options.root));
  const free = Array.from({ length: options.workers }, started);
  const waiting: ((worker: Worker) => void)[] = [];

  function started(): Worker {
    return new Worker(script, { type: "module" });
  }

  function release(worker: Worker): void {
    const next = waiting.shift();
    if (next === undefined) free.push(worker);
    else next(worker);
  }

  async function play(job: Job): Promise<Outcome> {
    const worker = free.pop() ?? await new Promise<Worker>((resolve) => waiting.push(resolve));
    const { outcome, survived } = await playOn(worker, job, options.limitMs);
    if (survived) release(worker);
    else {
      worker.terminate();
      release(started());
    }
    return outcome;
  }

  return {
    size: options.workers,
    play,
    close: () => {
      for (const worker of free.splice(0)) worker.terminate();
    },
  };
}

interface Played {
  readonly outcome: Outcome;
  /** The worker can play another one. */
  readonly survived: boolean;
}

function playOn(worker: Worker, job: Job, limitMs: number): Promise<Played> {
  return new Promise((resolve) => {
    function end(outcome: Outcome, survived: boolean): void {
      clearTimeout(limit);
      resolve({ outcome, survived });
    }
    const limit = setTimeout(
      () => end(noRun(job, "hung", `seed ${job.seed} took more than ${limitMs / 1_000} s`), false),
      limitMs,
    );
    worker.onmessage = (event: MessageEvent<Outcome>) => end(event.data, true);
    worker.onerror = (event) => {
      event.preventDefault();
      end(noRun(job, "died", event.message), false);
    };
    worker.postMessage(job);
  });
}
