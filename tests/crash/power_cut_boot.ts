/**
 * The real program, booted on what a power cut has left, with a central system that knows what it was told before the cut.
 *
 * Law: it is judged as after a SIGKILL: by what the central system has heard in the end, and by the meter.
 */
import { assert, assertEquals } from "@std/assert";
// @ts-types="@types/ws"
import { WebSocket } from "ws";
import type { CentralSystem, CentralSystemEvent } from "../../simulator/central_system.ts";
import { startCentralSystem } from "../../simulator/central_system.ts";
import { untilAnswered } from "../integration/sightings.ts";
import { spawnSimulator } from "../integration/simulator_process.ts";
import { temporaryDirectory } from "../integration/temporary_directory.ts";
import { allEnded } from "./crash_parts.ts";
import { layOut } from "./cut_state.ts";
import { durableState } from "./durable_state.ts";
import { judge } from "./judge.ts";
import { TRANSACTION_ACTIONS } from "./killed_life.ts";
import { hasAll, OPTIONS, physicalConnector } from "./lane.ts";
import { type Cut, cutsOf, type History } from "./power_cut_sweep.ts";
import type { Mark, Recording } from "./recording.ts";
import { AUTHORIZATION_KEY } from "./recording.ts";

/** Of about `count` cuts, two at a time. Throws at the first that is not right; its message names the record and the policy. */
export async function sweepBoots(
  recording: Recording,
  history: History,
  seed: string,
  count: number,
): Promise<number> {
  const cuts = cutsOf(recording, history, { seed, states: count });
  let boots = 0;
  async function work(): Promise<void> {
    for (const cut of cuts) {
      await bootAfterCut(recording, cut).catch((cause) => {
        cuts.return(undefined);
        const why = cause instanceof Error ? cause.message : cause;
        throw new Error(`seed ${seed}, booted behind record ${cut.record}, ${cut.policy}: ${why}`, { cause });
      });
      boots++;
    }
  }
  await allEnded(Array.from({ length: BOOTS_AT_ONCE }, work));
  return boots;
}

const BOOTS_AT_ONCE = 2;

/** Resolves when the queue is empty and the books are right; throws at the first thing that is not. */
async function bootAfterCut(recording: Recording, cut: Cut): Promise<void> {
  await using directory = await temporaryDirectory();
  const root = `${directory.path}/disk`;
  const state = `${root}${recording.state.slice(recording.root.length)}`;
  Deno.mkdirSync(root);
  layOut(cut.contents, recording.root, root);
  const left = await durableState(state);
  const events: CentralSystemEvent[] = [];
  const central = await startCentralSystem({ wallMs: Date.now, listen: (event) => events.push(event) });
  try {
    await tellAgain(central, toldBefore(recording, cut));
    await using simulator = spawnSimulator(
      directory.path,
      ...["--csms", central.url, "--state", state, "--socket", `${directory.path}/socket`],
      ...OPTIONS,
    );
    await untilAnswered(
      "an empty queue",
      () => simulator.status(),
      ({ registration, queue }) =>
        registration === "Accepted" && queue?.transactionMessages === 0 && hasAll(central.ledger, left),
    );
    simulator.signal("SIGTERM");
    assertEquals(await simulator.exit(), 0, simulator.complaints.join("\n"));
    // Of a first start that was cut off there is something to say, and nothing to lose.
    assert(simulator.complaints.length === 0 || cut.atLeast === 0, simulator.complaints.join("\n"));
  } finally {
    await central.stop();
  }
  // Before it has connected nobody knows whether they were kept already.
  if (cut.hasCredentials) assertEquals(passwordIn(events), AUTHORIZATION_KEY);
  judge({
    events,
    ledger: central.ledger,
    left: [left],
    atRest: await durableState(state),
    registerWh: (await physicalConnector(state))?.registerWh ?? NaN,
  });
}

type Told = Extract<Mark, { readonly kind: "Received" }>;

function toldBefore({ records }: Recording, cut: Cut): readonly Told[] {
  return records.slice(0, cut.record + 1).flatMap((record) => {
    const mark = record.kind === "Marked" ? JSON.parse(record.text) as Mark : null;
    const isTold = mark?.kind === "Received" && TRANSACTION_ACTIONS.some((action) => action === mark.action);
    return isTold ? [mark] : [];
  });
}

/** As the charger has told it, one after the other: so the same transactions have the same numbers. */
async function tellAgain(central: CentralSystem, told: readonly Told[]): Promise<void> {
  const socket = new WebSocket(`${central.url}/before`, "ocpp1.6");
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  for (const [index, { action, payload }] of told.entries()) {
    const answered = new Promise((resolve) => socket.once("message", resolve));
    socket.send(JSON.stringify([2, `${index}`, action, payload]));
    await answered;
  }
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.close();
  await closed;
}

/** With which the charger has connected, after the one that told again. */
function passwordIn(events: readonly CentralSystemEvent[]): string | null {
  const last = events.findLast((event) => event.kind === "Connected");
  return last?.basicAuth === null || last === undefined
    ? null
    : new TextDecoder().decode(last.basicAuth.password);
}
