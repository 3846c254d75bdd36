/**
 * The addresses of the house: where to send what.
 *
 * Law: an address outlives its actor: what is sent during a restart waits for the successor.
 */
import type { AuthorizerMessage } from "./authorizer.ts";
import type { CertStoreMessage } from "./cert_store_message.ts";
import type { ConfigurationMessage } from "./configuration.ts";
import type { ConnectorMessage } from "./connector_message.ts";
import type { DiagnosticsMessage } from "./diagnostics.ts";
import { authorizerMayLose, connectorMayLose, linkMayLose, outboxMayLose } from "./full_mailboxes.ts";
import type { LinkMessage } from "./link_message.ts";
import type { LocalListMessage } from "./local_list.ts";
import type { MeterMessage } from "./meter.ts";
import type { Address } from "./otp/actor.ts";
import type { Kernel } from "./otp/kernel.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import type { PowerMessage } from "./power.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";
import type { ReservationsMessage } from "./reservations.ts";
import type { SecurityLogMessage } from "./security_log.ts";
import type { StationMessage } from "./station_message.ts";

/** Where to send what, from outside the tree. */
export interface Addresses {
  readonly configuration: Address<ConfigurationMessage>;
  readonly certStore: Address<CertStoreMessage>;
  readonly securityLog: Address<SecurityLogMessage>;
  readonly authorizer: Address<AuthorizerMessage>;
  readonly localList: Address<LocalListMessage>;
  readonly reservations: Address<ReservationsMessage>;
  readonly profileScheduler: Address<ProfileSchedulerMessage>;
  readonly meter: Address<MeterMessage>;
  readonly power: Address<PowerMessage>;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
  readonly link: Address<LinkMessage>;
  readonly outbox: Address<OutboxMessage>;
  readonly station: Address<StationMessage>;
  readonly diagnostics: Address<DiagnosticsMessage>;
}

/** One for each actor, before any of them is there. */
export function makeAddresses(kernel: Kernel, connectors: number): Addresses {
  const numbers = Array.from({ length: connectors }, (_, index) => index + 1);
  return {
    configuration: kernel.address("configuration"),
    certStore: kernel.address("cert_store"),
    securityLog: kernel.address("security_log"),
    authorizer: kernel.address("authorizer", { droppable: authorizerMayLose }),
    localList: kernel.address("local_list"),
    reservations: kernel.address("reservations"),
    profileScheduler: kernel.address("profile_scheduler"),
    meter: kernel.address("meter"),
    power: kernel.address("power"),
    connectors: new Map(
      numbers.map((number) => [
        number,
        kernel.address<ConnectorMessage>(`connector:${number}`, { droppable: connectorMayLose }),
      ]),
    ),
    link: kernel.address("link", { droppable: linkMayLose }),
    outbox: kernel.address("outbox", { droppable: outboxMayLose }),
    station: kernel.address("station"),
    diagnostics: kernel.address("diagnostics"),
  };
}
