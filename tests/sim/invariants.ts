/**
 * What must hold in every run, after every event (S) or once everything has healed (E); ids as in notes/reliability.md B3.
 *
 * Law: judged from outside: the hardware, the store's commits, the central system's ledger, and the snapshots of actors.
 */
import type { World } from "./world.ts";
import type { ChargePointStatus } from "../../protocol/messages/types.ts";
import { changeCode } from "../protocol/status_table.ts";

/** One breach; the id is what a shrunk scenario must still break. */
export class Breach extends Error {
  override readonly name = "Breach";
  readonly id: string;
  constructor(id: string, what: string) {
    super(`${id}: ${what}`);
    this.id = id;
  }
}

/** The checks after every event. */
export function watchWorld(world: World): () => void {
  const connectorIds = Array.from({ length: world.connectors }, (_, index) => index + 1);
  const closed = new Map<number, boolean>();
  const statuses = new Map<number, ChargePointStatus>();
  let boots = 0;
  let restarts = 0;

  function contactor(connectorId: number, snapshot: ConnectorSnapshot | undefined): void {
    const state = world.station.board.state(connectorId);
    const was = closed.get(connectorId) ?? false;
    closed.set(connectorId, state.contactorClosed);
    if (!state.contactorClosed) return;
    if (state.plug !== "both") {
      throw new Breach("I1", `contactor ${connectorId} is closed with plug ${state.plug}`);
    }
    if (state.fault !== null) throw new Breach("I1", `contactor ${connectorId} is closed in a fault`);
    if (snapshot === undefined) {
      throw new Breach("I1", `contactor ${connectorId} is closed, and nobody is there`);
    }
    authorised(connectorId, snapshot);
    if (was) return;
    const record = world.store().snapshot().records.find(({ key }) =>
      key[0] === "transaction" && key[1] === connectorId
    );
    if (record === undefined) {
      throw new Breach("I1", `contactor ${connectorId} is closed without a durable transaction`);
    }
  }

  /** I9: what the central system has refused gets no energy, and none comes after a stop that was Accepted. */
  function authorised(connectorId: number, { transaction }: ConnectorSnapshot): void {
    if (transaction === null) return;
    if (world.centralSystem.stopsAccepted.has(transaction.transactionId ?? 0)) {
      throw new Breach("I9", `contactor ${connectorId} is closed after RemoteStopTransaction was Accepted`);
    }
    const sinceMs = world.durable.refused.get(transaction.localId);
    if (sinceMs !== undefined && world.clock.monotonicMs() - sinceMs > refusalMs) {
      throw new Breach("I9", `contactor ${connectorId} is closed for a card that was refused`);
    }
  }

  function legal(connectorId: number, { status }: ConnectorSnapshot): void {
    const before = statuses.get(connectorId);
    statuses.set(connectorId, status);
    if (before === undefined || before === status) return;
    if (!isLegal(before, status)) {
      throw new Breach("I10", `connector ${connectorId} went from ${before} to ${status}`);
    }
  }

  return () => {
    if (world.boots() > boots || world.restarts.length > restarts) statuses.clear();
    boots = world.boots();
    restarts = world.restarts.length;
    for (const connectorId of connectorIds) {
      const snapshot = world.isDark() ? undefined : inspected(world, connectorId);
      contactor(connectorId, snapshot);
      if (snapshot !== undefined) legal(connectorId, snapshot);
    }
    const [breach] = world.centralSystem.breaches;
    if (breach !== undefined) throw new Breach("I3", `the charger sent ${breach}`);
    const [crossed] = world.wireBreaches();
    if (crossed !== undefined) throw new Breach("I7", crossed);
  };
}

/** §4.9 has no change from Preparing to Unavailable; it is made all the same, at once (decision of `protocol/connector.ts`). */
function isLegal(before: ChargePointStatus, after: ChargePointStatus): boolean {
  return changeCode(before, after) !== undefined || (before === "Preparing" && after === "Unavailable");
}

/** From the durable answer to the open contactor: two hops, or the restart of an actor. */
const refusalMs = 1_000;

interface ConnectorSnapshot {
  readonly status: ChargePointStatus;
  readonly transaction: { readonly localId: number; readonly transactionId?: number } | null;
}

function inspected(world: World, connectorId: number): ConnectorSnapshot | undefined {
  return world.system().inspect(`connector:${connectorId}`) as ConnectorSnapshot | undefined;
}

/** The checks at the end, when the link is up, nobody is plugged in, and hours have been quiet. */
export function judgeEnd(world: World): void {
  bills(world);
  order(world);
  energy(world);
  quiet(world);
  truth(world);
}

/** I2: each durable Start and Stop is in the ledger, and nothing is there that was not asked for. */
function bills(world: World): void {
  const entries = [...world.centralSystem.ledger.values()];
  const { tried, starts, stops } = world.durable;
  const told = new Set(entries.map(({ start }) => JSON.stringify(start)));
  const asked = new Set(tried.map(({ payload }) => JSON.stringify(payload)));
  for (const { payload } of starts) {
    if (!told.has(JSON.stringify(payload))) {
      throw new Breach("I2", `StartTransaction ${JSON.stringify(payload)} was lost`);
    }
  }
  if (told.size !== entries.length) {
    throw new Breach("I2", `${told.size} starts became ${entries.length} transactions`);
  }
  for (const { transactionId, start, stop } of entries) {
    if (!asked.has(JSON.stringify(start))) {
      throw new Breach("I2", `StartTransaction ${transactionId} was invented`);
    }
    if (stop === null) throw new Breach("I2", `transaction ${transactionId} has no StopTransaction`);
    if (world.centralSystem.stopsAccepted.has(transactionId) && stop.reason !== "Remote") {
      throw new Breach(
        "I2",
        `transaction ${transactionId}: a remote stop was Accepted, and it says ${stop.reason}`,
      );
    }
    const { transactionId: _, ...payload } = stop;
    if (!asked.has(JSON.stringify(payload))) {
      throw new Breach("I2", `StopTransaction ${transactionId} was invented`);
    }
  }
  if (stops.length > entries.length) {
    throw new Breach("I2", `${stops.length} stops for ${entries.length} transactions`);
  }
}

/** I3: within a transaction neither time nor energy falls. */
function order(world: World): void {
  for (const { transactionId, start, meterValues, stop } of world.centralSystem.ledger.values()) {
    const samples = meterValues.flatMap((request) => request.meterValue);
    const times = [
      start.timestamp,
      ...samples.map((value) => value.timestamp),
      stop?.timestamp ?? start.timestamp,
    ];
    const energies = [
      start.meterStart,
      ...samples.map((value) => Number(value.sampledValue[0]?.value)),
      stop?.meterStop ?? Infinity,
    ];
    if (times.some((time, at) => at > 0 && time < times[at - 1]!)) {
      throw new Breach("I3", `time falls in transaction ${transactionId}: ${times.join(", ")}`);
    }
    if (energies.some((energy, at) => at > 0 && energy < energies[at - 1]!)) {
      throw new Breach("I3", `energy falls in transaction ${transactionId}: ${energies.join(", ")}`);
    }
  }
}

/** I5: what was billed is what the hardware delivered, to 1 Wh a transaction. */
function energy(world: World): void {
  const delivered = world.station.physicalState().connectors.reduce(
    (sum, { registerWh }) => sum + registerWh,
    0,
  );
  const entries = [...world.centralSystem.ledger.values()];
  const billed = entries.reduce(
    (sum, { start, stop }) => sum + (stop?.meterStop ?? start.meterStart) - start.meterStart,
    0,
  );
  if (Math.abs(delivered - billed) > entries.length + 1) {
    throw new Breach(
      "I5",
      `${delivered} Wh were delivered and ${billed} Wh billed in ${entries.length} transactions`,
    );
  }
}

/** I6: nothing waits, nothing is in flight. */
function quiet(world: World): void {
  const outbox = world.system().inspect("outbox") as {
    readonly transactionMessages: number;
    readonly inFlight: unknown;
  };
  const left = world.store().snapshot().records.filter(({ key }) =>
    ["outbox", "transaction", "answer"].includes(String(key[0]))
  );
  if (outbox.transactionMessages !== 0 || left.length > 0) {
    throw new Breach(
      "I6",
      `${outbox.transactionMessages} messages wait, the store holds ${left.map(({ key }) => key.join("/"))}`,
    );
  }
}

/** I10, its end: the status that was reported last is the true one. */
function truth(world: World): void {
  for (let connectorId = 1; connectorId <= world.connectors; connectorId++) {
    const status = inspected(world, connectorId)?.status;
    const reported = world.centralSystem.statuses.get(connectorId);
    if (reported !== status) {
      throw new Breach("I10", `connector ${connectorId} is ${status} and was last reported ${reported}`);
    }
  }
}
