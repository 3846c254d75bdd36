/**
 * A bill that was cut short: the central system believes that the transaction goes on, and its StopTransaction is damaged. It is
 * shown, and a person's to settle (decision D-damaged).
 */
import { assert, assertEquals } from "@std/assert";
import { exportParked, listParked } from "../../console/parked_transactions.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import type { TransactionRecord } from "../../storage/records.ts";
import { transactionKey } from "../../storage/record_keys.ts";
import type { Key, Store } from "../../storage/store.ts";
import type { CalmHouse } from "./calm_house.ts";
import { begun, bootedHouse, charging, stored, storeOf, swiped } from "./calm_house.ts";
import { asked, parkedIn } from "./parked_by_hand.ts";
import { rebooted } from "./power_cycle.ts";

const failure = { kind: "error", errorCode: "InternalError" } as const;
const once = { settings: { TransactionMessageAttempts: "1", MeterValueSampleInterval: "10" } };
const sampled = { settings: { ...once.settings, StopTxnSampledData: "Energy.Active.Import.Register" } };
const minuteMs = 60_000;

async function keyOfStop(house: CalmHouse, place: "outbox" | "archive"): Promise<Key> {
  const entry = (await storeOf(house).list([place])).find(({ value }) =>
    (value as { message: { action: string } }).message.action === "StopTransaction"
  );
  assert(entry !== undefined);
  return entry.key;
}

async function isSettledByHand(house: CalmHouse): Promise<void> {
  const { total, transactions: [shown] } = await parkedIn(house);
  assertEquals([total, shown?.state, shown?.transactionId, shown?.idTag], [1, "cutShort", 1, "ALICE"]);
  const localId = shown?.localId ?? 0;
  assertEquals((await exportParked(storeOf(house), localId))?.meterStopWh, null);
  assertEquals([await asked(house, localId, "resend"), await asked(house, localId, "discard")], [
    "nothingLeft",
    "done",
  ]);
  const left = [];
  for (const kind of ["answer", "sample", "parked", "archive", "purge"]) {
    left.push(...await stored(house, kind));
  }
  assertEquals([left, (await parkedIn(house)).total, house.crashes()], [[], 0, []]);
}

/** Over, offline, and the StopTransaction that waits is damaged. */
async function damagedStop(): Promise<CalmHouse> {
  const house = await bootedHouse(sampled);
  await charging(house);
  await house.advance(minuteMs);
  house.network.setLink("down");
  await house.advance(0);
  await swiped(house, "ALICE");
  await house.advance(minuteMs);
  house.store().corrupt(await keyOfStop(house, "outbox"));
  return house;
}

Deno.test("D-damaged: a transaction whose StopTransaction is damaged in the queue is shown, and settled by hand", async () => {
  const house = await damagedStop();
  house.network.setLink("up");
  await house.advance(10 * minuteMs);
  assertEquals(house.sent("StopTransaction"), []);
  await isSettledByHand(house);
});

Deno.test("D-damaged: and after a power cut as well", async () => {
  const house = await damagedStop();
  await rebooted(house, 0);
  house.network.setLink("up");
  await house.advance(10 * minuteMs);
  await isSettledByHand(house);
});

Deno.test("D-damaged: what goes on, or waits, is not cut short", async () => {
  const house = await bootedHouse(once);
  await charging(house);
  const [open] = await stored(house, "transaction") as readonly TransactionRecord[];
  assertEquals((await parkedIn(house)).total, 0);
  assertEquals(await asked(house, open?.localId ?? 0, "discard"), "unknown");
  house.network.setLink("down");
  await house.advance(0);
  await swiped(house, "ALICE");
  assertEquals((await parkedIn(house)).total, 0);
  house.network.setLink("up");
  await house.advance(10 * minuteMs);
  assertEquals([(await parkedIn(house)).total, await stored(house, "answer")], [0, []]);
});

Deno.test("D-damaged: what goes on is not cut short either while its record is damaged, and cannot be discarded", async () => {
  const house = await bootedHouse(once);
  await charging(house);
  const [open] = await stored(house, "transaction") as readonly TransactionRecord[];
  house.store().corrupt(transactionKey(1));
  assertEquals((await parkedIn(house)).total, 0);
  assertEquals(await asked(house, open?.localId ?? 0, "discard"), "unknown");
  await swiped(house, "ALICE");
  await house.advance(minuteMs);
  assertEquals([house.centralSystem.open(), await stored(house, "answer")], [[], []]);
});

Deno.test("D-damaged: what is answered while somebody looks is not cut short", async () => {
  const { store } = createMemoryStore();
  const message = { action: "StopTransaction", localId: 5, payload: {} };
  const ended = [["answer", 5], ["outbox", 6]] as const;
  await store.commit({
    sets: [{ key: ended[0], value: { accepted: true, transactionId: 1 } }, {
      key: ended[1],
      value: { message, failures: 0 },
    }],
  });
  const looking: Store = {
    ...store,
    list: async (prefix, options) => {
      if (prefix[0] === "outbox") await store.commit({ deletes: ended });
      return await store.list(prefix, options);
    },
  };
  assertEquals((await listParked(looking)).total, 0);
});

Deno.test("D-damaged: a parked StopTransaction that is damaged leaves its transaction to be seen", async () => {
  const house = await bootedHouse(once);
  house.centralSystem.script("StopTransaction", failure);
  await begun(house);
  await swiped(house, "ALICE");
  await house.advance(minuteMs);
  house.store().corrupt(await keyOfStop(house, "archive"));
  await isSettledByHand(house);
});

Deno.test("D-damaged: sent again without its StopTransaction, which is damaged, a transaction is shown as cut short", async () => {
  const house = await bootedHouse(once);
  house.centralSystem.script("StartTransaction", failure);
  await begun(house);
  await house.advance(minuteMs);
  await swiped(house, "ALICE");
  await house.advance(minuteMs);
  const key = await keyOfStop(house, "archive");
  house.store().corrupt(key);
  assertEquals(await asked(house, Number(key[1]), "resend"), "done");
  assertEquals([house.centralSystem.open().length, await stored(house, "archive")], [1, []]);
  await isSettledByHand(house);
});

Deno.test("D-parked: a StopTransaction that was refused, and is sent again, leaves nothing behind", async () => {
  const house = await bootedHouse(sampled);
  house.centralSystem.script("StopTransaction", failure);
  await begun(house);
  await house.advance(minuteMs);
  await swiped(house, "ALICE");
  await house.advance(minuteMs);
  const [parked] = (await parkedIn(house)).transactions;
  assertEquals(parked?.state, "parked");
  const localId = parked?.localId ?? 0;
  const stop = (await exportParked(storeOf(house), localId))?.messages.at(-1)?.payload;
  const data = stop?.["transactionData"] as readonly unknown[];
  assertEquals(data, await stored(house, "sample"));
  assertEquals(data.length, 8);
  assertEquals(await asked(house, localId, "resend"), "done");
  const left = [];
  for (const kind of ["answer", "sample", "parked", "archive"]) left.push(...await stored(house, kind));
  assertEquals([left, house.centralSystem.open()], [[], []]);
});
