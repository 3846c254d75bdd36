/**
 * Four lives of the real program on one state directory, each write and each sync of it recorded, with what the world was told.
 *
 * Law: a mark is in the log behind the records that made it true, so a cut behind a mark must not undo it. The lives have what a
 * charger has: a first start, sessions, an outage, a drain, stops in order, a SIGKILL, and commits enough for SQLite to fold its log.
 */
import { assertEquals } from "@std/assert";
import type { CentralSystem, CentralSystemEvent } from "../../simulator/central_system.ts";
import { startCentralSystem } from "../../simulator/central_system.ts";
import { Sightings } from "../integration/sightings.ts";
import type { SimulatorProcess } from "../integration/simulator_process.ts";
import { spawnSimulatorUnder } from "../integration/simulator_process.ts";
import { shimEnvironment } from "./crash_shim.ts";
import { type DiskRecord, formatMark, readDiskLog } from "./disk_log.ts";
import { drain } from "./drain_story.ts";
import { durableState } from "./durable_state.ts";
import { answerAll, type Life } from "./killed_life.ts";
import { hasAll, OPTIONS, physicalConnector } from "./lane.ts";
import { haveSession } from "./session_story.ts";

export type Mark =
  /** A CALL of the charger has arrived, and is about to be answered. */
  | { readonly kind: "Received"; readonly action: string; readonly payload: unknown }
  /** It has connected with its password: the credentials are kept by now. */
  | { readonly kind: "Connected" }
  /** It has accepted this value of HeartbeatInterval. */
  | { readonly kind: "Configured"; readonly value: number };

export interface Recording {
  /** What is watched; the state directory is made in it. */
  readonly root: string;
  readonly state: string;
  readonly records: readonly DiskRecord[];
}

/** At security profile 1. */
export const AUTHORIZATION_KEY = "an-own-password-1";
/** The first value that is set; each is one more than the one before it. */
export const CONFIGURED_FROM = 100;

export async function recordLives(directory: string, library: string): Promise<Recording> {
  const root = `${directory}/disk`;
  const state = `${root}/state`;
  const log = `${directory}/log`;
  Deno.mkdirSync(root);
  Deno.writeFileSync(log, new Uint8Array(0));
  Deno.writeTextFileSync(`${directory}/key`, AUTHORIZATION_KEY, { mode: 0o600 });
  using appended = Deno.openSync(log, { append: true });
  const mark = (mark: Mark) => appended.writeSync(formatMark(JSON.stringify(mark)));
  let seen = new Sightings<CentralSystemEvent>();
  const central = await startCentralSystem({
    wallMs: Date.now,
    listen: (event) => {
      if (event.kind === "Received") mark(event);
      if (event.kind === "Connected" && event.basicAuth !== null) mark({ kind: "Connected" });
      seen.note(event);
    },
  });
  const configureNext = configuring();
  let lives = 0;
  try {
    for (const live of LIVES) {
      seen = new Sightings();
      const left = lives++ === 0 ? undefined : await durableState(state);
      await using simulator = spawnSimulatorUnder(
        { TMPDIR: directory, ...shimEnvironment(library, { directory: root, log }) },
        ...["--csms", central.url, "--state", state, "--socket", `${directory}/socket`],
        ...(left === undefined ? ["--auth-key-file", `${directory}/key`] : []),
        ...OPTIONS,
      );
      const carIsThere = async () => (await physicalConnector(state))?.plug === "both";
      const lifeOf = async (idTag: string): Promise<Life> => ({
        central,
        seen,
        idTag: `R${lives}${idTag}`,
        carIsThere: await carIsThere(),
        isRecovered: () => hasAll(central.ledger, left),
        kill: { moment: "spawned", afterMs: 0, isBooked: false, depth: 0.9 },
      });
      const configure = async (count: number) => {
        await seen.until(
          "a charger that listens",
          (events) =>
            events.some((event) => event.kind === "Received" && event.action === "StatusNotification")
              ? true
              : undefined,
        );
        for (let set = 0; set < count; set++) {
          mark({ kind: "Configured", value: await configureNext(central) });
        }
      };
      const code = await live({ simulator, lifeOf, configure });
      assertEquals(await simulator.exit(), code, simulator.complaints.join("\n"));
    }
  } finally {
    await central.stop();
  }
  return { root, state, records: readDiskLog(Deno.readFileSync(log)) };
}

interface Living {
  readonly simulator: SimulatorProcess;
  readonly lifeOf: (idTag: string) => Promise<Life>;
  /** Sets so many values, one after the other. */
  readonly configure: (count: number) => Promise<void>;
}

const KILLED = 128 + 9;
const STOPPED = 0;
const untold = { reached: () => {}, killNow: () => {} };

/** Each resolves with the exit code that is due. */
const LIVES: readonly ((living: Living) => Promise<number>)[] = [
  async ({ simulator, lifeOf, configure }) => {
    await haveSession(await lifeOf("A"), simulator, untold);
    await configure(40);
    await drain(await lifeOf("B"), simulator, untold);
    simulator.signal("SIGTERM");
    return STOPPED;
  },
  async ({ simulator, lifeOf, configure }) => {
    const life = await lifeOf("A");
    // Killed in the middle of a session, after SQLite has begun its log again.
    await Promise.all([haveSession(life, simulator, untold), configure(350)]);
    simulator.signal("SIGKILL");
    return KILLED;
  },
  async ({ simulator, lifeOf, configure }) => {
    await configure(5);
    await drain(await lifeOf("A"), simulator, untold);
    simulator.signal("SIGKILL");
    return KILLED;
  },
  async ({ simulator, lifeOf, configure }) => {
    const life = await lifeOf("A");
    await haveSession(life, simulator, untold);
    answerAll(life.central);
    await configure(20);
    simulator.signal("SIGTERM");
    return STOPPED;
  },
];

function configuring(): (central: CentralSystem) => Promise<number> {
  let next = CONFIGURED_FROM;
  return async (central) => {
    const value = next++;
    const outcome = await central.call("ChangeConfiguration", {
      key: "HeartbeatInterval",
      value: `${value}`,
    });
    assertEquals(outcome, { kind: "result", payload: { status: "Accepted" } });
    return value;
  };
}
