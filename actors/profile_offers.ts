/**
 * The profile in a RemoteStartTransaction, from the request until its transaction begins or nothing comes of it (OCPP 1.6 §5.11, §5.16;
 * decision D-remote-profile).
 *
 * Law: it holds at once and replaces nothing before its transaction begins; it never meets a transaction that another start has begun.
 */
import type { InstalledProfile } from "../protocol/charging_profile.ts";
import type { ProfileSet, TransactionState } from "../protocol/charging_profiles.ts";
import { followed, install, without } from "../protocol/charging_profiles.ts";
import type { TellDamaged } from "../storage/record_reading.ts";
import type { Store } from "../storage/store.ts";
import type { Message, Self } from "./otp/actor.ts";
import type { ProfileBook } from "./profile_book.ts";
import { storedTransaction } from "./stored_transaction.ts";

/** To oneself: by now its connector has said whether it starts. */
export interface OfferLapsed extends Message {
  readonly kind: "OfferLapsed";
  readonly offered: InstalledProfile;
}

/** Longer than anybody waits for a connector's word (`remote_transactions.ts`). */
const wordMs = 20_000;

export class ProfileOffers {
  readonly #self: Pick<Self<OfferLapsed>, "after">;
  readonly #book: ProfileBook;

  constructor(self: Pick<Self<OfferLapsed>, "after">, book: ProfileBook) {
    this.#self = self;
    this.#book = book;
    for (const offered of this.#offered()) this.#expectWord(offered);
  }

  /** Beside those that are `valid`. Null when it is durable, or why it is not. */
  async offer(offered: InstalledProfile, valid: ProfileSet, most: number): Promise<string | null> {
    const installation = install(valid, offered, most - this.#offered().length);
    if (installation.kind === "full") return installation.why;
    if (this.#on(offered.connectorId) !== undefined) return "another start there has brought one";
    if (!await this.#book.change({ offered: [...this.#offered(), offered] })) return "storage refuses";
    this.#expectWord(offered);
    return null;
  }

  /** The connector has refused the start. */
  async withdraw(connectorId: number, chargingProfileId: number): Promise<void> {
    const offered = this.#on(connectorId);
    if (offered?.profile.chargingProfileId === chargingProfileId) await this.#end(offered);
  }

  /** One whose connector goes about nothing has led to nothing, whoever should have said so. */
  async lapsed(offered: InstalledProfile, state: TransactionState["kind"] | undefined): Promise<void> {
    if (this.#offered().includes(offered) && state === "none") await this.#end(offered);
  }

  #end(offered: InstalledProfile): Promise<boolean> {
    return this.#book.follow({ offered: without(this.#offered(), [offered]) });
  }

  #on(connectorId: number): InstalledProfile | undefined {
    return this.#offered().find((one) => one.connectorId === connectorId);
  }

  #offered(): ProfileSet {
    return this.#book.profiles().offered;
  }

  #expectWord(offered: InstalledProfile): void {
    this.#self.after(wordMs, { kind: "OfferLapsed", offered });
  }
}

/** No start survives a boot: one whose transaction has begun has led to it, and the others to nothing. */
export async function settleOffers(store: Store, book: ProfileBook, damaged: TellDamaged): Promise<void> {
  let left = book.profiles();
  for (const { connectorId } of left.offered) {
    const transaction = await storedTransaction(store, connectorId, damaged);
    if (transaction === null) continue;
    left = followed(left, connectorId, { kind: "running", localId: transaction.localId }, undefined);
  }
  await book.follow({ ...left, offered: [] });
}
