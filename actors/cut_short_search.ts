/**
 * The search for bills that were cut short: the central system believes that the transaction goes on, and no message is left to end it
 * (decision D-damaged).
 *
 * Law: a page of the queue a turn, and none where nothing is in doubt. What is over stays over: what is found was cut short, whatever
 * came and went between two pages.
 */
import { keys } from "../storage/record_keys.ts";
import type { Key, Store } from "../storage/store.ts";
import { glimpsed } from "../storage/unreadable.ts";
import { answeredLocalIds, isAnswered, runningLocalIds } from "./local_ids.ts";
import { pageMax } from "./store_pages.ts";

export class CutShortSearch {
  readonly #store: Store;
  readonly #isKnown: (localId: number) => boolean;
  /** Answered, and over: no message of them has been seen yet. Null before it has begun. */
  #doubted: Set<number> | null = null;
  #after: Key | null = null;

  /** Those that `isKnown` are not looked for. */
  constructor(store: Store, isKnown: (localId: number) => boolean) {
    this.#store = store;
    this.#isKnown = isKnown;
  }

  /** The localIds that were found, or that there is more to look at. */
  async goOn(): Promise<readonly number[] | "more"> {
    this.#doubted ??= await this.#overAndAnswered();
    if (this.#doubted.size === 0) return [];
    const after = this.#after === null ? {} : { after: this.#after };
    const page = await this.#store.list(keys.outbox, { limit: pageMax, ...after });
    for (const { value } of page) this.#doubted.delete(glimpsed(value)?.localId ?? 0);
    this.#after = page.at(-1)?.key ?? null;
    if (page.length === pageMax) return "more";
    const found: number[] = [];
    // Its StopTransaction may have gone meanwhile.
    for (const localId of this.#doubted) if (await isAnswered(this.#store, localId)) found.push(localId);
    return found;
  }

  async #overAndAnswered(): Promise<Set<number>> {
    const answered = await answeredLocalIds(this.#store);
    const unknown = new Set(answered.filter((localId) => !this.#isKnown(localId)));
    if (unknown.size === 0) return unknown;
    for (const localId of await runningLocalIds(this.#store)) unknown.delete(localId);
    return unknown;
  }
}
