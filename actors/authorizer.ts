/**
 * The authorizer actor owns the questions about idTags: one person at the reader must not wait for another's answer.
 *
 * Law: every question is answered: by the central system, or by what holds offline (OCPP 1.6 §3.5, §4.1).
 */
import type { Clock } from "../hal/clock.ts";
import type { Presented } from "../hal/reader.ts";
import type { CallOutcome } from "../protocol/answer.ts";
import type { Authorization, Candidate } from "../protocol/authorization.ts";
import { chosenConnector, judged, offline } from "../protocol/authorization.ts";
import type { KeyTable, Settings } from "../protocol/configuration.ts";
import type { AuthorizeResponse } from "../protocol/messages/core.ts";
import type { Store } from "../storage/store.ts";
import type { SettingsChanged } from "./configuration.ts";
import { readSettings } from "./settings.ts";
import type { ConnectorChanged, ConnectorMessage } from "./connector_message.ts";
import type { ActorSpec, Address, Behaviour, Outcome, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox.ts";
import { sendCall } from "./send_call.ts";

export type AuthorizerMessage =
  | Presented
  | ConnectorChanged
  | { readonly kind: "Authorize"; readonly idTag: string; readonly reply: Reply<Authorization> }
  | {
    readonly kind: "AuthorizeConcluded";
    readonly outcome: Outcome<CallOutcome<AuthorizeResponse>>;
    readonly reply: Reply<Authorization>;
  }
  | SettingsChanged;

export interface AuthorizerParts {
  readonly address: Address<AuthorizerMessage>;
  readonly clock: Clock;
  readonly store: Store;
  readonly table: KeyTable;
  readonly outbox: Address<OutboxMessage>;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
}

/** A person at the reader waits no longer; then the offline rules hold (spec/behaviour.md §4.2). */
const authorizeTimeoutMs = 30_000;

export function authorizerActor(parts: AuthorizerParts): ActorSpec<AuthorizerMessage> {
  return {
    address: parts.address,
    start: async (self) => {
      const settings = await readSettings(self.fence(parts.store), parts.table);
      // Each connector tells what it is up to, to a restarted authorizer too.
      for (const connector of parts.connectors.values()) self.send(connector, { kind: "Describe" });
      return new AuthorizerBehaviour(self, parts, settings);
    },
  };
}

class AuthorizerBehaviour implements Behaviour<AuthorizerMessage> {
  readonly #self: Self<AuthorizerMessage>;
  readonly #parts: AuthorizerParts;
  readonly #candidates = new Map<number, Candidate>();
  #settings: Settings;

  constructor(self: Self<AuthorizerMessage>, parts: AuthorizerParts, settings: Settings) {
    this.#self = self;
    this.#parts = parts;
    this.#settings = settings;
  }

  receive(message: AuthorizerMessage): void {
    switch (message.kind) {
      case "Presented":
        return this.#presented(message);
      case "ConnectorChanged":
        this.#candidates.set(message.candidate.connectorId, message.candidate);
        return;
      case "Authorize": {
        const { idTag, reply } = message;
        return this.#self.ask(
          this.#parts.outbox,
          (answered: Reply<CallOutcome<AuthorizeResponse>>) =>
            sendCall("Authorize", { idTag }, "ordinary", answered),
          authorizeTimeoutMs,
          (outcome) => ({ kind: "AuthorizeConcluded", outcome, reply }),
        );
      }
      case "AuthorizeConcluded":
        return message.reply(this.#judged(message.outcome));
      case "SettingsChanged":
        this.#settings = message.settings;
        return;
    }
  }

  inspect(): unknown {
    return { candidates: [...this.#candidates.values()] };
  }

  #presented(presented: Presented): void {
    const connectorId = presented.connectorId ??
      chosenConnector([...this.#candidates.values()], presented.idTag);
    const connector = connectorId === null ? undefined : this.#parts.connectors.get(connectorId);
    if (connector === undefined) return this.#self.trace("IgnorePresented", { why: "no connector is free" });
    this.#self.send(connector, { kind: "Presented", idTag: presented.idTag });
  }

  #judged(outcome: Outcome<CallOutcome<AuthorizeResponse>>): Authorization {
    const call = outcome.kind === "reply" ? outcome.value : null;
    switch (call?.kind) {
      case "result":
        return judged(call.payload.idTagInfo, this.#parts.clock.wallMs());
      case "error":
        // The central system is there and did not authorise: that is no licence to go by the offline rules (decision D-authorize-error).
        return { accepted: false };
      case "timeout":
      case "offline":
      case undefined:
        return offline(this.#settings.AllowOfflineTxForUnknownId);
    }
  }
}
