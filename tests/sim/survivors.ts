/**
 * What a damaged record has left of a bill: each message of it has come to the central system, or is shown to whoever looks for it,
 * and so is a bill that has no end (invariant I2).
 *
 * Law: it is asked of the functions that answer `GET /parked`, on a copy of the store.
 */
import { exportParked, listParked } from "../../console/parked_transactions.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import type { Store } from "../../storage/store.ts";
import { type Bill, type Message, messageText } from "./bill.ts";
import { startText } from "./central_system_ledger.ts";
import type { Fail } from "./invariants.ts";
import type { World } from "./world.ts";

export async function survivors(world: World, fail: Fail): Promise<void> {
  const { store } = createMemoryStore({ from: world.store().snapshot() });
  const { total, transactions } = await listParked(store);
  const { parkedTransactions } = world.system().inspect("outbox") as { readonly parkedTransactions: number };
  if (parkedTransactions !== total) {
    fail("I2", `GET /parked lists ${total} transactions, and the status counts ${parkedTransactions}`);
  }
  const listed = new Set(transactions.map(({ localId }) => localId));
  for (const bill of world.durable.bills) {
    if (bill.excuse === null || bill.isBeyondAccount || bill.isDiscarded) continue;
    const shown = listed.has(bill.localId) ? await shownOf(store, bill.localId) : new Set();
    const came = cameOf(world, bill);
    const entry = world.centralSystem.books.startedBy(bill.start);
    if (entry?.stop === null && !listed.has(bill.localId) && !isMute(bill)) {
      fail("I2", `${bill.excuse}, and nobody is told that transaction ${startText(bill.start)} has no end`);
    }
    const missing = messagesOf(bill).map(messageText).find((text) =>
      !bill.damaged.has(text) && !came.has(text) && !shown.has(text)
    );
    if (missing === undefined) continue;
    fail("I2", `${bill.excuse}, and of transaction ${startText(bill.start)} ${missing} is lost with it`);
  }
}

/** Both what began it and what ended it were damaged: nothing on the charger knows of it any more. */
function isMute({ localId, start, stop, damaged, isAnswerLost }: Bill): boolean {
  const isDamaged = (message: Message) => damaged.has(messageText(message));
  const hasBeginning = !isAnswerLost && !isDamaged({ action: "StartTransaction", localId, payload: start });
  const hasEnd = stop !== null && !isDamaged({ action: "StopTransaction", localId, payload: stop });
  return !hasBeginning && !hasEnd;
}

function messagesOf({ localId, start, meterValues, thinned, stop }: Bill): readonly Message[] {
  const values = [...meterValues].filter(([sequence]) => !thinned.has(sequence)).map(([, payload]) =>
    payload
  );
  return [
    { action: "StartTransaction", localId, payload: start },
    ...values.map((payload): Message => ({ action: "MeterValues", localId, payload })),
    ...(stop === null ? [] : [{ action: "StopTransaction" as const, localId, payload: stop }]),
  ];
}

async function shownOf(store: Store, localId: number): Promise<ReadonlySet<string>> {
  const { messages = [] } = await exportParked(store, localId) ?? {};
  return new Set(
    messages.map(({ action, payload: { transactionData: _, ...payload } }) =>
      messageText({ action, payload })
    ),
  );
}

/** Under its own transactionId. */
function cameOf({ centralSystem }: World, { localId, start }: Bill): ReadonlySet<string> {
  const entry = centralSystem.books.startedBy(start);
  if (entry === undefined) return new Set();
  const { transactionId, stop } = entry;
  const came: Message[] = [{ action: "StartTransaction", localId, payload: start }];
  for (const { transactionId: _, ...payload } of centralSystem.books.meterValuesOf(transactionId)) {
    came.push({ action: "MeterValues", localId, payload });
  }
  if (stop !== null) {
    const { transactionId: _, transactionData: __, ...payload } = stop;
    came.push({ action: "StopTransaction", localId, payload });
  }
  return new Set(came.map(messageText));
}
