/**
 * The local authorization list in the store: a head with its version, and a record for each idTag of its generation.
 *
 * Law: one update is one commit, so that a power cut leaves all of the old list or all of the new one. A Full update begins a new
 * generation; the entries of the one before are out of sight from that commit on, and are cleared away behind it.
 */
import { foldedIdTag } from "../protocol/id_tag.ts";
import type { LocalListLimits } from "../protocol/local_list.ts";
import { judgeUpdate, withinLimit } from "../protocol/local_list.ts";
import type { SendLocalListRequest, SendLocalListResponse } from "../protocol/messages/local_auth_list.ts";
import { IdTagInfo } from "../protocol/messages/types.ts";
import type { TellDamaged } from "../storage/record_reading.ts";
import { keys, listedKey, listPurgeKey } from "../storage/record_keys.ts";
import { keptRecord } from "../storage/record_reading.ts";
import { LocalListRecord } from "../storage/records.ts";
import type { Batch, Store } from "../storage/store.ts";

export interface LocalListBook {
  /** As GetLocalListVersion tells it: 0 for an empty list. */
  readonly version: () => number;
  readonly entries: () => number;
  /** `why` is for the trace. */
  readonly update: (
    request: SendLocalListRequest,
    limits: LocalListLimits,
  ) => Promise<{ readonly status: SendLocalListResponse["status"]; readonly why?: string }>;
  /** Clears away some of what an earlier list has left; false when there is nothing left to clear. */
  readonly clear: () => Promise<boolean>;
}

/** As many as fit into one commit with the head and the mark (`storage/batch.ts`). */
const pageMax = 400;
const nothing: LocalListRecord = { version: 0, generation: 0, entries: 0 };

export async function openLocalListBook(store: Store, damaged: TellDamaged): Promise<LocalListBook> {
  let head = await keptRecord(store, keys.localList, LocalListRecord, damaged) ?? nothing;

  async function commit(batch: Batch, record: LocalListRecord) {
    const next = record.entries === 0 ? { ...record, version: 0 } : record;
    const outcome = await store.commit({
      ...batch,
      sets: [...(batch.sets ?? []), { key: keys.localList, value: next }],
    });
    if (outcome.kind !== "committed") return { status: "Failed", why: "storage refuses" } as const;
    head = next;
    return { status: "Accepted" } as const;
  }

  /** How many entries there will be; each idTag is looked up, since to add and to replace are not the same here. */
  async function countAfter(changes: ReadonlyMap<string, IdTagInfo | null>): Promise<number> {
    let count = head.entries;
    for (const [idTag, info] of changes) {
      const isThere = await store.get(listedKey(head.generation, idTag)) !== null;
      if (info === null && isThere) count -= 1;
      if (info !== null && !isThere) count += 1;
    }
    return count;
  }

  return {
    version: () => head.version,
    entries: () => head.entries,
    update: async (request, limits) => {
      const update = judgeUpdate(request, head.version, limits);
      const version = request.listVersion;
      switch (update.kind) {
        case "refused":
          return update;
        case "replace": {
          const generation = store.nextSequence();
          const sets = entrySets(generation, update.entries);
          const mark = { key: listPurgeKey(head.generation), value: true };
          return await commit({ sets: [...sets, mark] }, { version, generation, entries: sets.length });
        }
        case "change": {
          const entries = await countAfter(update.changes);
          const tooMany = withinLimit(entries, limits);
          if (tooMany !== null) return tooMany;
          const { generation } = head;
          const gone = [...update.changes].filter(([, info]) => info === null);
          return await commit({
            sets: entrySets(generation, update.changes),
            deletes: gone.map(([idTag]) => listedKey(generation, idTag)),
          }, { version, generation, entries });
        }
      }
    },
    clear: async () => {
      const [mark] = await store.list(keys.listPurges, { limit: 1 });
      if (mark === undefined) return false;
      const left = await store.list([...keys.listed, Number(mark.key.at(-1))], { limit: pageMax });
      // The mark goes last, so that a power cut in between leaves nothing behind for ever.
      const deletes = left.length < pageMax
        ? [...left.map(({ key }) => key), mark.key]
        : left.map(({ key }) => key);
      const outcome = await store.commit({ deletes });
      return outcome.kind === "committed";
    },
  };
}

/** What the list says of an idTag; null when that is nothing. A list that is replaced meanwhile is read again. */
export async function findListed(
  store: Store,
  idTag: string,
  damaged: TellDamaged,
): Promise<IdTagInfo | null> {
  for (;;) {
    const head = await keptRecord(store, keys.localList, LocalListRecord, damaged);
    if (head === null || head.entries === 0) return null;
    const key = listedKey(head.generation, foldedIdTag(idTag));
    const entry = await keptRecord(store, key, IdTagInfo, damaged);
    if (entry !== null) return entry;
    const now = await keptRecord(store, keys.localList, LocalListRecord, damaged);
    if (now?.generation === head.generation) return null;
  }
}

function entrySets(generation: number, changes: ReadonlyMap<string, IdTagInfo | null>) {
  return [...changes].flatMap(([idTag, info]) =>
    info === null ? [] : [{ key: listedKey(generation, idTag), value: info }]
  );
}
