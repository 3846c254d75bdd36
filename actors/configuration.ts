/**
 * The configuration actor owns the values of the configuration keys: one writer, so that two changes at once cannot cross.
 *
 * Law: a value is durable before it is answered Accepted, and before anyone acts on it (OCPP 1.6 §5.3).
 */
import type { Change, KeyName, KeyTable, Settings } from "../protocol/configuration.ts";
import { change, report, settings } from "../protocol/configuration.ts";
import type { ChangeConfigurationRequest, GetConfigurationRequest } from "../protocol/messages/core.ts";
import type { SecurityProfile } from "../protocol/proof.ts";
import { securityKeyOf } from "../protocol/security_key.ts";
import { configurationKey } from "../storage/record_keys.ts";
import type { Store } from "../storage/store.ts";
import type { Answer } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import type { CertStoreMessage } from "./cert_store_message.ts";
import { readValues } from "./settings.ts";
import type { ActorSpec, Address, Behaviour, Message, Outcome, Reply, Self } from "./otp/actor.ts";

/** Told to everyone who lives by the keys, with all values at once. */
export interface SettingsChanged extends Message {
  readonly kind: "SettingsChanged";
  readonly settings: Settings;
}

export type ConfigurationMessage =
  | {
    readonly kind: "ChangeConfiguration";
    readonly request: ChangeConfigurationRequest;
    readonly reply: Reply<Answer>;
  }
  | {
    readonly kind: "GetConfiguration";
    readonly request: GetConfigurationRequest;
    readonly reply: Reply<Answer>;
  }
  /** The cert_store's word on AuthorizationKey or SecurityProfile. */
  | {
    readonly kind: "SecurityChangeAnswered";
    readonly reply: Reply<Answer>;
    readonly outcome: Outcome<Answer>;
  }
  /** The cert_store's word on SecurityProfile, which GetConfiguration waits for. */
  | {
    readonly kind: "SecurityProfileTold";
    readonly asked: readonly string[];
    readonly reply: Reply<Answer>;
    readonly outcome: Outcome<SecurityProfile>;
  }
  /** From BootNotification.conf: may lie outside the bounds that ChangeConfiguration keeps. */
  | { readonly kind: "AdoptHeartbeatInterval"; readonly intervalS: number };

export interface ConfigurationParts {
  readonly address: Address<ConfigurationMessage>;
  readonly store: Store;
  readonly table: KeyTable;
  readonly certStore: Address<CertStoreMessage>;
  readonly listeners: readonly Address<SettingsChanged>[];
}

/** Shorter than what the outbox waits for an answer, longer than a write to a slow medium. */
const certStoreTimeoutMs = 15_000;

export function configurationActor(parts: ConfigurationParts): ActorSpec<ConfigurationMessage> {
  return {
    address: parts.address,
    start: async (self) => {
      const store = self.fence(parts.store);
      const behaviour = new ConfigurationBehaviour(self, store, parts, await readValues(store));
      // What a predecessor has made durable, and could tell nobody any more.
      if (self.incarnation > 0) behaviour.tell();
      return behaviour;
    },
  };
}

class ConfigurationBehaviour implements Behaviour<ConfigurationMessage> {
  readonly #self: Self<ConfigurationMessage>;
  readonly #store: Store;
  readonly #parts: ConfigurationParts;
  readonly #values: Map<string, string>;
  /** Of the values; derived when they change, since it is asked for far more often. */
  #settings: Settings;

  constructor(
    self: Self<ConfigurationMessage>,
    store: Store,
    parts: ConfigurationParts,
    values: Map<string, string>,
  ) {
    this.#self = self;
    this.#store = store;
    this.#parts = parts;
    this.#values = values;
    this.#settings = settings(parts.table, values);
  }

  receive(message: ConfigurationMessage): void | Promise<void> {
    switch (message.kind) {
      case "ChangeConfiguration":
        return this.#changeRequested(message.request, message.reply);
      case "GetConfiguration":
        return this.#reportRequested(message.request.key ?? [], message.reply);
      case "SecurityProfileTold":
        return message.reply(this.#report(message.asked, message.outcome));
      case "SecurityChangeAnswered":
        return message.reply(
          message.outcome.kind === "reply" ? message.outcome.value : statusAnswer("Rejected"),
        );
      case "AdoptHeartbeatInterval":
        return this.#adopt(message.intervalS);
    }
  }

  /** Tells all values to everyone who lives by them. */
  tell(): void {
    for (const listener of this.#parts.listeners) {
      this.#self.send(listener, { kind: "SettingsChanged", settings: this.#settings });
    }
  }

  inspect(): unknown {
    return this.#settings;
  }

  #changeRequested(request: ChangeConfigurationRequest, reply: Reply<Answer>): void | Promise<void> {
    const { table, certStore } = this.#parts;
    const name = securityKeyOf(request.key);
    if (name === undefined || table[name].access === "absent") {
      return this.#change(change(table, request.key, request.value), reply);
    }
    // Asked and not sent on: whatever becomes of the cert_store, the central system gets an answer.
    this.#self.ask(
      certStore,
      (answered: Reply<Answer>) => ({ kind: "ChangeConfiguration" as const, request, reply: answered }),
      certStoreTimeoutMs,
      (outcome) => ({ kind: "SecurityChangeAnswered", reply, outcome }),
    );
  }

  async #change(outcome: Change, reply: Reply<Answer>): Promise<void> {
    if (outcome.status !== "Accepted") {
      this.#self.trace("RefuseConfiguration", { status: outcome.status, why: outcome.why });
      return reply({ kind: "result", payload: { status: outcome.status } });
    }
    const stored = await this.#persist(outcome.name, outcome.value);
    reply({ kind: "result", payload: { status: stored ? "Accepted" : "Rejected" } });
  }

  async #adopt(intervalS: number): Promise<void> {
    if (this.#values.get("HeartbeatInterval") !== String(intervalS)) {
      await this.#persist("HeartbeatInterval", String(intervalS));
    }
  }

  async #persist(name: KeyName, value: string): Promise<boolean> {
    const outcome = await this.#store.commit({ sets: [{ key: configurationKey(name), value }] });
    if (outcome.kind !== "committed") {
      this.#self.trace("CommitRefused", { key: name, outcome });
      return false;
    }
    this.#values.set(name, value);
    this.#settings = settings(this.#parts.table, this.#values);
    this.tell();
    return true;
  }

  /** The cert_store is asked, behind what the link has told it: what has just been proven is told as such. */
  #reportRequested(asked: readonly string[], reply: Reply<Answer>): void {
    const isAsked = asked.length === 0 || asked.some((key) => securityKeyOf(key) === "SecurityProfile");
    if (!isAsked || this.#parts.table.SecurityProfile.access === "absent") {
      return reply(this.#report(asked, { kind: "reply", value: 0 }));
    }
    this.#self.ask(
      this.#parts.certStore,
      (told: Reply<SecurityProfile>) => ({ kind: "TellSecurityProfile" as const, reply: told }),
      certStoreTimeoutMs,
      (outcome) => ({ kind: "SecurityProfileTold", asked, reply, outcome }),
    );
  }

  #report(asked: readonly string[], profile: Outcome<SecurityProfile>): Answer {
    if (profile.kind !== "reply") return internalError(profile.kind);
    const payload = report(this.#parts.table, { ...this.#settings, SecurityProfile: profile.value }, asked);
    return payload !== null ? { kind: "result", payload } : {
      kind: "error",
      errorCode: "OccurenceConstraintViolation",
      errorDescription:
        `asked for ${asked.length} keys, at most ${this.#settings.GetConfigurationMaxKeys} are answered at once`,
    };
  }
}

function internalError(how: string): Answer {
  return {
    kind: "error",
    errorCode: "InternalError",
    errorDescription: `who knows the security profile: ${how}`,
  };
}
