/**
 * What is tried against one station: every case there is, in an order drawn from the seed, in portions that each get a house of
 * their own.
 *
 * Law: a function of the seed, the station and the size.
 */
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import { stationKeyTable } from "../../actors/charger_config.ts";
import { loadStation } from "../../hal/drivers/station_files.ts";
import { keyDefinitions } from "../../protocol/configuration.ts";
import type { AnswerCase } from "./answer_cases.ts";
import { answerCases } from "./answer_cases.ts";
import { sweepAnswers } from "./answer_sweep.ts";
import { sweepBoots } from "./boot_sweep.ts";
import { configurationCases } from "./configuration_cases.ts";
import { frameCases } from "./frame_cases.ts";
import type { HostileCase } from "./hostile_case.ts";
import { isInnocent } from "./hostile_case.ts";
import { mutatedCases } from "./mutated_cases.ts";
import { requestCases } from "./request_cases.ts";
import { stormCases } from "./storm_cases.ts";
import type { Swept } from "./sweep.ts";
import { sweep } from "./sweep.ts";

export interface AttackOptions {
  readonly seed: string;
  readonly station: string;
  /** How many frames are made by changing others at random. */
  readonly mutants: number;
  /** How many of the unasked frames and CALLs are tried, storms aside. Default: all. */
  readonly calls?: number;
  /** How many of the answers to the charger's own CALLs are tried; each costs a session or a boot. Default: all. */
  readonly answers?: number;
}

export interface Attacked {
  readonly calls: number;
  readonly answers: number;
  readonly boots: number;
  readonly transactions: number;
  /** CALLs by the status of connector 1 when they came. */
  readonly statuses: ReadonlyMap<string, number>;
}

const portion = 1_000;

/** Unasked frames and CALLs, while sessions run. */
export async function attackWithCalls(
  { seed, station, mutants, calls = Infinity }: Omit<AttackOptions, "answers">,
): Promise<Pick<Attacked, "calls" | "transactions" | "statuses">> {
  const draw = drawing(seed);
  const { keys, connectors } = offered(station);
  // None of these changes a key, and so none of what is made of them does.
  const changeable = [...frameCases(), ...requestCases(connectors)];
  const made = [...changeable, ...configurationCases(keys), ...mutatedCases(changeable, mutants, draw)];
  const cases = shuffled(made, draw).slice(0, calls);
  const portions = Array.from(
    { length: Math.ceil(cases.length / portion) },
    (_, n) => cases.slice(n * portion, (n + 1) * portion),
  );
  const swept: Swept[] = [];
  for (const [at, part] of [...portions, stormCases()].entries()) {
    swept.push(await sweep({ seed: `${seed}.${at}`, station, cases: part }));
  }
  return {
    calls: sum(swept, (one) => one.cases),
    transactions: sum(swept, (one) => one.transactions),
    statuses: swept.reduce((all, one) => added(all, one.statuses), new Map<string, number>()),
  };
}

/** Answers to the charger's own CALLs, in sessions and at boots of the reference station. */
export async function attackWithAnswers(
  { seed, answers = Infinity }: Pick<AttackOptions, "seed" | "answers">,
): Promise<Pick<Attacked, "answers" | "boots">> {
  const cases = shuffled(answerCases(), drawing(seed)).slice(0, answers);
  const isBoot = ({ action }: AnswerCase) => action === "BootNotification";
  return {
    answers: await sweepAnswers(seed, cases.filter((one) => !isBoot(one))),
    boots: await sweepBoots(seed, cases.filter(isBoot), shuffled(refused(), drawing(seed))),
  };
}

/** Some of the unasked frames and CALLs: only those that can stop nothing and change nothing, whatever they say. */
export function harmlessCases(station: string, count: number, draw: () => number): readonly HostileCase[] {
  const { keys, connectors } = offered(station);
  const ids = { own: "", chargers: "" };
  const quiet = ["ClearCache", "DataTransfer", "GetConfiguration", "TriggerMessage"];
  const cases = [...frameCases(), ...requestCases(connectors), ...configurationCases(keys)].filter((
    { answers },
  ) => isInnocent(answers(ids)) || answers(ids).every(({ action }) => quiet.includes(action)));
  return shuffled(cases, draw).slice(0, count);
}

function refused(): readonly HostileCase[] {
  const ids = { own: "", chargers: "" };
  return requestCases(1).filter(({ answers }) => isInnocent(answers(ids)));
}

function offered(station: string): { readonly keys: readonly string[]; readonly connectors: number } {
  const loaded = loadStation(station);
  if (loaded.kind === "refused") throw new Error(`load the station: ${loaded.problems.join("; ")}`);
  const definitions = keyDefinitions(stationKeyTable(loaded.value));
  const keys = definitions.filter(([, { access }]) => access !== "absent").map(([key]) => key);
  return { keys, connectors: loaded.value.connectors.length };
}

function drawing(seed: string): () => number {
  const entropy = createSimulatedEntropy(seed);
  return () => entropy.fraction("attack");
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], draw: () => number): readonly T[] {
  const order = [...items];
  for (let at = order.length - 1; at > 0; at--) {
    const other = Math.floor(draw() * (at + 1));
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}

function sum(swept: readonly Swept[], of: (one: Swept) => number): number {
  return swept.reduce((total, one) => total + of(one), 0);
}

function added(all: Map<string, number>, more: ReadonlyMap<string, number>): Map<string, number> {
  for (const [status, count] of more) all.set(status, (all.get(status) ?? 0) + count);
  return all;
}
