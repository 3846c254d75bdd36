/**
 * The configuration actor owns the values of the configuration keys: one writer, so that two changes at once cannot cross.
 *
 * Law: a value is durable before it is answered Accepted, and before anyone acts on it (OCPP 1.6 §5.3).
 */
import type { Change, KeyName, KeyTable, Settings } from "../protocol/configuration.ts";
import { change, report, settings } from "../protocol/configuration.ts";
import type { ChangeConfigurationRequest, GetConfigurationRequest } from "../protocol/messages/core.ts";
import { configurationKey } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";
import type { Answer } from "../protocol/answer.ts";
import { readValues } from "./settings.ts";
import type { ActorSpec, Address, Behaviour, Message, Reply, Self } from "./otp/actor.ts";

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
  /** From BootNotification.conf: may lie outside the bounds that ChangeConfiguration keeps. */
  | { readonly kind: "AdoptHeartbeatInterval"; readonly intervalS: number };

export interface ConfigurationParts {
  readonly address: Address<ConfigurationMessage>;
  readonly store: Store;
  readonly table: KeyTable;
  readonly listeners: readonly Address<SettingsChanged>[];
}

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
        return this.#change(
          change(this.#parts.table, message.request.key, message.request.value),
          message.reply,
        );
      case "GetConfiguration":
        return message.reply(this.#report(message.request.key ?? []));
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

  #report(asked: readonly string[]): Answer {
    const payload = report(this.#parts.table, this.#settings, asked);
    return payload !== null ? { kind: "result", payload } : {
      kind: "error",
      errorCode: "OccurenceConstraintViolation",
      errorDescription:
        `asked for ${asked.length} keys, at most ${this.#settings.GetConfigurationMaxKeys} are answered at once`,
    };
  }
}
