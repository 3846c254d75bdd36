/**
 * What the store has promised to keep, noted down outside of it: the charger's own account of its transactions.
 *
 * Law: this is the oracle of "nothing is lost". It sees commits and their outcomes only, and after a power cut what the medium
 * has kept; what stands here must reach the central system, once, and nothing else may.
 */
import type { StartTransactionRequest } from "../../protocol/messages/core.ts";
import type { MeterValue } from "../../protocol/messages/types.ts";
import { begun, type Bill, type Message } from "./bill.ts";
import { noteDamage, noteEmptied, noteLostStarts } from "./damage.ts";
import { noteSampleReplaced, noteThinned, noteThinnedUntold } from "./thinned.ts";
import type {
  AnswerRecord,
  OutboxRecord,
  PurgeRecord,
  RegistrationRecord,
  ResendRecord,
  ReservationRecord,
} from "../../storage/records.ts";
import type { MemorySnapshot } from "../../storage/drivers/memory_store.ts";
import type { Batch, Key, Store, Value } from "../../storage/store.ts";
import { recordsOf } from "./medium_records.ts";

export interface DurableLedger {
  /** Asked for, by their sequence: durable or not, as a power cut may have decided. */
  readonly tried: ReadonlyMap<number, Message>;
  readonly bills: readonly Bill[];
  /** The open transaction of each connector, by its record. */
  readonly open: ReadonlyMap<number, Bill>;
  /** The messages that wait, oldest first, by their sequence. */
  readonly outbox: ReadonlyMap<number, Message>;
  /** Transactions that are being sent again, in the order of asking: up to which message of their archive it is done. */
  readonly resends: ReadonlyMap<number, number>;
  readonly reservations: ReadonlyMap<number, ReservationRecord>;
  readonly configuration: ReadonlyMap<string, string>;
  readonly registration: () => RegistrationRecord | null;
  /** The present boot's number, as the store counts. */
  readonly boot: () => number;
  /** Connectors, 0 included, that ChangeAvailability has Inoperative. */
  readonly inoperative: ReadonlySet<number>;
  readonly billOf: (localId: number) => Bill | undefined;
}

export interface LedgerKeeper extends DurableLedger {
  /** The same store; what it commits is noted. */
  readonly watch: (store: Store) => Store;
  /** What a boot finds in place of what was there: commits under way may have been kept, records damaged, all of it lost. */
  readonly refound: (snapshot: MemorySnapshot) => void;
}

export interface LedgerWatch {
  readonly nowMs: () => number;
  readonly registerWh: (connectorId: number) => number;
  /** Messages that wait, or are set aside, before they are thinned. */
  readonly messagesMax: number;
  /** When its meter lied last. */
  readonly liedMs: (connectorId: number) => number;
  /** A commit is asked for. */
  readonly asked: (batch: Batch) => void;
  /** A batch is durable, and has been noted. */
  readonly committed: (batch: Batch) => void;
}

/** From the reading that begins a transaction to its commit, at the slowest. */
const startReadingMs = 30_000;

interface Account {
  readonly tried: Map<number, Message>;
  /** When each was asked for first: a power cut may keep what nobody heard of, and the reading in it is of then. */
  readonly triedMs: Map<number, number>;
  readonly bills: Bill[];
  readonly open: Map<number, Bill>;
  readonly outbox: Map<number, Message>;
  readonly resends: Map<number, number>;
  readonly reservations: Map<number, ReservationRecord>;
  readonly configuration: Map<string, string>;
  readonly inoperative: Set<number>;
  /** Of this store: after an emptied one the numbers begin again. */
  readonly byLocalId: Map<number, Bill>;
  /** Commits of which nobody was told whether they are there. */
  readonly untold: Set<Batch>;
  registration: RegistrationRecord | null;
  boot: number;
}

export function createDurableLedger(watch: LedgerWatch): LedgerKeeper {
  const account: Account = {
    tried: new Map(),
    triedMs: new Map(),
    bills: [],
    open: new Map(),
    outbox: new Map(),
    resends: new Map(),
    reservations: new Map(),
    configuration: new Map(),
    inoperative: new Set(),
    byLocalId: new Map(),
    untold: new Set(),
    registration: null,
    boot: 0,
  };
  return {
    ...account,
    registration: () => account.registration,
    boot: () => account.boot,
    billOf: (localId) => account.byLocalId.get(localId),
    watch: (store) => ({
      ...store,
      commit: async (batch) => {
        for (const { key, value } of batch.sets ?? []) {
          if (key[0] !== "outbox") continue;
          const sequence = Number(key[1]);
          account.tried.set(sequence, (value as OutboxRecord).message);
          if (!account.triedMs.has(sequence)) account.triedMs.set(sequence, watch.nowMs());
        }
        account.untold.add(batch);
        const under = store.commit(batch);
        watch.asked(batch);
        const outcome = await under;
        account.untold.delete(batch);
        if (outcome.kind === "committed") {
          note(account, batch, watch);
          watch.committed(batch);
        }
        return outcome;
      },
    }),
    refound: (snapshot) => refound(account, snapshot, watch),
  };
}

function note(account: Account, batch: Batch, watch: LedgerWatch): void {
  noteThinned(account, batch, watch.messagesMax);
  noteSampleReplaced(account.byLocalId, batch);
  for (const { key, value } of inOrder(batch.sets ?? [])) noteSet(account, key, value, watch);
  for (const key of batch.deletes ?? []) noteDelete(account, key);
}

/** A bill is made of its StartTransaction, and only then has it an open record. */
function inOrder(sets: readonly { readonly key: Key; readonly value: Value }[]) {
  return sets.length < 2 ? sets : [
    ...sets.filter(({ key }) => key[0] === "outbox"),
    ...sets.filter(({ key }) => key[0] !== "outbox"),
  ];
}

function noteSet(account: Account, key: Key, value: Value, watch: LedgerWatch): void {
  const [kind, name] = key;
  switch (kind) {
    case "outbox":
      return noteMessage(account, Number(name), (value as OutboxRecord).message, watch);
    case "archive": {
      const bill = account.byLocalId.get(Number(name));
      bill?.archive.set(Number(key[2]), (value as OutboxRecord).message);
      if (bill !== undefined) bill.wasSetAside = true;
      return;
    }
    case "sample": {
      const bill = account.byLocalId.get(Number(name));
      bill?.samples.set(Number(key[2]), value as MeterValue);
      // The last of them that could be read tells the number of the next.
      bill?.damagedSamples.delete(Number(key[2]));
      return;
    }
    case "purge": {
      const bill = account.byLocalId.get(Number(name));
      if (bill !== undefined && value as PurgeRecord === "transaction") bill.isDiscarded = true;
      return;
    }
    case "resend":
      return void account.resends.set(Number(name), (value as ResendRecord).after);
    case "reservation":
      return void account.reservations.set(Number(name), value as ReservationRecord);
    case "transaction": {
      const bill = account.byLocalId.get((value as { readonly localId: number }).localId);
      if (bill !== undefined) account.open.set(Number(name), bill);
      return;
    }
    case "answer": {
      const bill = account.byLocalId.get(Number(name));
      if (bill !== undefined && !(value as AnswerRecord).accepted) bill.refusedMs ??= watch.nowMs();
      return;
    }
    case "configuration":
      return void account.configuration.set(String(name), value as string);
    case "registration":
      account.registration = value as RegistrationRecord;
      return;
    case "boot":
      account.boot = (value as { readonly count: number }).count;
      return;
    case "availability":
      return void account.inoperative.add(Number(name));
  }
}

function noteMessage(account: Account, sequence: number, message: Message, watch: LedgerWatch): void {
  const known = account.outbox.has(sequence);
  account.outbox.set(sequence, message);
  if (known) return;
  const { localId } = message;
  const bill = account.byLocalId.get(localId);
  switch (message.action) {
    case "StartTransaction":
      return bill === undefined
        ? begin(account, { sequence, localId }, message.payload, watch)
        : foundAgain(account.outbox, bill);
    case "MeterValues":
      bill?.meterValues.set(sequence, message.payload);
      if (message.payload.meterValue[0]?.sampledValue[0]?.context === "Sample.Periodic") {
        bill?.samplesMs.splice(0, Math.max(0, bill.samplesMs.length - 2));
        bill?.samplesMs.push(watch.nowMs());
      }
      return;
    case "StopTransaction":
      if (bill === undefined || bill.stop !== null) return;
      bill.stop = message.payload;
      bill.stoppedWh = watch.registerWh(bill.connectorId);
      bill.isMisread = watch.liedMs(bill.connectorId) > bill.startedMs - startReadingMs;
  }
}

/** What was damaged stands in its place again, which is not behind the others. */
function foundAgain(outbox: Map<number, Message>, bill: Bill): void {
  bill.isStartDamaged = false;
  const inOrder = [...outbox].sort(([one], [other]) => one - other);
  outbox.clear();
  for (const [sequence, message] of inOrder) outbox.set(sequence, message);
}

function begin(
  account: Account,
  { sequence, localId }: { readonly sequence: number; readonly localId: number },
  start: StartTransactionRequest,
  { registerWh, nowMs }: LedgerWatch,
): void {
  const bill = begun(localId, start, {
    startedWh: registerWh(start.connectorId),
    startedMs: account.triedMs.get(sequence) ?? nowMs(),
  });
  account.bills.push(bill);
  account.byLocalId.set(localId, bill);
}

function noteDelete(account: Account, [kind, name, sequence]: Key): void {
  switch (kind) {
    case "outbox":
      return void account.outbox.delete(Number(name));
    case "archive":
      return void account.byLocalId.get(Number(name))?.archive.delete(Number(sequence));
    case "resend":
      return void account.resends.delete(Number(name));
    case "reservation":
      return void account.reservations.delete(Number(name));
    case "transaction":
      return void account.open.delete(Number(name));
    case "configuration":
      return void account.configuration.delete(String(name));
    case "availability":
      return void account.inoperative.delete(Number(name));
    case "registration":
      account.registration = null;
  }
}

function refound(account: Account, snapshot: MemorySnapshot, watch: LedgerWatch): void {
  const { whole: sets, damaged } = recordsOf(snapshot);
  noteKeptAndDamaged(account, damaged, watch);
  noteThinnedUntold(account, snapshot, watch.messagesMax);
  account.untold.clear();
  const isEmptied = snapshot.records.length === 0;
  if (isEmptied) noteEmptied(account.byLocalId.values());
  for (const key of damaged) {
    if (key[0] === "sample") account.byLocalId.get(Number(key[1]))?.damagedSamples.add(Number(key[2]));
    else noteDamage({ ...account, damaged }, key);
  }
  noteLostStarts(account.byLocalId.values());
  account.open.clear();
  account.outbox.clear();
  account.resends.clear();
  account.reservations.clear();
  for (const bill of account.byLocalId.values()) bill.archive.clear();
  account.configuration.clear();
  account.inoperative.clear();
  account.registration = null;
  if (isEmptied) {
    account.byLocalId.clear();
    account.triedMs.clear();
  }
  note(account, { sets }, watch);
  // What was found is no new sample.
  for (const bill of account.byLocalId.values()) bill.samplesMs.length = 0;
}

/** A commit that had failed is there after all, and its message is damaged: nobody has seen it whole, and a number is used once. */
function noteKeptAndDamaged(account: Account, damaged: readonly Key[], watch: LedgerWatch): void {
  for (const [kind, name] of damaged) {
    const message = kind === "outbox" ? account.tried.get(Number(name)) : undefined;
    if (message !== undefined) noteMessage(account, Number(name), message, watch);
  }
}
