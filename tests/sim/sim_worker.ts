/** A worker of `sim_pool.ts`: plays the jobs that it is sent, one at a time, and answers each with its outcome. */
import { type Job, playJob } from "./sim_job.ts";

interface WorkerScope {
  onmessage: ((event: MessageEvent<Job>) => void) | null;
  readonly postMessage: (message: unknown) => void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = (event) => void playJob(event.data).then(scope.postMessage.bind(scope));
