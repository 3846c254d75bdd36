/**
 * A charger in a calm world, for tests of what only the actors together keep: the simulated world (`tests/sim/world.ts`), in
 * which nothing takes any time unless the test says so.
 *
 * Law: moments are exact. What the charger does without being made to wait, it has done when `advance(0)` returns.
 */
import { assert, assertEquals } from "@std/assert";
import type { TraceEvent } from "../../actors/otp/trace.ts";
import { parseFrame } from "../../protocol/frame.ts";
import type { CallError, CallResult } from "../../protocol/frame.ts";
import type { ChargePointStatus, IdTagInfo } from "../../protocol/messages/types.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import type { Key, Store, Value } from "../../storage/store.ts";
import type { LedgerEntry } from "../sim/central_system_ledger.ts";
import type { World, WorldOptions } from "../sim/world.ts";
import { createWorld } from "../sim/world.ts";

export interface CalmHouse extends World {
  /**
   * CALLs as they left the charger: of these actions, or of all but SecurityEventNotification. That one waits for everything else
   * (D-security-events), so that it changes no other order; its own tests name it.
   */
  readonly sent: (...actions: readonly string[]) => readonly Sent[];
  /** Forgets what was sent so far. */
  readonly forget: () => void;
  /** Asks the charger, and lets no time pass; null when it does not answer. */
  readonly ask: (action: string, payload: unknown) => Promise<Answered | null>;
  /** What the charger's own trace has of this effect, with its moment. */
  readonly effects: (effect: string) => readonly { readonly atMs: number; readonly detail: unknown }[];
  /** Crash reports: the actor and its error. */
  readonly crashes: () => readonly string[];
  /** Supervisors that have given up. */
  readonly giveUps: () => readonly Extract<TraceEvent, { kind: "gaveUp" }>[];
  /** How long the store takes from now on. */
  readonly disk: { commitMs: number; readMs: number };
}

export interface Sent {
  readonly atMs: number;
  readonly id: string;
  readonly action: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A CALLRESULT's payload, or a CALLERROR's code. */
export type Answered = { readonly result: unknown } | { readonly error: string };

export interface CalmHouseOptions {
  readonly station?: NonNullable<WorldOptions["station"]>;
  readonly judge?: (idTag: string) => IdTagInfo;
  readonly settings?: Readonly<Record<string, string>>;
  readonly credentials?: NonNullable<WorldOptions["credentials"]>;
  readonly keyIds?: NonNullable<WorldOptions["keyIds"]>;
  readonly trust?: NonNullable<WorldOptions["trust"]>;
  readonly seed?: string;
  /** One way. */
  readonly networkMs?: number;
  readonly stuckRestarts?: number;
  readonly meterMs?: number;
  /** What the first boot finds. Default: a new charger. */
  readonly found?: NonNullable<WorldOptions["found"]>;
}

/** The charger has just been switched on: it has done nothing yet. */
export async function newHouse(options: CalmHouseOptions = {}): Promise<CalmHouse> {
  const { networkMs = 0, meterMs = 0 } = options;
  const disk = { commitMs: 0, readMs: 0 };
  let sent: Sent[] = [];
  const effects: { effect: string; atMs: number; detail: unknown }[] = [];
  const crashes: string[] = [];
  const giveUps: Extract<TraceEvent, { kind: "gaveUp" }>[] = [];
  const world = await createWorld({
    ...options,
    seed: options.seed ?? "calm",
    pace: {
      networkMs: { min: networkMs, max: networkMs },
      answerMs: () => 0,
      diskMs: (operation) => operation === "commit" ? disk.commitMs : disk.readMs,
      meterMs,
    },
    traced: (event) => {
      if (event.kind === "crash") crashes.push(`${event.actor}: ${event.error}`);
      if (event.kind === "gaveUp") giveUps.push(event);
      if (event.kind !== "effect") return;
      effects.push(event);
      const parsed = event.effect === "FrameSent" ? parseFrame(String(event.detail)) : null;
      if (parsed?.kind !== "frame" || parsed.frame.kind !== "Call") return;
      const { id, action, payload } = parsed.frame;
      sent.push({ atMs: event.atMs, id, action, payload: payload as Sent["payload"] });
    },
  });
  return {
    ...world,
    sent: (...actions) =>
      sent.filter(({ action }) =>
        actions.length === 0 ? action !== "SecurityEventNotification" : actions.includes(action)
      ),
    forget: () => void (sent = []),
    ask: async (action, payload) => {
      const id = world.centralSystem.call(action, payload);
      await world.advance(0);
      const frame = world.centralSystem.answers.find((answer) => answer.id === id);
      return frame === undefined ? null : answered(frame);
    },
    effects: (name) => effects.filter(({ effect }) => effect === name),
    crashes: () => crashes,
    giveUps: () => giveUps,
    disk,
  };
}

/** Registered: BootNotification was accepted at 0 ms, and nothing else has happened. */
export async function bootedHouse(options: CalmHouseOptions = {}): Promise<CalmHouse> {
  const house = await newHouse(options);
  await house.advance(0);
  assertEquals(house.centralSystem.statuses.get(0), "Available");
  house.forget();
  return house;
}

/** Plugs in and presents the card, at a station with one reader; what comes of it is for the test to see. */
export async function begun(house: CalmHouse, connectorId = 1, idTag = "ALICE"): Promise<void> {
  assertEquals(house.station.verbs.plug(connectorId), { kind: "done" });
  await house.advance(0);
  await swiped(house, idTag);
}

/** The same, and it became a transaction that the central system knows of. */
export async function charging(house: CalmHouse, connectorId = 1, idTag = "ALICE"): Promise<LedgerEntry> {
  await begun(house, connectorId, idTag);
  const entry = [...house.centralSystem.ledger.values()].at(-1);
  assertEquals(status(house, connectorId), "Charging");
  assert(entry !== undefined && entry.stop === null && entry.start.connectorId === connectorId);
  house.forget();
  return entry;
}

/** Registered, and charging on connector 1. */
export async function chargingHouse(options: CalmHouseOptions = {}): Promise<CalmHouse> {
  const house = await bootedHouse(options);
  await charging(house);
  return house;
}

export async function swiped(house: CalmHouse, idTag: string): Promise<void> {
  const outcome = house.station.verbs.swipe(idTag);
  assertEquals(outcome, { kind: "done" });
  await house.advance(0);
}

/** The status as the charger derives it, reported or not. */
export function status(house: CalmHouse, connectorId = 1): ChargePointStatus | undefined {
  const snapshot = house.system().inspect(`connector:${connectorId}`) as
    | { status: ChargePointStatus }
    | undefined;
  return snapshot?.status;
}

/** StatusNotifications of a connector, as they were sent. */
export function reported(house: CalmHouse, connectorId = 1): readonly string[] {
  return house.sent("StatusNotification")
    .filter(({ payload }) => payload.connectorId === connectorId)
    .map(({ payload }) => String(payload.status));
}

export function contactorClosed(house: CalmHouse, connectorId = 1): boolean {
  return house.station.board.state(connectorId).contactorClosed;
}

/** The actions that were sent, in order. */
export function actions(house: CalmHouse): readonly string[] {
  return house.sent().map(({ action }) => action);
}

/** The moments at which this action was sent. */
export function moments(house: CalmHouse, action: string): readonly number[] {
  return house.sent(action).map(({ atMs }) => atMs);
}

/** A copy of the store, as the next start would find it. */
export function storeOf(house: CalmHouse): Store {
  return createMemoryStore({ from: house.store().snapshot() }).store;
}

/** The store's records below a key, as the next start would find them. */
export async function stored(house: CalmHouse, ...prefix: Key): Promise<readonly Value[]> {
  return (await storeOf(house).list(prefix)).map(({ value }) => value);
}

function answered(frame: CallResult | CallError): Answered {
  return frame.kind === "CallResult" ? { result: frame.payload } : { error: frame.errorCode };
}
