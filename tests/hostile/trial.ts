/**
 * One hostile case against a house: sent, answered as it must be, and the next good message works.
 *
 * Law: whatever a case has changed by right is changed back, so that the next one finds a charger as the operator set it up.
 */
import type { CallError, CallResult } from "../../protocol/frame.ts";
import { securityKeyOf } from "../../protocol/security_key.ts";
import { schemaProblem } from "../conformance/official_schemas.ts";
import { Breach } from "../sim/invariants.ts";
import type { HostileCase, Wanted } from "./hostile_case.ts";
import { isInnocent } from "./hostile_case.ts";
import type { HostileHouse } from "./hostile_house.ts";

/** What the operator has set, as GetConfiguration tells it. */
export type Values = ReadonlyMap<string, { readonly value: string; readonly readonly: boolean }>;

/** Longer than anything that a question may wait for (20 s, `actors/incoming_calls.ts`). */
const answerMs = 25_000;
/** A Reset stops, drains and restarts; a link comes back with back-off. */
const backMs = 600_000;
/** So many CALLs set off as many of the charger's own, which take their time. */
const stormMin = 100;
const stormOverMs = 60_000;
/** For what it interrupts by right. */
const attemptsMax = 4;

/** `isCalm`: nothing was under way but charging. */
export async function tryCase(
  house: HostileHouse,
  hostile: HostileCase,
  own: string,
  isCalm: boolean,
  values: Values,
): Promise<void> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const done = await attempted(house, hostile, `${own}.${attempt}`, isCalm && attempt === 1, values);
    if (done) return;
  }
  throw new Breach("I7", `the connection was lost ${attemptsMax} times before it was answered`);
}

/** A good CALL is answered well, however long it takes to come back. */
export async function fence(house: HostileHouse): Promise<void> {
  const answer = await goodCall(house, "GetConfiguration", { key: ["HeartbeatInterval"] });
  const { configurationKey } = answer as { readonly configurationKey?: readonly { readonly key: string }[] };
  if (configurationKey?.[0]?.key !== "HeartbeatInterval") {
    throw new Breach("I7", `a good CALL was answered ${JSON.stringify(answer)}`);
  }
}

/** Asks until there is an answer; what interrupts is a link or a restart. */
export async function goodCall(house: HostileHouse, action: string, payload: unknown): Promise<unknown> {
  const { centralSystem } = house;
  for (let passedMs = 0; passedMs < backMs; passedMs += 5_000) {
    const from = centralSystem.answers.length;
    const lost = interruption(house);
    const id = centralSystem.call(action, payload);
    const answer = () => centralSystem.answers.slice(from).find((frame) => frame.id === id);
    await house.until(() => answer() !== undefined || lost(), answerMs);
    const frame = answer();
    if (frame?.kind === "CallResult") return frame.payload;
    if (frame !== undefined) throw new Breach("I7", `a good ${action} was answered ${frame.errorCode}`);
    if (!lost()) throw new Breach("I7", `a good ${action} was not answered`);
    await house.advance(5_000);
  }
  throw new Breach("I19", `no connection for ${backMs / 60_000} minutes`);
}

/** False when it was interrupted. */
async function attempted(
  house: HostileHouse,
  hostile: HostileCase,
  own: string,
  isCalm: boolean,
  values: Values,
): Promise<boolean> {
  const { centralSystem } = house;
  if (!centralSystem.connected()) await fence(house);
  const ids = { own, chargers: house.chargersId() };
  const wanted = hostile.answers(ids);
  const before = house.sessions();
  const from = centralSystem.answers.length;
  // Others may come in between: to what passers-by have made the central system ask.
  const given = () =>
    centralSystem.answers.slice(from).filter(({ id }) => wanted.some((one) => one.id === id));
  const lost = interruption(house);
  const [first = "", ...others] = hostile.texts(ids);
  centralSystem.say(first, wanted.map(({ id }) => id));
  for (const text of others) centralSystem.say(text);
  const certain = wanted.filter(({ verdict }) => verdict !== "any");
  await house.until(() => given().length >= certain.length || lost(), answerMs);
  if (hostile.closes === true && !await house.until(lost, 1_000)) {
    throw new Breach("I21", "the connection was not closed");
  }
  if (hostile.closes !== true && lost() && given().length < certain.length) return false;
  for (const one of certain) judge(given(), one);
  await fence(house);
  if (isCalm && isInnocent(wanted) && house.sessions() !== before) {
    throw new Breach("I1", `it was refused, and the connectors went from ${before} to ${house.sessions()}`);
  }
  await putBack(house, hostile, given(), values);
  if (wanted.length > stormMin) await house.advance(stormOverMs);
  house.inspectBounds();
  return true;
}

/** Tells whether the connection of now is gone; there may be another one by then. */
function interruption({ centralSystem }: HostileHouse): () => boolean {
  const connection = centralSystem.accepted();
  return () => !centralSystem.connected() || centralSystem.accepted() !== connection;
}

/** Throws a Breach when none of the answers to the CALL is the right one. */
export function judge(given: readonly (CallResult | CallError)[], wanted: Wanted): void {
  const problems = given.filter(({ id }) => id === wanted.id).map((answer) => problem(answer, wanted));
  const [first = `it was not answered, ${wanted.verdict} would be right`] = problems;
  if (first !== null && !problems.includes(null)) throw new Breach("I7", first);
}

function problem(answer: CallResult | CallError, { verdict, action, statuses }: Wanted): string | null {
  if (verdict === "some") return null;
  if (answer.kind === "CallError") {
    const { errorCode, errorDescription } = answer;
    return errorCode === verdict
      ? null
      : `it was answered ${errorCode} (${errorDescription}), not ${verdict}`;
  }
  if (verdict !== "result") return `it was answered ${JSON.stringify(answer.payload)}, not ${verdict}`;
  const { status } = answer.payload as { readonly status?: string };
  if (statuses !== undefined && !statuses.includes(status ?? "")) {
    return `its status is ${status}, not ${statuses.join(" or ")}`;
  }
  return schemaProblem(action, "conf", answer.payload);
}

async function putBack(
  house: HostileHouse,
  { change, name }: HostileCase,
  given: readonly (CallResult | CallError)[],
  values: Values,
): Promise<void> {
  const [answer] = given;
  if (answer?.kind !== "CallResult") return;
  const { status } = answer.payload as { readonly status?: string };
  if (name.startsWith("ChangeAvailability") && status !== "Rejected") {
    await goodCall(house, "ChangeAvailability", { connectorId: 0, type: "Operative" });
  }
  // It stops, sends what it owes, and restarts.
  if (name.startsWith("Reset") && status === "Accepted") await house.advance(60_000);
  // Neither is read back: one is never told, the other when it has been proven.
  if (change === undefined || securityKeyOf(change.key) !== undefined) return;
  const set = [...values].find(([key]) => key.toLowerCase() === change.key.toLowerCase());
  if (set === undefined) return;
  const [key, { value, readonly }] = set;
  if (readonly && status !== "Rejected") throw new Breach("I14", `${key} is read-only, and was ${status}`);
  const now = await valueOf(house, key);
  const should = status === "Accepted" ? change.value : value;
  if (canonical(now) !== canonical(should)) {
    throw new Breach(
      "I14",
      `after ${status} ${key} is ${JSON.stringify(now)}, not ${JSON.stringify(should)}`,
    );
  }
  if (status !== "Accepted") return;
  const back = await goodCall(house, "ChangeConfiguration", { key, value }) as { readonly status: string };
  if (back.status !== "Accepted") throw new Breach("I14", `${key} could not be set back to ${value}`);
}

async function valueOf(house: HostileHouse, key: string): Promise<string> {
  const answer = await goodCall(house, "GetConfiguration", { key: [key] });
  const { configurationKey } = answer as {
    readonly configurationKey: readonly { readonly value?: string }[];
  };
  return configurationKey[0]?.value ?? "";
}

/** A value may be printed another way than it was set: without zeros and blanks, in the spelling of the specification. */
function canonical(value: string): string {
  const items = value.split(",").map((item) => item.trim());
  return items.map((item) => /^\d+$/.test(item) ? String(Number(item)) : item.toLowerCase()).join();
}
