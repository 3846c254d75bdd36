/**
 * The outbox actor owns the order of the wire: one CALL in flight, transaction messages from the store, time-outs, retries.
 *
 * Law: it begins with what the store says, and tells again what its predecessor may have told nobody (house rule 1).
 */
import type { Clock } from "../hal/clock.ts";
import type { Entropy } from "../hal/entropy.ts";
import type { KeyTable } from "../protocol/configuration.ts";
import type { Store } from "../storage/store.ts";
import type { AuthorizerMessage } from "./authorizer.ts";
import type { ConnectorMessage } from "./connector_message.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { DeliveryListener } from "./delivery.ts";
import type { LinkMessage } from "./link_message.ts";
import type { ActorSpec, Address, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";
import type { Route } from "./routes.ts";
import { readSettings } from "./settings.ts";
import type { SecurityLogMessage } from "./security_log.ts";
import type { StationMessage } from "./station_message.ts";
import { isTidy, openTransactionMessages } from "./transaction_messages.ts";
import { tellOpenAnswered } from "./transaction_queue.ts";
import { OutboxBehaviour, searchAgainMs } from "./outbox_behaviour.ts";

export interface OutboxParts {
  readonly address: Address<OutboxMessage>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly store: Store;
  readonly table: KeyTable;
  /** See `TransactionMessagesParts`. */
  readonly messagesMax: number;
  readonly link: Address<LinkMessage>;
  readonly station: Address<StationMessage>;
  readonly authorizer: Address<AuthorizerMessage>;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
  readonly profileScheduler: Address<ProfileSchedulerMessage>;
  readonly securityLog: Address<SecurityLogMessage>;
  readonly route: Route;
}

/** By then a start is over, and its BootNotification out. */
const tidyAfterMs = 5_000;

export function outboxActor(parts: OutboxParts): ActorSpec<OutboxMessage> {
  return {
    address: parts.address,
    start: async (self) => {
      const store = self.fence(parts.store);
      const settings = await readSettings(store, parts.table);
      const listener = deliveryListener(self, parts);
      const messages = await openTransactionMessages({
        store,
        meterValuesMax: settings.StopTransactionMaxMeterValues,
        messagesMax: parts.messagesMax,
        wallMs: () => parts.clock.wallMs(),
        listener,
      });
      if (self.incarnation > 0) {
        await tellOpenAnswered(store, listener);
        // Nobody remembers what the predecessor had in flight: both sides begin again on a fresh connection.
        self.send(parts.link, { kind: "Reconnect", why: "outbox restarted" });
      }
      self.after(isTidy(messages) ? searchAgainMs : tidyAfterMs, { kind: "TidyDue" });
      return new OutboxBehaviour(self, parts, settings, messages);
    },
  };
}

function deliveryListener(self: Self<OutboxMessage>, parts: OutboxParts): DeliveryListener {
  return {
    startAnswered: (localId, connectorId, { start: _, ...answer }) => {
      const connector = parts.connectors.get(connectorId);
      if (connector !== undefined) self.send(connector, { kind: "StartAnswered", localId, ...answer });
    },
    idTagInfoReceived: (idTag, info) => {
      self.send(parts.authorizer, { kind: "IdTagInfoReceived", idTag, info });
    },
    damaged: tracingDamaged(self),
    trace: self.trace,
  };
}
