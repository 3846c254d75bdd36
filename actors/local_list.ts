/**
 * The local list actor owns the local authorization list: an update of hundreds of entries must not hold up a person at the reader.
 *
 * Law: the central system's answer comes after the commit (OCPP 1.6 §5.10, §5.15). Who looks an idTag up reads the store
 * (`local_list_book.ts`), where the list is always whole.
 */
import type { Answer } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import type { KeyTable, Settings } from "../protocol/configuration.ts";
import type { SendLocalListRequest } from "../protocol/messages/local_auth_list.ts";
import type { Store } from "../storage/store.ts";
import type { SettingsChanged } from "./configuration.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { LocalListBook } from "./local_list_book.ts";
import { openLocalListBook } from "./local_list_book.ts";
import type { ActorSpec, Address, Behaviour, Reply, Self } from "./otp/actor.ts";
import { readSettings } from "./settings.ts";

export type LocalListMessage =
  | { readonly kind: "GetLocalListVersion"; readonly reply: Reply<Answer> }
  | {
    readonly kind: "SendLocalList";
    readonly request: SendLocalListRequest;
    readonly reply: Reply<Answer>;
  }
  /** To oneself: what a replaced list has left is to be cleared away. */
  | { readonly kind: "ClearDue" }
  | SettingsChanged;

export interface LocalListParts {
  readonly address: Address<LocalListMessage>;
  readonly store: Store;
  readonly table: KeyTable;
}

/** Without a list that is enabled there is no version (OCPP 1.6 §5.10). */
const noListVersion = -1;

export function localListActor(parts: LocalListParts): ActorSpec<LocalListMessage> {
  return {
    address: parts.address,
    start: async (self) => {
      const store = self.fence(parts.store);
      const settings = await readSettings(store, parts.table);
      const book = await openLocalListBook(store, tracingDamaged(self));
      self.send(parts.address, { kind: "ClearDue" });
      return new LocalListBehaviour(self, parts, book, settings);
    },
  };
}

class LocalListBehaviour implements Behaviour<LocalListMessage> {
  readonly #self: Self<LocalListMessage>;
  readonly #parts: LocalListParts;
  readonly #book: LocalListBook;
  #settings: Settings;

  constructor(self: Self<LocalListMessage>, parts: LocalListParts, book: LocalListBook, settings: Settings) {
    this.#self = self;
    this.#parts = parts;
    this.#book = book;
    this.#settings = settings;
  }

  receive(message: LocalListMessage): void | Promise<void> {
    switch (message.kind) {
      case "GetLocalListVersion": {
        const listVersion = this.#settings.LocalAuthListEnabled ? this.#book.version() : noListVersion;
        return message.reply({ kind: "result", payload: { listVersion } });
      }
      case "SendLocalList":
        return this.#update(message.request, message.reply);
      case "ClearDue":
        return this.#clear();
      case "SettingsChanged":
        this.#settings = message.settings;
        return;
    }
  }

  inspect(): unknown {
    return { version: this.#book.version(), entries: this.#book.entries() };
  }

  async #update(request: SendLocalListRequest, reply: Reply<Answer>): Promise<void> {
    const { LocalAuthListEnabled, LocalAuthListMaxLength, SendLocalListMaxLength } = this.#settings;
    if (!LocalAuthListEnabled) return reply(statusAnswer("NotSupported"));
    const limits = { entriesMax: LocalAuthListMaxLength, sentMax: SendLocalListMaxLength };
    const { status, why } = await this.#book.update(request, limits);
    if (why !== undefined) this.#self.trace("RefuseLocalList", { status, why });
    reply(statusAnswer(status));
    if (status === "Accepted" && request.updateType === "Full") {
      this.#self.send(this.#parts.address, { kind: "ClearDue" });
    }
  }

  /** A page at a time: whoever asks in between is answered in between. */
  async #clear(): Promise<void> {
    if (await this.#book.clear()) this.#self.send(this.#parts.address, { kind: "ClearDue" });
  }
}
