/**
 * The real program as a developer starts it: `deno task simulate` in a process of its own, and its debug socket.
 *
 * Law: it gets the very permissions of the task, by reading them there; a test acts on it through the socket, signals and
 * nothing else, and no process outlives its test.
 */
import { assertEquals } from "@std/assert";
import { ActorAnswer, StatusAnswer, TreeAnswer } from "../../console/answers.ts";
import denoJson from "../../deno.json" with { type: "json" };
import { Sightings, within } from "./sightings.ts";

/** A line of `--json`; what else one holds depends on `what`. */
export interface Line {
  /** The charger's own time. */
  readonly at?: string;
  readonly what: string;
  readonly text?: string;
  readonly atMs?: number;
}

/** Twenty simulated seconds in one: a sample every tenth of a second, and still half a second for a slow commit. */
export const HURRIED: readonly string[] = [
  ...["--speed", "20"],
  ...["--set", "MeterValueSampleInterval=2"],
  // A ping of a few simulated seconds would take a busy machine for a dead one.
  ...["--set", "WebSocketPingInterval=0"],
];

const ROOT = new URL("../../", import.meta.url).pathname;
const PERMISSIONS = denoJson.tasks.simulate.split(" ").filter((word) => word.startsWith("--"));

/** Starts `simulate --json` with these options, `directory` being where it makes what is temporary. */
export function spawnSimulator(directory: string, ...options: readonly string[]): SimulatorProcess {
  return spawnSimulatorUnder({ TMPDIR: directory }, ...options);
}

/** The same with these variables in its environment, `TMPDIR` being where it makes what is temporary. */
export function spawnSimulatorUnder(
  env: Record<string, string>,
  ...options: readonly string[]
): SimulatorProcess {
  return new SimulatorProcess(program(["simulate", "--json", ...options], env).spawn());
}

/** The same with these flags of Deno's. */
export function spawnSimulatorWith(
  flags: readonly string[],
  env: Record<string, string>,
): SimulatorProcess {
  return new SimulatorProcess(program(["simulate", "--json"], env, flags).spawn());
}

/** The same, once its debug socket answers. */
export async function startSimulator(
  directory: string,
  ...options: readonly string[]
): Promise<SimulatorProcess> {
  const simulator = spawnSimulator(directory, ...options);
  await simulator.socketPath();
  return simulator;
}

/** Runs the program to its end. */
export async function runProgram(
  directory: string,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const ended = program(args, { TMPDIR: directory }).output();
  const { code, stdout, stderr } = await within(ended, () => `the end of ${args.join(" ")}`);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

function program(
  args: readonly string[],
  env: Record<string, string>,
  flags: readonly string[] = [],
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", ...PERMISSIONS, ...flags, `${ROOT}main.ts`, ...args],
    env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

export class SimulatorProcess implements AsyncDisposable {
  /** What it printed, in order; a line that is not JSON fails the test at the end. */
  readonly lines = new Sightings<Line>();
  /** What it printed to standard error. */
  readonly complaints: string[] = [];
  /** Its exit code, once it has ended and all that it said has been read. */
  readonly ended: Promise<number>;
  readonly #child: Deno.ChildProcess;
  #client: Deno.HttpClient | null = null;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.ended = this.#readAll(child).then(async () => (await child.status).code);
    // Told to whoever waits for the end, which every test does.
    this.ended.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** As it says it, when it answers there. */
  async socketPath(): Promise<string> {
    return await this.lines.until("the debug socket", (lines) => {
      const said = lines.map(({ text }) => /debug socket (.+)$/.exec(text ?? "")?.[1]);
      return said.find((path) => path !== undefined);
    });
  }

  /** Acts on the hardware, or crashes an actor: what the socket accepts. */
  async post(path: string, body?: unknown): Promise<void> {
    const text = await this.#ask(202, path, {
      method: "POST",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    assertEquals(Object.keys(JSON.parse(text)), ["accepted"]);
  }

  /** What is answered with 200 to this body. */
  async told(path: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
    return JSON.parse(await this.#ask(200, path, { method: "POST", body: JSON.stringify(body) }));
  }

  async status(): Promise<StatusAnswer> {
    return StatusAnswer.parse(JSON.parse(await this.#ask(200, "/status")));
  }

  async tree(): Promise<TreeAnswer> {
    return TreeAnswer.parse(JSON.parse(await this.#ask(200, "/tree")));
  }

  /** The actor's own snapshot. */
  async inspection(id: string): Promise<Readonly<Record<string, unknown>>> {
    const { inspection } = ActorAnswer.parse(JSON.parse(await this.#ask(200, `/actors/${id}`)));
    return inspection as Readonly<Record<string, unknown>>;
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async exit(): Promise<number> {
    return await within(
      this.ended,
      () => `the end of the simulator, which said:\n${this.complaints.join("\n")}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.signal("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.exit();
    this.#client?.close();
  }

  async #ask(status: number, path: string, init: RequestInit = {}): Promise<string> {
    this.#client ??= Deno.createHttpClient({ proxy: { transport: "unix", path: await this.socketPath() } });
    const response = await fetch(`http://chargerd${path}`, { client: this.#client, ...init });
    const text = await response.text();
    assertEquals(response.status, status, `${path}: ${text}`);
    return text;
  }

  async #readAll(child: Deno.ChildProcess): Promise<void> {
    try {
      await Promise.all([
        eachLine(child.stdout, (line) => this.lines.note(JSON.parse(line) as Line)),
        eachLine(child.stderr, (line) => void this.complaints.push(line)),
      ]);
    } finally {
      this.lines.end("the simulator says no more");
    }
  }
}

async function eachLine(stream: ReadableStream<Uint8Array<ArrayBuffer>>, take: (line: string) => void) {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
}
