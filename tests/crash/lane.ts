/**
 * One charger that is killed again and again on the same state directory, and one central system that hears of it all.
 *
 * Law: what it returns is evidence; it judges nothing.
 */
import { assertEquals } from "@std/assert";
import type { Entropy } from "../../hal/entropy.ts";
import type { PhysicalConnector } from "../../hal/physical_state.ts";
import { PhysicalState } from "../../hal/physical_state.ts";
import type { CentralSystemEvent } from "../../simulator/central_system.ts";
import { startCentralSystem } from "../../simulator/central_system.ts";
import type { Ledger } from "../../simulator/ledger.ts";
import { Sightings, untilAnswered } from "../integration/sightings.ts";
import { HURRIED, spawnSimulator } from "../integration/simulator_process.ts";
import { temporaryDirectory } from "../integration/temporary_directory.ts";
import type { DurableState } from "./durable_state.ts";
import { durableState } from "./durable_state.ts";
import { answerAll, liveAndDie } from "./killed_life.ts";
import { drawKill, type Moment } from "./moments.ts";

export interface Evidence {
  /** All that the central system was told, in order. */
  readonly events: readonly CentralSystemEvent[];
  readonly ledger: Ledger;
  /** What was in the store after each kill. */
  readonly left: readonly DurableState[];
  /** What is in it after the last life, which ended in order. */
  readonly atRest: DurableState;
  /** What the hardware's meter shows at last. */
  readonly registerWh: number;
}

/** A card that nobody knows charges offline too, so that an outage has its sessions. */
export const OPTIONS: readonly string[] = [...HURRIED, "--set", "AllowOfflineTxForUnknownId=true"];

export async function runLane(entropy: Entropy, moments: readonly Moment[]): Promise<Evidence> {
  await using directory = await temporaryDirectory();
  const state = `${directory.path}/state`;
  const events: CentralSystemEvent[] = [];
  let seen = new Sightings<CentralSystemEvent>();
  const central = await startCentralSystem({
    wallMs: Date.now,
    listen: (event) => {
      events.push(event);
      seen.note(event);
    },
  });
  const spawn = () =>
    spawnSimulator(
      directory.path,
      ...["--csms", central.url, "--state", state, "--socket", `${directory.path}/socket`],
      ...OPTIONS,
    );
  const left: DurableState[] = [];
  const isRecovered = () => hasAll(central.ledger, left.at(-1));
  try {
    for (const [life, moment] of moments.entries()) {
      seen = new Sightings();
      answerAll(central);
      const carIsThere = (await physicalConnector(state))?.plug === "both";
      const kill = drawKill(entropy, moment);
      await using simulator = spawn();
      await liveAndDie({ central, seen, idTag: `D${life}`, carIsThere, isRecovered, kill }, simulator);
      left.push(await durableState(state));
    }
    answerAll(central);
    await using last = spawn();
    await untilAnswered(
      "an empty queue",
      () => last.status(),
      ({ registration, queue }) =>
        registration === "Accepted" && queue?.transactionMessages === 0 && isRecovered(),
    );
    last.signal("SIGTERM");
    assertEquals(await last.exit(), 0, last.complaints.join("\n"));
  } finally {
    await central.stop();
  }
  return {
    events,
    ledger: central.ledger,
    left,
    atRest: await durableState(state),
    registerWh: (await physicalConnector(state))?.registerWh ?? NaN,
  };
}

/** Whether the central system has heard of all that was left, and every transaction it knows is closed. */
export function hasAll(ledger: Ledger, left: DurableState | undefined): boolean {
  const isKnown = (idTag: string) => ledger.entries.some(({ start }) => start.idTag === idTag);
  const starts = left?.messages.filter((message) => message.action === "StartTransaction") ?? [];
  return [...starts.map(({ payload }) => payload.idTag), ...left?.open.map(({ idTag }) => idTag) ?? []].every(
    isKnown,
  ) &&
    ledger.entries.every(({ stop }) => stop !== null);
}

/** As the world remembers it while no process runs; undefined before the first. */
export async function physicalConnector(state: string): Promise<PhysicalConnector | undefined> {
  const text = await Deno.readTextFile(`${state}/physical.json`).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  });
  return text === null ? undefined : PhysicalState.parse(JSON.parse(text)).connectors[0];
}
