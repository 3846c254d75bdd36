/**
 * The authorizer actor owns the questions about idTags and the authorization cache: one person at the reader must not wait for
 * another's answer.
 *
 * Law: every question is answered: by the central system, by what it said before, or by what holds offline (OCPP 1.6 §3.5, §4.1).
 */
import type { Clock } from "../hal/clock.ts";
import type { Presented } from "../hal/reader.ts";
import type { Answer, CallOutcome } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import type { Authorization, AuthorizationRules, Candidate } from "../protocol/authorization.ts";
import { chosenConnector, decideOffline, decideOnline, judged } from "../protocol/authorization.ts";
import type { KeyTable, Settings } from "../protocol/configuration.ts";
import type { AuthorizeResponse } from "../protocol/messages/core.ts";
import { isIdTag } from "../protocol/id_tag.ts";
import { contradicts, listedInfo } from "../protocol/local_list.ts";
import type { IdTagInfo } from "../protocol/messages/types.ts";
import type { Store } from "../storage/store.ts";
import type { CacheBook } from "./cache_book.ts";
import { openCacheBook } from "./cache_book.ts";
import type { SettingsChanged } from "./configuration.ts";
import { readSettings } from "./settings.ts";
import type { ConnectorChanged, ConnectorMessage } from "./connector_message.ts";
import { tracingDamaged } from "./damaged_record.ts";
import { findListed } from "./local_list_book.ts";
import type { ActorSpec, Address, Behaviour, Outcome, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import type { StationMessage } from "./station_message.ts";
import { sendCall } from "./send_call.ts";

export type AuthorizerMessage =
  | Presented
  | ConnectorChanged
  | ({ readonly kind: "Authorize" } & Question)
  /** Whether the central system can be asked. */
  | ({ readonly kind: "OnlineTold"; readonly outcome: Outcome<boolean> } & Asking)
  | (
    & { readonly kind: "AuthorizeConcluded"; readonly outcome: Outcome<CallOutcome<AuthorizeResponse>> }
    & Asking
  )
  /** The central system has said what an idTag is worth: in StartTransaction.conf or StopTransaction.conf (§3.5.1). */
  | { readonly kind: "IdTagInfoReceived"; readonly idTag: string; readonly info: IdTagInfo }
  | { readonly kind: "ClearCache"; readonly reply: Reply<Answer> }
  | SettingsChanged;

interface Question {
  readonly idTag: string;
  readonly reply: Reply<Authorization>;
}

/** As it goes on its way; `isRepeated`: for the last time. */
interface Asking extends Question {
  readonly untilMs: number;
  readonly isRepeated: boolean;
}

export interface AuthorizerParts {
  readonly address: Address<AuthorizerMessage>;
  readonly clock: Clock;
  readonly store: Store;
  readonly table: KeyTable;
  readonly outbox: Address<OutboxMessage>;
  readonly station: Address<StationMessage>;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
}

/** A turn of the outbox (10 s), and what follows when it is ended for having taken longer: a start, and a dial. Neither is an outage. */
const onlineTimeoutMs = 20_000;
/** A person at the reader waits no longer for the central system; then the offline rules hold (spec/behaviour.md §4.2). */
const authorizeTimeoutMs = 30_000;
/** For both, less than a connector waits. */
const questionMs = 40_000;

export function authorizerActor(parts: AuthorizerParts): ActorSpec<AuthorizerMessage> {
  return {
    address: parts.address,
    start: async (self) => {
      const store = self.fence(parts.store);
      const settings = await readSettings(store, parts.table);
      const cache = await openCacheBook(store);
      // Each connector tells what it is up to, to a restarted authorizer too.
      for (const connector of parts.connectors.values()) self.send(connector, { kind: "Describe" });
      return new AuthorizerBehaviour(self, { ...parts, store }, cache, settings);
    },
  };
}

class AuthorizerBehaviour implements Behaviour<AuthorizerMessage> {
  readonly #self: Self<AuthorizerMessage>;
  readonly #parts: AuthorizerParts;
  readonly #cache: CacheBook;
  readonly #candidates = new Map<number, Candidate>();
  #settings: Settings;

  constructor(self: Self<AuthorizerMessage>, parts: AuthorizerParts, cache: CacheBook, settings: Settings) {
    this.#self = self;
    this.#parts = parts;
    this.#cache = cache;
    this.#settings = settings;
  }

  receive(message: AuthorizerMessage): void | Promise<void> {
    switch (message.kind) {
      case "Presented":
        return this.#presented(message);
      case "ConnectorChanged":
        this.#candidates.set(message.candidate.connectorId, message.candidate);
        return;
      case "Authorize": {
        const { idTag, reply } = message;
        const untilMs = this.#parts.clock.monotonicMs() + questionMs;
        return this.#askOnline({ idTag, reply, untilMs, isRepeated: false });
      }
      case "OnlineTold": {
        const { outcome } = message;
        if (outcome.kind === "crashed") return this.#again(message);
        const online = outcome.kind === "reply" && outcome.value;
        return online ? this.#decideOnline(message) : this.#decideOffline(message);
      }
      case "AuthorizeConcluded":
        return this.#concluded(message, message.outcome);
      case "IdTagInfoReceived":
        return this.#told(message.idTag, message.info);
      case "ClearCache":
        return this.#clear(message.reply);
      case "SettingsChanged":
        this.#settings = message.settings;
        return;
    }
  }

  inspect(): unknown {
    return { candidates: [...this.#candidates.values()], cachedIdTags: this.#cache.size() };
  }

  #presented(presented: Presented): void {
    const { length } = presented.idTag;
    if (!isIdTag(presented.idTag)) {
      return this.#self.trace("IgnorePresented", { why: `an idTag has 1 to 20 characters, not ${length}` });
    }
    const connectorId = presented.connectorId ??
      chosenConnector([...this.#candidates.values()], presented.idTag);
    const connector = connectorId === null ? undefined : this.#parts.connectors.get(connectorId);
    if (connector === undefined) return this.#self.trace("IgnorePresented", { why: "no connector is free" });
    this.#self.send(connector, { kind: "Presented", idTag: presented.idTag });
  }

  #askOnline({ idTag, reply, untilMs, isRepeated }: Asking): void {
    this.#self.ask(
      this.#parts.outbox,
      (told: Reply<boolean>) => ({ kind: "TellOnline", reply: told }),
      Math.min(onlineTimeoutMs, this.#leftMs(untilMs)),
      (outcome) => ({ kind: "OnlineTold", outcome, idTag, reply, untilMs, isRepeated }),
    );
  }

  /** Whoever was asked is no more, or its link: once more, for that may have been our own doing and no outage. */
  #again(asking: Asking): void | Promise<void> {
    return asking.isRepeated ? this.#decideOffline(asking) : this.#askOnline({ ...asking, isRepeated: true });
  }

  #leftMs(untilMs: number): number {
    return untilMs - this.#parts.clock.monotonicMs();
  }

  async #decideOnline({ idTag, reply, untilMs, isRepeated }: Asking): Promise<void> {
    const known = await this.#known(idTag);
    const authorization = decideOnline(known, this.#rules(), this.#parts.clock.wallMs());
    if (authorization !== null) return reply(authorization);
    this.#self.ask(
      this.#parts.outbox,
      (answered: Reply<CallOutcome<AuthorizeResponse>>) =>
        sendCall("Authorize", { idTag }, "ordinary", answered),
      Math.min(authorizeTimeoutMs, this.#leftMs(untilMs)),
      (outcome) => ({ kind: "AuthorizeConcluded", outcome, idTag, reply, untilMs, isRepeated }),
    );
  }

  async #decideOffline({ idTag, reply }: Question): Promise<void> {
    reply(decideOffline(await this.#known(idTag), this.#rules(), this.#parts.clock.wallMs()));
  }

  #concluded(
    question: Asking,
    outcome: Outcome<CallOutcome<AuthorizeResponse>>,
  ): void | Promise<void> {
    if (outcome.kind === "crashed") return this.#again(question);
    const call = outcome.kind === "reply" ? outcome.value : null;
    switch (call?.kind) {
      case "result": {
        const { idTagInfo } = call.payload;
        question.reply(judged(idTagInfo, this.#parts.clock.wallMs()));
        return this.#told(question.idTag, idTagInfo);
      }
      case "error":
        // The central system is there and did not authorise: that is no licence to go by the offline rules (decision D-authorize-error).
        return question.reply({ accepted: false });
      case "offline":
        return this.#again(question);
      case "timeout":
      case undefined:
        return this.#decideOffline(question);
    }
  }

  /** The list has priority (§3.5.2). What is switched off is neither asked nor told; what it holds stays (spec/config-keys.md). */
  async #known(idTag: string): Promise<IdTagInfo | null> {
    const nowMs = this.#parts.clock.wallMs();
    const listed = await this.#listed(idTag);
    if (listed !== null) return listedInfo(listed, nowMs);
    return this.#settings.AuthorizationCacheEnabled ? this.#cache.known(idTag, nowMs) : null;
  }

  async #listed(idTag: string): Promise<IdTagInfo | null> {
    if (!this.#settings.LocalAuthListEnabled) return null;
    return await findListed(this.#parts.store, idTag, tracingDamaged(this.#self));
  }

  /** The cache takes in what the list has not (§3.5.2); where the two of them would differ, the central system is told. */
  async #told(idTag: string, info: IdTagInfo): Promise<void> {
    const nowMs = this.#parts.clock.wallMs();
    const listed = await this.#listed(idTag);
    if (listed !== null) {
      if (contradicts(listed, info, nowMs)) {
        this.#self.send(this.#parts.station, { kind: "LocalListConflict" });
      }
      return;
    }
    if (!this.#settings.AuthorizationCacheEnabled) return;
    const stored = await this.#cache.remember(idTag, info, nowMs);
    if (!stored) this.#self.trace("ForgetIdTag", { why: "storage refuses: known until the next start" });
  }

  /** Errata v4.0 §3.23: without a cache Rejected. One that is switched off is cleared all the same. */
  async #clear(reply: Reply<Answer>): Promise<void> {
    const hasCache = this.#parts.table.AuthorizationCacheEnabled.access !== "absent";
    reply(statusAnswer(hasCache && await this.#cache.clear() ? "Accepted" : "Rejected"));
  }

  #rules(): AuthorizationRules {
    const { LocalPreAuthorize, LocalAuthorizeOffline, AllowOfflineTxForUnknownId } = this.#settings;
    return {
      localPreAuthorize: LocalPreAuthorize,
      localAuthorizeOffline: LocalAuthorizeOffline,
      allowOfflineTxForUnknownId: AllowOfflineTxForUnknownId,
    };
  }
}
