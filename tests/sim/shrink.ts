/**
 * Cuts a failing list of events down to one that is short enough to read, and still fails.
 *
 * Law: deterministic. What comes out has failed; and once `fails` only says no, this ends, so that a bound is the caller's to set.
 */
import type { Act, Event } from "./scenario.ts";

/** Whether these still break what was broken. */
export type Fails<T> = (items: readonly T[]) => Promise<boolean>;

/** Fewer events, then shorter times, until neither goes on. `scenario` is known to fail. */
export async function shrink(scenario: readonly Event[], fails: Fails<Event>): Promise<readonly Event[]> {
  let kept = scenario;
  while (true) {
    const shortened = await shorten(await minimize(kept, fails), fails);
    if (shortened.length === kept.length) return shortened;
    kept = shortened;
  }
}

/**
 * Delta debugging: ever smaller pieces are left out, for as long as what is left fails. The result is 1-minimal: without any
 * single one of its items it fails no more.
 */
export async function minimize<T>(items: readonly T[], fails: Fails<T>): Promise<readonly T[]> {
  let kept = items;
  let size = Math.ceil(kept.length / 2);
  while (size > 0) {
    const before = kept.length;
    for (let at = 0; at < kept.length;) {
      const rest = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (await fails(rest)) kept = rest;
      else at += size;
    }
    if (size > 1) size = Math.min(Math.ceil(size / 2), Math.ceil(kept.length / 2));
    else if (kept.length === before) return kept;
  }
  return kept;
}

/**
 * Takes from the wait before each event and from each duration within one: all of it, half or a quarter, for as long as that
 * still fails. (Whatever is drawn in a run is drawn at other moments then: where half is too much, less may do.)
 */
export async function shorten(scenario: readonly Event[], fails: Fails<Event>): Promise<readonly Event[]> {
  let kept = scenario;
  for (const time of timesOf(scenario)) {
    let next = await shortened(kept, time, fails);
    while (next !== null) {
      kept = next;
      next = await shortened(kept, time, fails);
    }
  }
  return kept;
}

const shares = [0, 1 / 2, 3 / 4];

/** Null when it fails with none of the shorter ones. */
async function shortened(
  scenario: readonly Event[],
  time: Time,
  fails: Fails<Event>,
): Promise<readonly Event[] | null> {
  const ms = time.ms(scenario);
  for (const share of shares) {
    const shorter = Math.floor(ms * share);
    if (shorter >= ms) return null;
    const candidate = time.set(scenario, shorter);
    if (await fails(candidate)) return candidate;
  }
  return null;
}

/** One time of a scenario that can be made shorter. */
interface Time {
  readonly ms: (scenario: readonly Event[]) => number;
  readonly set: (scenario: readonly Event[], ms: number) => readonly Event[];
}

function timesOf(scenario: readonly Event[]): readonly Time[] {
  return scenario.flatMap((
    { act },
    at,
  ) => [waitBefore(at), ...durationsIn(act).map((path) => duration(at, path))]);
}

/** When an event comes sooner, so do those after it: their order stays. */
function waitBefore(at: number): Time {
  function ms(scenario: readonly Event[]): number {
    return (scenario[at]?.atMs ?? 0) - (scenario[at - 1]?.atMs ?? 0);
  }
  return {
    ms,
    set: (scenario, next) =>
      scenario.map((event, index) =>
        index < at ? event : { ...event, atMs: event.atMs - ms(scenario) + next }
      ),
  };
}

type Path = readonly string[];

/** The numbers in an act whose names end in `Ms`, however deep. */
function durationsIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value === "number") return path.at(-1)?.endsWith("Ms") ? [path] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => durationsIn(part, [...path, name]));
}

function duration(at: number, path: Path): Time {
  return {
    ms: (scenario) => Number(path.reduce(partOf, scenario[at]?.act)),
    set: (scenario, ms) =>
      scenario.map((event, index) =>
        index === at ? { ...event, act: replaced(event.act, path, ms) as Act } : event
      ),
  };
}

function partOf(value: unknown, name: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[name];
}

function replaced(value: unknown, path: Path, ms: number): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return ms;
  return { ...value as object, [name]: replaced(partOf(value, name), rest, ms) };
}
