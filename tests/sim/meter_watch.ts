/**
 * Watches what each meter has told the charger, and how long the charger has waited for one that was silent (decision D-silent-meter).
 *
 * Law: what a reading told is the hardware's to say; that it came, and that a stop was decided, the trace says. What no crash and no cut
 * can have taken from the charger it must bill.
 */
import type { TraceEvent } from "../../actors/otp/trace.ts";
import type { World } from "./world.ts";

export interface MeterWatch {
  /** The least that the charger knows of its register: of the last reading that it took. */
  readonly toldWh: (connectorId: number) => number;
  /** Whether a transaction that began at `startedMs` may end now without a reading. */
  readonly hasWaited: (connectorId: number, startedMs: number) => boolean;
  /** When it gave no answer last. */
  readonly unansweredMs: (connectorId: number) => number;
  /** What became of the questions for the bill, of one that began at `startedMs`; null where the first was answered. */
  readonly waitPoint: (connectorId: number, startedMs: number) => string | null;
}

/** Where a bill waits for its meter, and since when; `leastMs` if it is in vain. */
interface Wait {
  readonly where: "at the plug" | "in the hold-up time" | "after a boot";
  readonly sinceMs: number;
  readonly leastMs: number;
}

/** A turn may take 10 s, and an answer that nobody asked 5 s ago is none. */
const lagMs = 15_000;
const slowLagMs = 30_000;
const atThePlugMs = 10_000;
const afterBootMs = 60_000;
/** A start may take as long as a turn. */
const startMsMax = 10_000;

interface Line {
  answers: readonly { readonly atMs: number; readonly wh: number }[];
  /** Of the last reading, of the one before it, and of the last one with a sign of life that is durable. */
  toldWh: number;
  beforeWh: number;
  keptWh: number;
  boots: number;
  /** Of this boot. Null where the connector has crashed in it, or goes on with what the boot before has left. */
  bootMs: number | null;
  decidedMs: number;
  unansweredMs: number;
  /** Whether it has answered the last question. */
  isTold: boolean;
}

export function watchMeters(world: World): MeterWatch {
  const lines = new Map<string, Line>(
    Array.from({ length: world.connectors }, (_, at) => [`connector:${at + 1}`, silent()]),
  );
  /** The supply has changed: a stop that was decided before has had the hold-up time alone. */
  let failingMs = -Infinity;
  const line = (connectorId: number) => lines.get(`connector:${connectorId}`) ?? silent();
  function waitOf(connectorId: number, startedMs: number): Wait {
    const { bootMs, decidedMs } = line(connectorId);
    if (bootMs !== null && startedMs < bootMs) {
      return { where: "after a boot", sinceMs: bootMs, leastMs: afterBootMs - startMsMax };
    }
    return failingMs >= decidedMs || world.station.power.supply() === "failing"
      ? { where: "in the hold-up time", sinceMs: decidedMs, leastMs: 0 }
      : { where: "at the plug", sinceMs: decidedMs, leastMs: atThePlugMs };
  }

  world.meter.onAnswer((connectorId, wh) => {
    const atMs = world.clock.monotonicMs();
    const { answers } = line(connectorId);
    line(connectorId).answers = [...answers.filter((other) => atMs - other.atMs <= slowLagMs), { atMs, wh }];
  });
  world.onCommitted(({ sets = [] }) => {
    for (const { key: [kind, name] } of sets) {
      if (kind === "checkpoint") line(Number(name)).keptWh = line(Number(name)).toldWh;
    }
  });
  world.onTrace((event) => {
    if (event.kind === "effect" && event.effect === "SupplyChanged") failingMs = event.atMs;
    const of = "actor" in event ? lines.get(event.actor) : undefined;
    if (of !== undefined) traced(world, of, event);
  });

  return {
    toldWh: (connectorId) => line(connectorId).toldWh,
    unansweredMs: (connectorId) => line(connectorId).unansweredMs,
    hasWaited: (connectorId, startedMs) => {
      const { sinceMs, leastMs } = waitOf(connectorId, startedMs);
      return world.clock.monotonicMs() - sinceMs >= leastMs;
    },
    waitPoint: (connectorId, startedMs) => {
      const { where, sinceMs } = waitOf(connectorId, startedMs);
      const { unansweredMs, isTold } = line(connectorId);
      if (unansweredMs < sinceMs) return null;
      return `meter ${isTold ? "back in time" : "waited for in vain"} ${where}`;
    },
  };
}

function silent(): Line {
  return {
    answers: [],
    toldWh: -Infinity,
    beforeWh: -Infinity,
    keptWh: -Infinity,
    boots: 0,
    bootMs: null,
    decidedMs: -Infinity,
    unansweredMs: -Infinity,
    isTold: true,
  };
}

function traced(world: World, line: Line, event: TraceEvent): void {
  const { atMs } = event;
  switch (event.kind) {
    case "started": {
      const isBoot = line.boots !== world.boots();
      line.boots = world.boots();
      line.bootMs = isBoot ? atMs : null;
      // A checkpoint that is damaged tells nothing any more.
      if (isBoot && world.reached.has("damaged checkpoint")) line.keptWh = -Infinity;
      line.toldWh = line.keptWh;
      return;
    }
    case "message": {
      if (event.message !== "MeterRead") return;
      const sinceMs = atMs - (world.reached.has("slow turn") ? slowLagMs : lagMs);
      line.beforeWh = line.toldWh;
      line.isTold = true;
      // Of the answers that it may be, the first.
      const { wh = -Infinity } = line.answers.find((answer) => answer.atMs >= sinceMs) ?? {};
      line.toldWh = Math.max(line.toldWh, wh);
      return;
    }
    case "effect":
      if (event.effect === "CommitStop") line.decidedMs = atMs;
      if (event.effect === "Resume") line.bootMs = null;
      if (event.effect !== "MeterFailed") return;
      line.toldWh = line.beforeWh;
      line.unansweredMs = atMs;
      line.isTold = false;
  }
}
