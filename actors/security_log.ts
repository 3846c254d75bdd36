/**
 * The security_log actor owns the security log and what of it the central system must hear of: whoever notices something tells it and
 * goes on, while the disk may be full and the link down for weeks (security white paper A04).
 *
 * Law: an event is logged before it is sent, with the time at which it was raised. What cannot be stored now is stored later, in order.
 */
import type { Board } from "../hal/board.ts";
import type { Cancel, Clock } from "../hal/clock.ts";
import type { Digest } from "../hal/digest.ts";
import type { KeyTable } from "../protocol/configuration.ts";
import { formatDateTime } from "../protocol/date_time.ts";
import type { Allowance } from "../protocol/event_allowance.ts";
import { admitted } from "../protocol/event_allowance.ts";
import type { SecurityEventType } from "../protocol/security_event.ts";
import { isSent, techInfoOf } from "../protocol/security_event.ts";
import type { ChainVerdict } from "../protocol/security_log.ts";
import { verifiedChain } from "../protocol/security_log.ts";
import { keys } from "../storage/record_keys.ts";
import { keptRecord } from "../storage/record_reading.ts";
import { RestartRecord } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";
import type { SettingsChanged } from "./configuration.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { DeliveryDue, EventConcluded, OnlineChanged } from "./event_delivery.ts";
import { EventDelivery } from "./event_delivery.ts";
import type { ActorSpec, Address, Behaviour, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import type { SecurityBook, StoredEvent } from "./security_book.ts";
import { openSecurityBook, readSecurityLog } from "./security_book.ts";
import { readSettings } from "./settings.ts";
import { UnstoredEvents } from "./unstored_events.ts";

/** Something happened that the security log tells of. `techInfo` carries no secret. */
export interface SecurityEventRaised {
  readonly kind: "SecurityEventRaised";
  readonly type: SecurityEventType;
  readonly techInfo?: string;
}

/** From the board. */
export const tampered: SecurityEventRaised = {
  kind: "SecurityEventRaised",
  type: "TamperDetectionActivated",
  techInfo: "the housing is open",
};

/** The log as it is in the store. */
export interface SecurityLogReport {
  readonly entries: number;
  readonly chain: ChainVerdict;
  /** To be sent, and not known to have arrived: the oldest first. */
  readonly pending: readonly StoredEvent[];
  /** How many that were to be sent never will be. */
  readonly undelivered: number;
}

export type SecurityLogMessage =
  | SecurityEventRaised
  /** Something is to be stored. */
  | { readonly kind: "StoreDue" }
  | OnlineChanged
  | DeliveryDue
  | EventConcluded
  | { readonly kind: "TellSecurityLog"; readonly reply: Reply<SecurityLogReport> }
  | SettingsChanged;

export interface SecurityLogParts {
  readonly address: Address<SecurityLogMessage>;
  readonly boot: number;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly store: Store;
  readonly table: KeyTable;
  readonly outbox: Address<OutboxMessage>;
  readonly board: Pick<Board, "tampered">;
  /** The station has security profiles, so that its central system may know of such events. */
  readonly notifies: boolean;
}

/** A disk that is full stays so for a while. */
const storeAgainMs = 60_000;

export function securityLogActor(parts: SecurityLogParts): ActorSpec<SecurityLogMessage> {
  return {
    address: parts.address,
    start: async (self) => {
      const store = self.fence(parts.store);
      const settings = await readSettings(store, parts.table);
      const bookParts = { store, sha256: parts.digest.sha256, boot: parts.boot };
      const opened = await openSecurityBook(bookParts, tracingDamaged(self));
      const behaviour = new SecurityLogBehaviour(self, { ...parts, store }, opened.book, {
        sendAll: settings.SendAllSecurityEvents,
      });
      if (opened.brokenAt !== null) {
        behaviour.note("SecurityLogWasCleared", `entry ${opened.brokenAt} is missing or was changed`);
      }
      if (opened.isNewBoot) {
        const restart = await keptRecord(store, keys.restart, RestartRecord, tracingDamaged(self));
        if (restart?.boot === parts.boot - 1) behaviour.note("ResetOrReboot", `Reset ${restart.kind}`);
        behaviour.note("StartupOfTheDevice", `boot ${parts.boot}`);
        // It may have been opened while nobody was there to tell.
        if (parts.board.tampered()) behaviour.note(tampered.type, tampered.techInfo ?? "");
      }
      // An outbox that was told of the link before this incarnation does not tell it again by itself.
      if (self.incarnation > 0) self.send(parts.outbox, { kind: "AnnounceLink" });
      self.send(parts.address, { kind: "StoreDue" });
      return behaviour;
    },
  };
}

class SecurityLogBehaviour implements Behaviour<SecurityLogMessage> {
  readonly #self: Self<SecurityLogMessage>;
  readonly #parts: SecurityLogParts;
  readonly #book: SecurityBook;
  readonly #delivery: EventDelivery;
  readonly #allowances = new Map<SecurityEventType, Allowance>();
  readonly #unstored = new UnstoredEvents();
  #cancelStore: Cancel = () => {};
  #sendAll: boolean;

  constructor(
    self: Self<SecurityLogMessage>,
    parts: SecurityLogParts,
    book: SecurityBook,
    { sendAll }: { readonly sendAll: boolean },
  ) {
    this.#self = self;
    this.#parts = parts;
    this.#book = book;
    this.#sendAll = sendAll;
    this.#delivery = new EventDelivery(self, book, parts.outbox);
  }

  receive(message: SecurityLogMessage): void | Promise<void> {
    switch (message.kind) {
      case "SecurityEventRaised":
        return this.note(message.type, message.techInfo ?? "") ? this.#store() : undefined;
      case "StoreDue":
        return this.#store();
      case "OnlineChanged":
        return this.#delivery.onlineChanged(message.online);
      case "DeliveryDue":
        return this.#delivery.due();
      case "EventConcluded":
        return this.#delivery.concluded(message);
      case "TellSecurityLog":
        return this.#tell(message.reply);
      case "SettingsChanged":
        this.#sendAll = message.settings.SendAllSecurityEvents;
        return;
    }
  }

  inspect(): unknown {
    return {
      last: this.#book.end().number,
      pending: this.#book.pending().length,
      undelivered: this.#book.undelivered(),
      unstored: this.#unstored.count(),
      leftOut: Object.fromEntries(
        [...this.#allowances].map(([type, { omitted }]) => [type, omitted] as const).filter(([, count]) =>
          count > 0
        ),
      ),
    };
  }

  /** To be stored next; false when it is one too many. */
  note(type: SecurityEventType, text: string): boolean {
    const { clock } = this.#parts;
    const event = { type, techInfo: techInfoOf(text) };
    const admission = admitted(this.#allowances.get(type), event, clock.monotonicMs());
    this.#allowances.set(type, admission.allowance);
    if (admission.kind === "omitted") return false;
    const { techInfo } = admission;
    this.#self.trace("SecurityEvent", { type, techInfo });
    this.#unstored.add({ type, techInfo, ...this.#stamp(type) });
    return true;
  }

  /** Of an event of this type that is raised now. */
  #stamp(type: SecurityEventType): { readonly timestamp: string; readonly isSent: boolean } {
    const { clock, notifies } = this.#parts;
    return { timestamp: formatDateTime(clock.wallMs()), isSent: notifies && isSent(type, this.#sendAll) };
  }

  async #store(): Promise<void> {
    if (this.#unstored.count() === 0) return;
    if (!await this.#book.append(this.#unstored.all(this.#stamp("MemoryExhaustion")))) {
      this.#self.trace("SecurityEventsNotStored", { events: this.#unstored.count() });
      this.#cancelStore();
      this.#cancelStore = this.#self.after(storeAgainMs, { kind: "StoreDue" });
      return;
    }
    this.#unstored.stored();
    this.#delivery.proceed();
  }

  async #tell(reply: Reply<SecurityLogReport>): Promise<void> {
    const { store, digest } = this.#parts;
    const entries = await readSecurityLog(store);
    const chain = verifiedChain(entries, this.#book.end(), digest.sha256);
    const [pending, undelivered] = [this.#book.pending(), this.#book.undelivered()];
    reply({ entries: entries.length, chain, pending, undelivered });
  }
}
