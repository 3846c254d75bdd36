/**
 * What a dead charger's store holds of its transactions: the truth by which its next life is judged.
 *
 * Law: it looks at a copy, so that the next start finds the file and its log as the kill has left them.
 */
import { assertEquals } from "@std/assert";
import { createDenoKvRecords } from "../../storage/drivers/deno_kv_records.ts";
import type { Finding } from "../../storage/finding.ts";
import { keys } from "../../storage/record_keys.ts";
import { readRecord } from "../../storage/record_reading.ts";
import { OutboxRecord, TransactionRecord } from "../../storage/records.ts";

export interface DurableState {
  /** Transaction messages that are not answered yet, in their order. */
  readonly messages: readonly OutboxRecord["message"][];
  /** Transactions that were open. */
  readonly open: readonly TransactionRecord[];
  /** Transaction messages that were given up. */
  readonly parked: number;
}

export async function durableState(stateDirectory: string): Promise<DurableState> {
  const copy = await Deno.makeTempDir({ prefix: "chargerd_test_" });
  try {
    for (const name of ["store.kv", "store.kv-wal", "store.kv-journal"]) {
      await copyIfThere(stateDirectory, copy, name);
    }
    return await read(`${copy}/store.kv`);
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

/** A process that was killed early has made none of it yet. */
async function copyIfThere(from: string, to: string, name: string): Promise<void> {
  await Deno.copyFile(`${from}/${name}`, `${to}/${name}`).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

async function read(path: string): Promise<DurableState> {
  const findings: Finding[] = [];
  const kv = await Deno.openKv(path);
  try {
    const store = createDenoKvRecords(kv, {
      lastSequence: 0,
      report: (finding) => findings.push(finding),
      committed: () => {},
    });
    const messages = (await store.list(keys.outbox)).map((entry) => readRecord(OutboxRecord, entry).message);
    const open = (await store.list(keys.transactions)).map((entry) => readRecord(TransactionRecord, entry));
    const parked = (await store.list(keys.parked)).length;
    assertEquals(findings, []);
    return { messages, open, parked };
  } finally {
    kv.close();
  }
}
