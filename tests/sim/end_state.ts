/**
 * What must hold once everything has healed and hours have been quiet (invariants I2, I3, I6, I7 and I10, their ends).
 *
 * Law: every transaction that was ever durable is in the central system's ledger, once, with all that was measured in it, what it
 * had refused for good and was sent again too; only what the medium itself has lost is excused.
 */
import type { TreeNode } from "../../actors/otp/tree.ts";
import { open } from "../../storage/record.ts";
import { startText } from "./central_system_ledger.ts";
import type { LedgerEntry } from "./central_system_ledger.ts";
import type { Bill } from "./bill.ts";
import { isDataComplete, missingMeterValues, strangeOrphan } from "./delivered_values.ts";
import type { Fail } from "./invariants.ts";
import { statusOf } from "./status_watch.ts";
import type { World } from "./world.ts";

/** I2: each durable message is in the ledger, and nothing is there that was not asked for. */
export function bills(world: World, fail: Fail): void {
  const { durable, centralSystem } = world;
  const billed = new Set<LedgerEntry>();
  for (const bill of durable.bills) {
    const entry = centralSystem.books.startedBy(bill.start);
    if (entry !== undefined && billed.has(entry)) {
      fail("I2", `two transactions became one: ${startText(bill.start)}`);
    }
    if (entry !== undefined) billed.add(entry);
    if (bill.excuse === null) judged(world, bill, entry, fail);
  }
  for (const entry of centralSystem.ledger.values()) {
    if (!billed.has(entry)) fail("I2", `StartTransaction ${startText(entry.start)} was invented`);
  }
  const strange = strangeOrphan(durable.bills, centralSystem.books.orphans);
  if (strange !== null) fail("I2", `without a transactionId came ${strange}, and no transaction has it`);
}

function judged(world: World, bill: Bill, entry: LedgerEntry | undefined, fail: Fail): void {
  const text = startText(bill.start);
  if (bill.stop === null) return fail("I2", `transaction ${text} never ended`);
  if (bill.archive.size > 0) return fail("I2", `of transaction ${text} something is still set aside`);
  if (bill.isDiscarded) return;
  if (entry === undefined) return fail("I2", `StartTransaction ${text} was lost`);
  if (entry.stop === null) return fail("I2", `transaction ${text} has no StopTransaction`);
  const missing = missingMeterValues(bill, world.centralSystem.books.meterValuesOf(entry.transactionId));
  if (missing !== null) {
    fail("I2", `of transaction ${text} MeterValues ${missing} was lost, or was not in its turn`);
  }
  if (!isDataComplete(bill, entry.stop, world.dataLimits(bill))) {
    const { transactionData = [] } = entry.stop;
    fail(
      "I2",
      `of transaction ${text} ${bill.samples.size} samples were kept and ${transactionData.length} came`,
    );
  }
  const { transactionId: _, transactionData: __, ...stop } = entry.stop;
  if (JSON.stringify(stop) !== JSON.stringify(bill.stop)) {
    fail("I2", `StopTransaction ${JSON.stringify(stop)} should be ${JSON.stringify(bill.stop)}`);
  }
  if (world.centralSystem.stopsAccepted.has(text) && stop.reason !== "Remote" && !bill.isReasonLost) {
    fail("I2", `transaction ${text}: a remote stop was Accepted, and it says ${stop.reason}`);
  }
}

/** I3: within a transaction neither time nor energy falls. */
export function order({ centralSystem, durable }: World, fail: Fail): void {
  const excused = new Set(
    durable.bills.filter(({ excuse }) => excuse !== null).map(({ start }) => startText(start)),
  );
  for (const { transactionId, start, meterValues, hasLateValues, stop } of centralSystem.ledger.values()) {
    if (excused.has(startText(start))) continue;
    // Under -1 come the samples of all that have obtained no id as well (errata v4.0 §3.18).
    const own = transactionId === -1 ? [] : meterValues;
    const samples = own.flatMap((request) => request.meterValue)
      .filter(({ sampledValue }) => sampledValue[0]?.context !== "Trigger");
    if (hasLateValues) samples.sort((one, other) => one.timestamp < other.timestamp ? -1 : 1);
    const times = [start.timestamp, ...samples.map(({ timestamp }) => timestamp)];
    const energies = [start.meterStart, ...samples.map((value) => Number(value.sampledValue[0]?.value))];
    if (stop !== null) {
      times.push(stop.timestamp);
      energies.push(stop.meterStop);
    }
    if (times.some((time, at) => at > 0 && time < times[at - 1]!)) {
      fail("I3", `time falls in transaction ${transactionId}: ${times.join(", ")}`);
    }
    if (energies.some((energy, at) => at > 0 && energy < energies[at - 1]!)) {
      fail("I3", `energy falls in transaction ${transactionId}: ${energies.join(", ")}`);
    }
  }
}

/** Records that are there only while something is owed, or being cleared away. */
const owing = ["transaction", "answer", "sample", "purge", "parked", "archive", "resend"];
/** Of a station that nobody uses: heartbeat, ping, grid, and what has not been collected. */
const timersMax = 10;
const timersMaxEach = 4;

/** I6 and I7: nothing waits, nothing is in flight, nobody has been left without an answer. */
export function quiet(world: World, fail: Fail): void {
  const outbox = world.system().inspect("outbox") as {
    readonly transactionMessages: number;
    readonly inFlight: unknown;
  };
  const { durable } = world;
  if (outbox.transactionMessages !== 0 || durable.outbox.size > 0) {
    fail("I6", `${outbox.transactionMessages} messages wait, the store holds ${durable.outbox.size}`);
  }
  // A record that the medium has damaged is in nobody's way: no list has it.
  const left = world.store().snapshot().records.filter(({ key, bytes }) =>
    owing.includes(String(key[0])) && open(key, bytes).kind === "record"
  );
  // Of what a damaged medium has lost nobody knows what to clear.
  if (left.length > 0 && durable.bills.every(({ excuse }) => excuse === null)) {
    fail("I6", `the store still holds ${left.map(({ key }) => key.join("/")).join(", ")}`);
  }
  const mail = waiting(world.system().tree());
  if (mail > 0) fail("I6", `${mail} messages wait in mailboxes`);
  const timers = world.clock.pending();
  if (timers > timersMax + timersMaxEach * world.connectors) fail("I6", `${timers} timers are pending`);
  const unanswered = world.centralSystem.unanswered();
  if (unanswered.length > 0) fail("I7", `${unanswered.length} CALLs were never answered: ${unanswered[0]}`);
}

function waiting(node: TreeNode): number {
  if (node.kind === "actor") return node.mailboxDepth;
  return node.children.reduce((sum, child) => sum + waiting(child), 0);
}

/** I10, its end: the status that was reported last is the true one. */
export function truth(world: World, fail: Fail): void {
  for (let connectorId = 0; connectorId <= world.connectors; connectorId++) {
    const status = statusOf(world, connectorId);
    const reported = world.centralSystem.statuses.get(connectorId);
    if (reported !== status) {
      fail("I10", `connector ${connectorId} is ${status} and was last reported ${reported}`);
    }
  }
}
