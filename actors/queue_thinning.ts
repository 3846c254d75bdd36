/**
 * Thins the transaction messages in the store once there are too many (README, Limits).
 *
 * Law: which go is decided by `protocol/thinning.ts`; a page is in memory at a time, and each page's losses are one commit.
 */
import type { Queued, Thinning } from "../protocol/thinning.ts";
import { thinPage } from "../protocol/thinning.ts";
import type { Entry, Key, Store } from "../storage/store.ts";
import { glimpsed } from "../storage/unreadable.ts";
import { pagesOf } from "./store_pages.ts";

/** Where a queue has little to thin, it is not walked again for every message that comes, but once it has grown by this share. */
const againAfter = 1 / 20;

export interface QueueLimits {
  readonly reached: (length: number) => boolean;
  readonly thinned: (length: number) => void;
}

export function queueLimits(messagesMax: number): QueueLimits {
  let limit = messagesMax;
  return {
    reached: (length) => length > limit,
    thinned: (length) => void (limit = Math.max(messagesMax, length + messagesMax * againAfter)),
  };
}

/** Returns how many have gone. */
export async function thinOut(store: Store, prefix: Key): Promise<number> {
  let thinning: Thinning<Key> = new Map();
  let count = 0;
  for await (const page of pagesOf(store, prefix)) {
    const { next, gone } = thinPage(thinning, page.map(queued).filter((one) => one !== null));
    thinning = next;
    if (gone.length === 0) continue;
    const outcome = await store.commit({ deletes: gone });
    if (outcome.kind !== "committed") return count;
    count += gone.length;
  }
  return count;
}

/** No more is read than what matters here. Null for a record that cannot be read: nobody knows what would go with it. */
function queued({ key, value }: Entry): Queued<Key> | null {
  const message = glimpsed(value);
  return message === null ? null : { key, ...message };
}
