/**
 * One charger on one disk that fails and heals, episode by episode; whoever ends by it is started again, as the init system does.
 *
 * Law: while the disk takes nothing, nothing new begins and the charger says why; when it takes again, the charger goes on.
 */
import { assert, assertEquals } from "@std/assert";
import type { StatusAnswer } from "../../console/answers.ts";
import type { CentralSystem, CentralSystemEvent } from "../../simulator/central_system.ts";
import type { Sightings } from "../integration/sightings.ts";
import { untilAnswered } from "../integration/sightings.ts";
import type { SimulatorProcess } from "../integration/simulator_process.ts";
import type { FaultControl } from "./crash_shim.ts";
import type { Episode } from "./faults.ts";

export interface Patient {
  readonly central: CentralSystem;
  readonly seen: Sightings<CentralSystemEvent>;
  readonly control: FaultControl;
  /** The process that runs; a new one where the last has ended. */
  readonly alive: () => SimulatorProcess;
  readonly hasEnded: () => boolean;
}

export interface EpisodeFigures {
  /** Calls of the program that failed or were cut short. */
  readonly hits: number;
  readonly isRefused: boolean;
  readonly hasEnded: boolean;
}

export async function suffer(patient: Patient, episode: Episode, idTag: string): Promise<EpisodeFigures> {
  const { control, central } = patient;
  await atRest(patient);
  await patient.alive().post("/hardware/connectors/1/plug");
  await beginBefore(patient, episode, idTag);
  // A refusal may be over before anybody can look: it stays counted, from 0 in a process that is new.
  const refusals = episode.moment === "starting" ? 0 : (await patient.alive().status()).store.refusals;
  control.set({ ...episode.fault.faults, skip: episode.skip });
  const isRefused = await goOn(patient, episode, { idTag, refusals });
  await new Promise((resolve) => setTimeout(resolve, episode.heldMs));
  const hits = control.hits();
  const hasEnded = patient.hasEnded();
  control.set({});
  await recover(patient, idTag);
  const entry = central.ledger.entries.findLast(({ start }) => start.idTag === idTag);
  assert(entry === undefined || entry.stop !== null, `the transaction of ${idTag} has no end`);
  await proveHealthy(patient, `${idTag}+`);
  return { hits, isRefused, hasEnded };
}

/** What stands before the fault. */
async function beginBefore(patient: Patient, { moment }: Episode, idTag: string): Promise<void> {
  if (moment === "idle") return;
  const simulator = patient.alive();
  if (moment === "draining") await simulator.post("/hardware/network", { up: false });
  await simulator.post("/hardware/reader/swipe", { idTag });
  await untilStatus(
    patient,
    "a transaction with samples",
    ({ connectors, queue }) =>
      connectors[0]?.transaction?.idTag === idTag &&
      (moment === "draining"
        ? (queue?.transactionMessages ?? 0) >= 3
        : connectors[0].contactorClosed === true),
  );
  if (moment === "starting") {
    simulator.signal("SIGKILL");
    await simulator.exit();
  }
  if (moment !== "draining") return;
  await simulator.post("/hardware/reader/swipe", { idTag });
  await untilStatus(patient, "its end", ({ connectors }) => connectors[0]?.transaction === null);
}

/** What meets the fault, until it has taken effect or has passed unnoticed. True when the store has refused. */
async function goOn(
  patient: Patient,
  { moment, fault, skip }: Episode,
  { idTag, refusals }: { readonly idTag: string; readonly refusals: number },
): Promise<boolean> {
  const simulator = patient.alive();
  const before = heard(patient);
  if (moment === "idle" || moment === "stopping") await simulator.post("/hardware/reader/swipe", { idTag });
  if (moment === "draining") await simulator.post("/hardware/network", { up: true });
  let isRefused = false;
  await until(patient, "the fault", ({ store, queue, connectors, registration }) => {
    isRefused ||= store.refusals > refusals;
    const [connector] = connectors;
    switch (moment) {
      case "idle":
        return isRefused || connector?.transaction?.idTag === idTag;
      case "charging":
        return isRefused || heard(patient) >= before + 3;
      case "stopping":
        return isRefused || connector?.transaction === null;
      case "draining":
        return isRefused || queue?.transactionMessages === 0;
      case "starting":
        return isRefused || registration === "Accepted" && queue?.transactionMessages === 0;
    }
  });
  if (moment === "idle" && fault.isFatal && skip === 0) await assertNothingBegins(patient, idTag);
  return isRefused;
}

/** No StartTransaction, no contactor; and a sentence that tells the operator. */
async function assertNothingBegins(patient: Patient, idTag: string): Promise<void> {
  const started = patient.central.ledger.entries.filter(({ start }) => start.idTag === idTag);
  assertEquals(started, [], "a transaction began on a disk that takes nothing");
  if (patient.hasEnded()) return;
  const { connectors, store } = await patient.alive().status();
  assert(connectors[0]?.contactorClosed !== true, "a contactor closed on a disk that takes nothing");
  assert(/full|disk I\/O error|start again/.test(store.error ?? ""), `it does not say why: ${store.error}`);
}

/** The disk takes again: whatever has begun is ended by its driver, who then leaves, and everything is told. */
async function recover(patient: Patient, idTag: string): Promise<void> {
  await untilStatus(patient, "a charger that is up", ({ running }) => running);
  await patient.alive().post("/hardware/network", { up: true });
  let hasSwiped = false;
  let hasLeft = false;
  const look = async () => {
    const status = await statusOf(patient);
    const [connector] = status?.connectors ?? [];
    if (connector?.transaction?.idTag === idTag && connector.use === "transaction" && !hasSwiped) {
      hasSwiped = true;
      await patient.alive().post("/hardware/reader/swipe", { idTag });
    }
    // A card that was presented to a charger that could not begin is forgotten with the cable.
    if (connector?.transaction === null && connector.plug !== "none" && !hasLeft) {
      hasLeft = true;
      await patient.alive().post("/hardware/connectors/1/unplug");
    }
    return status;
  };
  await untilAnswered("a charger at rest", look, (status) => status !== null && isAtRest(status));
}

/** A session as it should be. */
async function proveHealthy(patient: Patient, idTag: string): Promise<void> {
  const simulator = patient.alive();
  await simulator.post("/hardware/connectors/1/plug");
  await simulator.post("/hardware/reader/swipe", { idTag });
  await untilStatus(
    patient,
    "energy",
    ({ connectors }) => connectors[0]?.transaction?.idTag === idTag && connectors[0].contactorClosed === true,
  );
  await simulator.post("/hardware/reader/swipe", { idTag });
  await untilStatus(patient, "no transaction", ({ connectors }) => connectors[0]?.transaction === null);
  await simulator.post("/hardware/connectors/1/unplug");
  await atRest(patient);
}

async function atRest(patient: Patient): Promise<void> {
  await untilStatus(patient, "a charger at rest", isAtRest);
  assertEquals(patient.central.ledger.entries.filter(({ stop }) => stop === null), []);
}

function isAtRest({ registration, queue, connectors: [connector] }: StatusAnswer): boolean {
  return registration === "Accepted" && queue?.transactionMessages === 0 && connector?.use === "none" &&
    connector.plug === "none" && connector.status === "Available";
}

function heard({ seen }: Patient): number {
  return seen.all.filter((event) => event.kind === "Received" && event.action === "MeterValues").length;
}

/** Of whichever process runs by then. */
async function untilStatus(
  patient: Patient,
  what: string,
  holds: (status: StatusAnswer) => boolean,
): Promise<void> {
  await untilAnswered(what, () => statusOf(patient), (status) => status !== null && holds(status));
}

/** The same, or until the process has ended. */
async function until(
  patient: Patient,
  what: string,
  holds: (status: StatusAnswer) => boolean,
): Promise<void> {
  await untilAnswered(
    what,
    () => patient.hasEnded() ? Promise.resolve(null) : statusOf(patient),
    (status) => status === null ? patient.hasEnded() : holds(status),
  );
}

/** Null where it ends while it is asked: its socket goes first. */
async function statusOf(patient: Patient): Promise<StatusAnswer | null> {
  const simulator = patient.alive();
  try {
    return await simulator.status();
  } catch {
    await simulator.exit();
    return null;
  }
}
