/**
 * Watches each transaction as it becomes durable: begun once, sampled as configured, ended once, billed for what was
 * delivered, and set aside for what was refused (invariants I2, I3, I4, I5 and I20).
 *
 * Law: what was delivered is told by the simulated hardware, to the Wh, whatever the meters say; but of meters that count in steps the
 * whole ones.
 */
import type { ArchiveRecord, OutboxRecord } from "../../storage/records.ts";
import type { Batch } from "../../storage/store.ts";
import { type Bill, isBeginning } from "./bill.ts";
import type { Fail } from "./invariants.ts";
import { watchMeters } from "./meter_watch.ts";
import type { World } from "./world.ts";

/** Both ends are rounded down. */
const roundingWh = 1.001;
const slackMs = 5_000;

export function watchBills(world: World, fail: Fail): void {
  const { durable } = world;

  function committed(batch: Batch): void {
    for (const { key, value } of batch.sets ?? []) {
      if (key[0] === "archive") setAside(value as ArchiveRecord);
      if (key[0] !== "outbox") continue;
      const { message, failures } = value as OutboxRecord;
      const bill = durable.billOf(message.localId);
      if (bill === undefined || failures > 0) continue;
      switch (message.action) {
        case "StartTransaction":
          if (!isBeginning(batch)) {
            world.reached.add("damaged start made again");
            break;
          }
          if (!world.centralSystem.connected()) world.reached.add("offline start");
          begun(bill);
          break;
        case "MeterValues":
          sampled(bill);
          break;
        case "StopTransaction":
          world.reached.add(`stop by ${message.payload.reason}`);
          if (!world.centralSystem.connected()) world.reached.add("offline stop");
          ended(bill);
      }
    }
  }

  /** A lost link is nobody's refusal (decision D-offline-attempts). */
  function setAside({ message, why, failures }: ArchiveRecord): void {
    world.reached.add(`parked ${message.action}`);
    const concluded = world.concluded(message);
    if (why === "refused" && failures > concluded) {
      const { action, localId } = message;
      fail(
        "I2",
        `${action} of ${localId} was parked after ${failures} failures, of ${concluded} that were seen`,
      );
    }
  }

  function begun(bill: Bill): void {
    const before = durable.bills.findLast((other) =>
      other !== bill && other.connectorId === bill.connectorId
    );
    if (before !== undefined && before.stop === null && before.excuse === null) {
      fail("I4", `transaction ${bill.localId} began before ${before.localId} of the same connector ended`);
    }
  }

  /** I20: within an interval at most one more than its own. */
  function sampled({ localId, samplesMs }: Bill): void {
    const [first, , third] = samplesMs;
    if (first === undefined || third === undefined) return;
    const intervalS = Number(durable.configuration.get("MeterValueSampleInterval") ?? 60);
    if (third - first < intervalS * 1_000 - slackMs && !hasChanged(first)) {
      fail("I20", `transaction ${localId} was sampled three times in ${third - first} ms`);
    }
  }

  let changedMs = -Infinity;
  function hasChanged(sinceMs: number): boolean {
    return changedMs >= sinceMs - slackMs;
  }

  world.onCommitted((batch) => {
    if (batch.sets?.some(({ key }) => key[0] === "configuration") === true) {
      changedMs = world.clock.monotonicMs();
    }
    committed(batch);
  });

  const meters = watchMeters(world);
  /** Of which a register was not believed. */
  const disbelieved = new WeakSet<Bill>();
  world.onTrace((event) => {
    if (event.kind !== "effect" || event.effect !== "MeterFailed") return;
    world.reached.add("meter gave no answer");
    const { localId } = event.detail as { readonly localId?: number };
    const bill = localId === undefined ? undefined : durable.billOf(localId);
    if (bill !== undefined) disbelieved.add(bill);
  });

  /** I5. */
  function ended(bill: Bill): void {
    const { stop, stoppedWh } = bill;
    const waited = meters.waitPoint(bill.connectorId, bill.startedMs);
    if (waited !== null) world.reached.add(waited);
    if (stop === null || stoppedWh === null || bill.isMisread || bill.excuse !== null) return;
    // Who has lied in it was looked for before.
    if (disbelieved.has(bill)) {
      fail("I5", `transaction ${bill.localId}: a register that told what had flowed was not believed`);
    }
    const deliveredWh = stoppedWh - bill.startedWh;
    const billedWh = stop.meterStop - bill.start.meterStart;
    const missingWh = deliveredWh - billedWh;
    if (Math.abs(missingWh) <= roundingWh) return;
    // A meter that stays silent: the last reading stands in, and what has flowed since is not billed (decision D-silent-meter).
    const { connectorId, startedMs } = bill;
    const isShort = missingWh > 0 && meters.unansweredMs(connectorId) > startedMs;
    const toldWh = meters.toldWh(connectorId) - bill.startedWh;
    if (!isShort || toldWh - billedWh > roundingWh) {
      fail("I5", `transaction ${bill.localId}: ${deliveredWh} Wh were delivered and ${billedWh} Wh billed`);
    } else if (!meters.hasWaited(connectorId, startedMs)) {
      fail(
        "I5",
        `transaction ${bill.localId}: ${missingWh} Wh are not billed, and the meter was not waited for`,
      );
    }
  }
}
