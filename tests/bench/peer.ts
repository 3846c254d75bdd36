/**
 * A process that is measured: the charger as its task starts it, or the bare client, each with the same permissions.
 *
 * Law: its figures are the kernel's own (`proc(5)`), and it is gone when the row is.
 */
import denoJson from "../../deno.json" with { type: "json" };
import type { Csms, Wire } from "./csms.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const BARE_CLIENT = new URL("./bare_client.ts", import.meta.url).pathname;
const PERMISSIONS = denoJson.tasks.simulate.split(" ").filter((word) => word.startsWith("--"));
/** `getconf CLK_TCK`, which is 100 on every Linux. */
const MS_PER_TICK = 10;

export interface Peer extends AsyncDisposable {
  readonly wire: Wire;
  /** From its start to its first text on the wire. */
  readonly startMs: number;
  /** In user and system mode, of all its threads. */
  readonly cpuMs: () => Promise<number>;
  readonly residentMb: () => Promise<number>;
}

/** The charger, registered. Its debug socket is `DIRECTORY/socket`. */
export async function startCharger(csms: Csms, directory: string): Promise<Peer> {
  const options = ["--csms", csms.url, "--state", directory, "--socket", `${directory}/socket`];
  return await start(csms, [`${ROOT}main.ts`, "simulate", "--quiet", ...options, ...SETTINGS]);
}

/** The bare client. With a directory it commits there what it starts. */
export async function startBare(csms: Csms, role: "echo" | "client", directory?: string): Promise<Peer> {
  return await start(csms, [BARE_CLIENT, role, csms.url, ...(directory === undefined ? [] : [directory])]);
}

/** No Authorize.req before a remote start: that would be another round trip. No ping into the middle of a figure. */
const SETTINGS = ["--set", "AuthorizeRemoteTxRequests=false", "--set", "WebSocketPingInterval=0"];

async function start(csms: Csms, args: readonly string[]): Promise<Peer> {
  const connected = csms.connected();
  const begunMs = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...PERMISSIONS, ...args],
    env: { DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
  }).spawn();
  const ended = child.status.then(({ code }) => {
    throw new Error(`${args.join(" ")} ended with ${code} before it was connected`);
  });
  const { wire, firstMs } = await Promise.race([connected, ended]);
  ended.catch(() => {});
  return {
    wire,
    startMs: firstMs - begunMs,
    cpuMs: async () => {
      // Behind the program's name: the 12th and 13th field (utime, stime).
      const fields = (await processFile(child.pid, "stat")).replace(/^.*\) /s, "").split(" ");
      return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
    },
    residentMb: async () => {
      const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(await processFile(child.pid, "status"))?.[1];
      return Number(kilobytes) / 1024;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

/** Through `cat`: Deno opens `/proc` only to who may do everything. */
async function processFile(pid: number, name: string): Promise<string> {
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/${name}`] }).output();
  return new TextDecoder().decode(stdout);
}
