/**
 * What a damaged medium excuses: which bills may be short of what, by the records that a boot can read no more.
 *
 * Law: a record excuses what hangs on it, and nothing else.
 */
import type { Key } from "../../storage/store.ts";
import { type Bill, type Message, messageText } from "./bill.ts";

/** As the account was before the boot. */
interface Before {
  readonly open: ReadonlyMap<number, Bill>;
  readonly outbox: ReadonlyMap<number, Message>;
  readonly byLocalId: ReadonlyMap<number, Bill>;
}

/** Of a damaged record the charger knows no more: what hangs on it may be lost, and nothing else. A resend can be asked for again. */
export function noteDamage({ open, outbox, byLocalId }: Before, key: Key): void {
  const [kind, name, sequence] = key;
  const why = `${key.join("/")} was damaged`;
  switch (kind) {
    case "transaction":
    case "checkpoint": {
      const bill = open.get(Number(name));
      if (bill !== undefined) bill.isBeyondAccount = true;
      return excuse(bill, why);
    }
    case "outbox": {
      const message = outbox.get(Number(name));
      return message === undefined ? undefined : lost(byLocalId.get(message.localId), message, why);
    }
    case "archive": {
      const bill = byLocalId.get(Number(name));
      return lost(bill, bill?.archive.get(Number(sequence)), why);
    }
    case "answer":
    case "parked":
      return excuse(byLocalId.get(Number(name)), why);
  }
}

function lost(bill: Bill | undefined, message: Message | undefined, why: string): void {
  if (message !== undefined) bill?.damaged.add(messageText(message));
  excuse(bill, why);
}

export function noteEmptied(bills: Iterable<Bill>): void {
  for (const bill of bills) {
    excuse(bill, "the store was emptied");
    bill.isBeyondAccount = true;
  }
}

function excuse(bill: Bill | undefined, why: string): void {
  if (bill !== undefined) bill.excuse ??= why;
}
