/**
 * The tree: which actors there are, and what fails with what.
 *
 * Law: no crash outside `charging` reaches a contactor, and inside it a connector fails alone. A lost network is a message and
 * no crash; a give-up of `central` or `upkeep` is retried with back-off and never counts at the root (a crash loop there must not stop
 * a car from charging). Only `settings` and `charging` escalate: then the process exits and the init system starts it again.
 */
import type { Board } from "../hal/board.ts";
import type { Diagnostics } from "../firmware/diagnostics.ts";
import type { TransferDriver } from "../firmware/transfer.ts";
import type { TransferProtocol } from "../firmware/transfer_target.ts";
import type { CivilTime } from "../hal/civil_time.ts";
import type { Clock } from "../hal/clock.ts";
import type { Digest } from "../hal/digest.ts";
import type { Entropy } from "../hal/entropy.ts";
import type { Host } from "../hal/host.ts";
import type { Meter } from "../hal/meter.ts";
import type { Power } from "../hal/power.ts";
import type { Reader } from "../hal/reader.ts";
import type { WebSocketDriver } from "../hal/websocket.ts";
import type { X509 } from "../hal/x509.ts";
import type { Backoff } from "../protocol/backoff.ts";
import type { Supply } from "../protocol/charging_rate.ts";
import type { KeyTable } from "../protocol/configuration.ts";
import type { OnPowerLoss } from "../protocol/connector_facts.ts";
import type { BootNotificationRequest } from "../protocol/messages/core.ts";
import type { RegistrationLimits } from "../protocol/registration.ts";
import type { CredentialsStore } from "../storage/credentials_store.ts";
import type { KeyRing } from "../storage/key_ring.ts";
import type { Store } from "../storage/store.ts";
import type { AuthorizerMessage } from "./authorizer.ts";
import { authorizerActor } from "./authorizer.ts";
import type { StationSecurity } from "./cert_store.ts";
import { certStoreActor } from "./cert_store.ts";
import type { CertStoreMessage } from "./cert_store_message.ts";
import type { ConfigurationMessage } from "./configuration.ts";
import { configurationActor } from "./configuration.ts";
import type { ConnectorMessage } from "./connector_message.ts";
import { connectorActor } from "./connector.ts";
import type { DiagnosticsMessage } from "./diagnostics.ts";
import { diagnosticsActor } from "./diagnostics.ts";
import type { Dialling } from "./dialling.ts";
import { authorizerMayLose, connectorMayLose, linkMayLose, outboxMayLose } from "./full_mailboxes.ts";
import type { LinkMessage } from "./link_message.ts";
import { linkActor } from "./link.ts";
import type { LocalListMessage } from "./local_list.ts";
import { localListActor } from "./local_list.ts";
import type { MeterMessage } from "./meter.ts";
import { meterActor } from "./meter.ts";
import type { Address } from "./otp/actor.ts";
import type { Kernel } from "./otp/kernel.ts";
import type { SupervisorSpec } from "./otp/supervisor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import { outboxActor } from "./outbox.ts";
import type { PowerMessage } from "./power.ts";
import { powerActor } from "./power.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";
import { profileSchedulerActor } from "./profile_scheduler.ts";
import type { ReservationsMessage } from "./reservations.ts";
import { reservationsActor } from "./reservations.ts";
import { tellingRefusals } from "./refusal_watch.ts";
import { routes } from "./routes.ts";
import type { SecurityLogMessage } from "./security_log.ts";
import { securityLogActor, tampered } from "./security_log.ts";
import { readSettings } from "./settings.ts";
import type { StationMessage } from "./station_message.ts";
import { stationActor } from "./station.ts";

/** Everything that the house touches of the world. */
export interface Ports {
  readonly clock: Clock;
  readonly civilTime: CivilTime;
  readonly entropy: Entropy;
  readonly digest: Digest;
  readonly store: Store;
  readonly credentials: CredentialsStore;
  readonly keys: KeyRing;
  readonly x509: X509;
  readonly websocket: WebSocketDriver;
  readonly board: Board;
  readonly meter: Meter;
  readonly reader: Reader;
  readonly power: Power;
  readonly host: Host;
  readonly transfer: TransferDriver;
  readonly diagnostics: Diagnostics;
}

/** What this charger is. */
export interface ChargerConfig {
  readonly identity: BootNotificationRequest;
  readonly dialling: Dialling;
  readonly security: StationSecurity;
  readonly backoff: Backoff;
  readonly table: KeyTable;
  readonly featureProfiles: readonly string[];
  /** Security profiles: none where the list is empty. */
  readonly registration: RegistrationLimits;
  readonly fileTransferProtocols: readonly TransferProtocol[];
  readonly powerLoss: {
    readonly onPowerLoss: OnPowerLoss;
    readonly holdUpTimeMs: number;
    readonly checkpointIntervalMs: number;
  };
  /** In the order of their numbers, 1 to n. */
  readonly connectors: readonly { readonly supply: Supply; readonly hasLock: boolean }[];
  /** Transaction messages that wait, and as many that were set aside: beyond it MeterValues are thinned. */
  readonly transactionMessagesMax: number;
  /** This boot's number, from `beginBoot`. */
  readonly boot: number;
  /** As of this boot civil time is the last known one, from `restoreCivilTime`. */
  readonly hasLostTime: boolean;
}

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

export interface Tree {
  readonly root: SupervisorSpec;
  readonly addresses: Addresses;
}

export function plantTree(kernel: Kernel, given: Ports, config: ChargerConfig): Tree {
  const addresses = makeAddresses(kernel, config.connectors.length);
  const ports = { ...given, store: tellingRefusals(given.store, addresses.securityLog) };
  wireDrivers(ports, addresses);
  const root: SupervisorSpec = {
    id: "charger",
    strategy: "one_for_one",
    intensity: { restartsMax: 3, withinMs: 60_000 },
    children: [
      settings(ports, config, addresses),
      charging(ports, config, addresses),
      central(ports, config, addresses),
      upkeep(ports, config, addresses),
    ],
  };
  return { root, addresses };
}

function makeAddresses(kernel: Kernel, connectors: number): Addresses {
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

/** Drivers speak to addresses, which outlive actors: an event that comes during a restart waits for the successor. */
function wireDrivers(ports: Ports, addresses: Addresses): void {
  ports.board.listen((event) => {
    switch (event.kind) {
      case "ConnectorChanged":
        addresses.connectors.get(event.connectorId)?.send({ kind: "BoardChanged", state: event.state });
        return;
      case "StationFaultChanged":
        addresses.station.send(event);
        for (const connector of addresses.connectors.values()) connector.send(event);
        return;
      case "TamperChanged":
        if (event.tampered) addresses.securityLog.send(tampered);
    }
  });
  ports.reader.listen((presented) => addresses.authorizer.send(presented));
  ports.power.listen((changed) => addresses.power.send(changed));
}

function settings(ports: Ports, config: ChargerConfig, addresses: Addresses): SupervisorSpec {
  const {
    certStore,
    connectors,
    authorizer,
    localList,
    profileScheduler,
    link,
    outbox,
    station,
    securityLog,
  } = addresses;
  return {
    id: "settings",
    strategy: "one_for_one",
    // Grows with the children.
    intensity: { restartsMax: 6, withinMs: 60_000 },
    children: [
      configurationActor({
        address: addresses.configuration,
        store: ports.store,
        table: config.table,
        certStore,
        listeners: [
          ...connectors.values(),
          authorizer,
          localList,
          profileScheduler,
          link,
          outbox,
          station,
          securityLog,
          certStore,
        ],
      }),
      securityLogActor({
        address: securityLog,
        boot: config.boot,
        clock: ports.clock,
        digest: ports.digest,
        store: ports.store,
        table: config.table,
        outbox,
        board: ports.board,
        notifies: config.security.securityProfiles.length > 1,
      }),
      certStoreActor({
        address: certStore,
        clock: ports.clock,
        entropy: ports.entropy,
        store: ports.store,
        table: config.table,
        credentials: ports.credentials,
        keys: ports.keys,
        x509: ports.x509,
        link,
        outbox,
        securityLog,
        security: config.security,
        serialNumber: config.identity.chargePointSerialNumber ?? null,
      }),
    ],
  };
}

function charging(ports: Ports, config: ChargerConfig, addresses: Addresses): SupervisorSpec {
  const { clock, store, board } = ports;
  const { table, powerLoss } = config;
  const { onPowerLoss, checkpointIntervalMs, holdUpTimeMs } = powerLoss;
  const { authorizer, localList, reservations, profileScheduler, meter, power, connectors, outbox, station } =
    addresses;
  const supplies = new Map(config.connectors.map(({ supply }, index) => [index + 1, supply]));
  const each = [...connectors].map(([connectorId, address]) =>
    connectorActor({
      address,
      connectorId,
      currentMaxA: supplies.get(connectorId)?.currentMaxA ?? 0,
      powerMaxW: supplies.get(connectorId)?.powerMaxW ?? 0,
      hasLock: config.connectors[connectorId - 1]?.hasLock ?? false,
      boot: config.boot,
      hasLostTime: config.hasLostTime,
      onPowerLoss,
      checkpointIntervalMs,
      board,
      power: ports.power,
      clock,
      store,
      table,
      meter,
      authorizer,
      outbox,
      station,
      reservations,
      profileScheduler,
    })
  );
  return {
    id: "charging",
    strategy: "one_for_one",
    // Grows with the children: each may fail once or twice in a bad minute.
    intensity: { restartsMax: 8 + connectors.size, withinMs: 60_000 },
    children: [
      authorizerActor({ address: authorizer, clock, store, table, outbox, station, connectors }),
      localListActor({ address: localList, store, table }),
      reservationsActor({ address: reservations, clock, store, table, connectors }),
      // Before the connectors: what begins is to find its limit at the board.
      profileSchedulerActor({
        address: profileScheduler,
        board,
        clock,
        store,
        table,
        supplies,
        connectors,
        outbox,
      }),
      meterActor({ address: meter, meter: ports.meter, power: ports.power, holdUpTimeMs }),
      powerActor({ address: power, power: ports.power, holdUpTimeMs, connectors, outbox }),
      ...each,
    ],
  };
}

function central(ports: Ports, config: ChargerConfig, addresses: Addresses): SupervisorSpec {
  const { clock, entropy, store } = ports;
  const { table, featureProfiles } = config;
  const { configuration, authorizer, localList, reservations, profileScheduler, connectors } = addresses;
  const { link, outbox, station } = addresses;
  return {
    id: "central",
    strategy: "rest_for_one",
    intensity: { restartsMax: 5, withinMs: 60_000 },
    giveUp: { retryInitialMs: 1_000, retryMaxMs: 60_000 },
    children: [
      linkActor({
        address: link,
        clock,
        driver: ports.websocket,
        entropy,
        credentials: ports.credentials,
        dialling: config.dialling,
        backoff: config.backoff,
        outbox,
        certStore: addresses.certStore,
        securityLog: addresses.securityLog,
        settings: () => readSettings(store, table),
      }),
      outboxActor({
        address: outbox,
        clock,
        entropy,
        store,
        table,
        messagesMax: config.transactionMessagesMax,
        link,
        station,
        authorizer,
        connectors,
        profileScheduler,
        securityLog: addresses.securityLog,
        route: routes({
          configuration,
          station,
          authorizer,
          localList,
          reservations,
          profileScheduler,
          certStore: addresses.certStore,
          diagnostics: addresses.diagnostics,
          vendorId: config.identity.chargePointVendor,
          featureProfiles: config.security.securityProfiles.length > 1
            ? [...featureProfiles, "Security"]
            : featureProfiles,
        }),
      }),
      stationActor({
        address: station,
        identity: config.identity,
        boot: config.boot,
        limits: config.registration,
        clock,
        entropy,
        store,
        table,
        board: ports.board,
        host: ports.host,
        civilTime: ports.civilTime,
        configuration,
        outbox,
        connectors,
        reservations,
        profileScheduler,
        certStore: addresses.certStore,
        diagnostics: addresses.diagnostics,
        securityLog: addresses.securityLog,
        smartCharging: featureProfiles.includes("SmartCharging"),
      }),
    ],
  };
}

/** What may fail without a driver noticing. */
function upkeep(ports: Ports, config: ChargerConfig, addresses: Addresses): SupervisorSpec {
  return {
    id: "upkeep",
    strategy: "one_for_one",
    intensity: { restartsMax: 2, withinMs: 600_000 },
    giveUp: { retryInitialMs: 10_000, retryMaxMs: 600_000 },
    children: [
      diagnosticsActor({
        address: addresses.diagnostics,
        clock: ports.clock,
        store: ports.store,
        credentials: ports.credentials,
        transfer: ports.transfer,
        diagnostics: ports.diagnostics,
        protocols: config.fileTransferProtocols,
        outbox: addresses.outbox,
      }),
    ],
  };
}
