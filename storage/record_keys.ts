/**
 * Where each record of the store stands, and who writes it.
 *
 * Law: every key has one writer.
 *
 * | Key | Writer | What |
 * |---|---|---|
 * | `["boot"]` | main | how many times this charger has booted |
 * | `["configuration", name]` | configuration | a value, as text |
 * | `["registration"]` | station | registration of this boot |
 * | `["transaction", connectorId]` | connector; main at the boot of a station that has not that connector | the transaction that is open there |
 * | `["checkpoint", connectorId]` | as above | that transaction's last sign of life: there as long as it is open |
 * | `["outbox", sequence]` | connector adds (main as above), outbox removes | a transaction message that is not answered yet |
 * | `["answer", localId]` | outbox | what StartTransaction was answered, until StopTransaction is done with |
 * | `["sample", localId, sequence]` | connector adds, outbox removes | a meter value for StopTransaction's transactionData, at most 1,001 of them |
 * | `["purge", localId]` | outbox | there until the samples of a transaction that is over, or all that is left of it, are gone |
 * | `["parked", localId]` | outbox | a transaction of which something was refused for good |
 * | `["archive", localId, sequence]` | outbox | a message of such a transaction, refused or sent without its transactionId |
 * | `["unreadable", localId, sequence]` | outbox | a record of the queue that could not be read, as it was found (`unreadable.ts`) |
 * | `["resend", localId]` | outbox | there while such a transaction is being sent again |
 * | `["cache", idTag]` | authorizer | what the central system last said of an idTag, which is folded |
 * | `["localList"]` | local_list | version, generation and size of the local authorization list |
 * | `["listed", generation, idTag]` | local_list | what the list says of an idTag, which is folded |
 * | `["listPurge", generation]` | local_list | there until the entries of a list that was replaced are gone |
 * | `["reservation", reservationId]` | reservations; the connector that uses it removes it, with StartTransaction | a reservation |
 * | `["profile", chargingProfileId]` | profile_scheduler | a charging profile that is installed |
 * | `["offeredProfile", connectorId]` | profile_scheduler | that of a RemoteStartTransaction, until its transaction begins |
 * | `["availability", connectorId]` | connector, station for 0 and then all | there while ChangeAvailability has it Inoperative |
 * | `["restart"]` | station | a Reset that was accepted in this boot |
 * | `["clock", connectorId]` | connector, main as above; station for 0 | a civil time at which this was written; the last one written counts (decision D-lost-clock) |
 * | `["securityLog", number]` | security_log | an entry of the security log |
 * | `["securityLogEnd"]` | security_log, main at the first boot | where the log ends, and what of it has been delivered |
 * | `["upload"]` | diagnostics | the last upload of a log, and ends of those before it, until they have been told |
 */
import type { Key } from "./store.ts";

export const keys = {
  boot: ["boot"],
  configuration: ["configuration"],
  registration: ["registration"],
  transactions: ["transaction"],
  checkpoints: ["checkpoint"],
  outbox: ["outbox"],
  answers: ["answer"],
  samples: ["sample"],
  purges: ["purge"],
  parked: ["parked"],
  archive: ["archive"],
  unreadable: ["unreadable"],
  resends: ["resend"],
  cache: ["cache"],
  localList: ["localList"],
  listed: ["listed"],
  listPurges: ["listPurge"],
  reservations: ["reservation"],
  profiles: ["profile"],
  offeredProfiles: ["offeredProfile"],
  restart: ["restart"],
  clocks: ["clock"],
  securityLog: ["securityLog"],
  securityLogEnd: ["securityLogEnd"],
  upload: ["upload"],
} as const satisfies Record<string, Key>;

export function configurationKey(name: string): Key {
  return [...keys.configuration, name];
}
export function transactionKey(connectorId: number): Key {
  return [...keys.transactions, connectorId];
}
export function checkpointKey(connectorId: number): Key {
  return [...keys.checkpoints, connectorId];
}
export function clockKey(connectorId: number): Key {
  return [...keys.clocks, connectorId];
}
export function outboxKey(sequence: number): Key {
  return [...keys.outbox, sequence];
}
export function answerKey(localId: number): Key {
  return [...keys.answers, localId];
}
export function samplesKey(localId: number): Key {
  return [...keys.samples, localId];
}
export function purgeKey(localId: number): Key {
  return [...keys.purges, localId];
}
export function cacheKey(foldedIdTag: string): Key {
  return [...keys.cache, foldedIdTag];
}
export function listedKey(generation: number, foldedIdTag: string): Key {
  return [...keys.listed, generation, foldedIdTag];
}
export function listPurgeKey(generation: number): Key {
  return [...keys.listPurges, generation];
}
export function reservationKey(reservationId: number): Key {
  return [...keys.reservations, reservationId];
}
export function profileKey(chargingProfileId: number): Key {
  return [...keys.profiles, chargingProfileId];
}
export function offeredProfileKey(connectorId: number): Key {
  return [...keys.offeredProfiles, connectorId];
}
export function availabilityKey(connectorId: number): Key {
  return ["availability", connectorId];
}
export function parkedKey(localId: number): Key {
  return [...keys.parked, localId];
}
export function archiveKey(localId: number): Key {
  return [...keys.archive, localId];
}
export function resendKey(localId: number): Key {
  return [...keys.resends, localId];
}

export function securityLogKey(number: number): Key {
  return [...keys.securityLog, number];
}
