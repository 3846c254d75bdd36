/**
 * What a damaged medium excuses: which bills may be short of what, by the records that a boot can read no more.
 *
 * Law: a record excuses what hangs on it, and nothing else.
 */
import type { Key } from "../../storage/store.ts";
import { type Bill, type Message, messageText } from "./bill.ts";

/** As the account was before the boot, and what it finds damaged. */
interface Before {
  readonly damaged: readonly Key[];
  readonly open: ReadonlyMap<number, Bill>;
  /** Of the messages that were ever asked for, by their sequence, which they keep: what a commit that failed has kept as well. */
  readonly tried: ReadonlyMap<number, Message>;
  readonly byLocalId: ReadonlyMap<number, Bill>;
}

/** Of a damaged record the charger knows no more: what hangs on it may be lost, and nothing else. A resend can be asked for again. */
export function noteDamage(before: Before, key: Key): void {
  const { damaged, open, tried, byLocalId } = before;
  const [kind, name, sequence] = key;
  const why = `${key.join("/")} was damaged`;
  switch (kind) {
    case "transaction": {
      const bill = open.get(Number(name));
      if (bill === undefined) return;
      // Its last sign of life tells the rest: all but who or what had ended it is billed as ever (decision D-damaged).
      bill.isReasonLost = true;
      return damaged.some((other) => other[0] === "checkpoint" && other[1] === name)
        ? excuse(bill, why)
        : undefined;
    }
    case "checkpoint":
      return excuse(open.get(Number(name)), why);
    case "outbox": {
      const message = tried.get(Number(name));
      return message === undefined ? undefined : lost(byLocalId.get(message.localId), message, why);
    }
    case "archive":
      return lost(byLocalId.get(Number(name)), tried.get(Number(sequence)), why);
    case "answer": {
      const bill = byLocalId.get(Number(name));
      if (bill !== undefined) bill.isAnswerLost = true;
      return excuse(bill, why);
    }
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
