/**
 * The end of all troubles: everything works again and everybody leaves; then hours in which all must come to rest.
 *
 * Law: what an operator and drivers would do, and no more: no store is touched, no actor is told anything.
 */
import { type Bill, isStartParked } from "./bill.ts";
import type { World } from "./world.ts";

const roundMs = 10 * 60_000;
const roundsMax = 40;

/** `quietMs`: how long it has to come to rest, when nobody is owed anything any more; by default for what takes an hour. */
export async function heal(world: World, quietMs = 2 * 3_600_000): Promise<void> {
  const { network, centralSystem, station } = world;
  const connectorIds = Array.from({ length: world.connectors }, (_, index) => index + 1);
  centralSystem.heal();
  world.dial.set(null);
  world.medium.heal();
  world.meter.heal();
  world.saboteur.heal();
  world.transfer.heal();
  world.contactors.heal();
  world.networkMs.max = Math.min(world.networkMs.max, 200);
  for (let round = 0; world.isDark() && round < roundsMax; round++) await world.advance(60_000);
  world.credentials().failWrites("lost", 0);
  network.setLink("up");
  station.verbs.power("on");
  for (const connectorId of [0, ...connectorIds]) {
    station.verbs.clearFault(connectorId);
    if (connectorId === 0) continue;
    station.verbs.lock(connectorId, { failure: false });
  }
  // Longer than the longest back-off of the link, and than a BootNotification that was put off.
  await world.advance(roundMs);
  centralSystem.call("TriggerMessage", { requestedMessage: "BootNotification" });
  // It has told a wrong time, and the next Heartbeat may be a day away: no certificate of today is valid before.
  if (world.reached.has("clock jumped")) {
    centralSystem.call("TriggerMessage", { requestedMessage: "Heartbeat" });
  }
  await world.advance(60_000);
  centralSystem.call("ChangeAvailability", { connectorId: 0, type: "Operative" });
  centralSystem.call("ChangeConfiguration", { key: "MeterValueSampleInterval", value: "60" });
  centralSystem.call("ChangeConfiguration", { key: "TransactionMessageRetryInterval", value: "1" });
  await drain(world);
  for (const connectorId of connectorIds) {
    centralSystem.call("UnlockConnector", { connectorId });
    await world.advance(10_000);
    station.verbs.unplug(connectorId);
  }
  await drain(world);
  await resend(world);
  await world.advance(quietMs);
}

/** What was set aside is sent again, as a person asks at the debug socket; what was refused in between, once more. */
async function resend(world: World): Promise<void> {
  const parked = () => world.durable.bills.filter(({ archive }) => archive.size > 0);
  for (let round = 0; round < roundsMax && parked().length > 0; round++) {
    for (const { localId } of parked()) {
      world.addresses().outbox.send({ kind: "ResendParked", localId, reply: () => {} });
    }
    await world.advance(roundMs);
  }
}

/** A backlog comes first; what was started offline is in the central system's ledger only after it. */
async function drain(world: World): Promise<void> {
  const { centralSystem, durable } = world;
  const isOwing = () => durable.open.size + durable.outbox.size > 0;
  for (let round = 0; round < roundsMax && isOwing(); round++) {
    // What is never answered must be set aside in these hours, and with many attempts it is not. Said once it may be lost with a link.
    const attempts = { key: "TransactionMessageAttempts", value: "2" };
    if (centralSystem.mutes()) centralSystem.call("ChangeConfiguration", attempts);
    for (const bill of durable.open.values()) {
      const transactionId = centralSystem.books.startedBy(bill.start)?.transactionId;
      // By an id that the charger was never told only its driver can end it, where to unplug is not enough.
      if (isStartParked(bill)) swipe(world, bill);
      else if (transactionId !== undefined) centralSystem.call("RemoteStopTransaction", { transactionId });
    }
    await world.advance(round === 0 ? 60_000 : roundMs);
  }
}

function swipe({ station }: World, { connectorId, start }: Bill): void {
  const reader = station.profile.reader === "connector" ? [connectorId] : [];
  station.verbs.swipe(start.idTag, ...reader);
}
