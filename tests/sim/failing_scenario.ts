/**
 * A scenario that once broke an invariant, as a file: so that it can be played again, and kept as a regression test.
 *
 * Law: what is read has passed the schema; what is written is read back the same.
 */
import { z } from "zod";
import { NotUnderstood } from "../../console/refusals.ts";
import { judgeHandwritten, parseHandwritten } from "../../hal/handwritten.ts";
import { SecurityProfile } from "../../protocol/proof.ts";
import type { Job, Outcome } from "./sim_job.ts";
import { drawnMessagesMax } from "./run_seed.ts";
import type { Act } from "./scenario.ts";
import { unsecuredStart } from "./security_start.ts";

/** Every kind there is, as the compiler sees to: a file that names another one would play nothing and prove nothing. */
const kinds: Readonly<Record<Act["kind"], true>> = {
  plug: true,
  unplug: true,
  swipe: true,
  carPauses: true,
  carDraws: true,
  parked: true,
  link: true,
  loseConnection: true,
  hangUp: true,
  hangUpOnCalls: true,
  close: true,
  latency: true,
  dials: true,
  handshakes: true,
  remoteStart: true,
  remoteStop: true,
  reserve: true,
  chargingProfile: true,
  reset: true,
  change: true,
  trigger: true,
  call: true,
  availability: true,
  script: true,
  mute: true,
  fault: true,
  clearFault: true,
  lock: true,
  contactor: true,
  meter: true,
  meterSteps: true,
  clock: true,
  diskSlow: true,
  diskFull: true,
  diskScarce: true,
  diskFails: true,
  sabotage: true,
  password: true,
  securityProfile: true,
  certificate: true,
  root: true,
  forgetful: true,
  credentialsFail: true,
  uploads: true,
  powerFails: true,
  crash: true,
  powerCycle: true,
  atCommit: true,
  atCredentials: true,
  atMessage: true,
};

const Event = z.strictObject({
  atMs: z.number().min(0),
  act: z.custom<Act>(isAct, "write an act of a known kind"),
});

export const FailingScenario = z.strictObject({
  /** What it was, in a sentence; from the breach, until somebody knows better. */
  what: z.string().min(1),
  invariant: z.string().min(1),
  /** The code that it broke. */
  commit: z.string().min(1),
  /** Bugs that were planted in it, by their ids: without them it breaks nothing. */
  planted: z.array(z.string()).min(1).exactOptional(),
  seed: z.string(),
  station: z.string(),
  hours: z.number().positive(),
  /** Configuration keys of the first boot: the seed may draw others one day. */
  settings: z.record(z.string(), z.string()),
  /** How its security began; absent where there was none. */
  security: z.strictObject({
    securityProfile: SecurityProfile,
    takesUnheard: z.boolean(),
    hasRoot: z.boolean(),
  }).exactOptional(),
  /** How many messages may wait before they are thinned; absent where that was 20,000 for all. */
  messagesMax: z.int().min(1).exactOptional(),
  scenario: z.array(Event),
});
export type FailingScenario = z.infer<typeof FailingScenario>;

function isAct(value: unknown): boolean {
  return typeof value === "object" && value !== null && "kind" in value &&
    Object.hasOwn(kinds, String(value.kind));
}

/** Throws a `NotUnderstood` that says what is wrong with the text. */
export function parseFailingScenario(text: string): FailingScenario {
  const json = parseHandwritten(text);
  const judged = json.kind === "refused" ? json : judgeHandwritten(FailingScenario, json.value);
  if (judged.kind === "refused") throw new NotUnderstood(judged.problems);
  return judged.value;
}

export function jobOf(
  { seed, station, hours, settings, security = unsecuredStart, messagesMax = 20_000, scenario }:
    FailingScenario,
): Job {
  return { seed, station, hours, settings, security, messagesMax, scenario };
}

/** Of its file, without the ending: what it breaks, where, and with which planted bugs. */
export function nameOf({ invariant, station, seed, planted = [] }: FailingScenario): string {
  return [invariant, station.replaceAll(/[^\w-]+/g, "-"), seed, ...planted].join("-");
}

export interface Origin {
  readonly commit: string;
  readonly planted: readonly string[];
}

/** Null where the outcome cannot be played again. */
export function failingScenario(outcome: Outcome, { commit, planted }: Origin): FailingScenario | null {
  const { failure, job: { seed, station, hours, messagesMax } } = outcome;
  if (failure === null || failure.scenario === null) return null;
  const { what, invariant, settings, security, scenario } = failure;
  return {
    what,
    invariant,
    commit,
    ...(planted.length === 0 ? {} : { planted: [...planted] }),
    seed,
    station,
    hours,
    settings,
    ...(security === null ? {} : { security }),
    messagesMax: messagesMax ?? drawnMessagesMax(seed),
    scenario: [...scenario],
  };
}

/** One event a line, to be read and compared. */
export function formatFailingScenario({ scenario, ...head }: FailingScenario): string {
  const fields = JSON.stringify(head, null, 2).slice(0, -2);
  const events = scenario.map((event) => `    ${JSON.stringify(event)}`).join(",\n");
  return `${fields},\n  "scenario": [${events === "" ? "" : `\n${events}\n  `}]\n}\n`;
}
