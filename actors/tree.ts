/**
 * The tree: which actors there are, and what fails with what.
 *
 * Law: no crash outside `charging` reaches a contactor, and inside it a connector fails alone. A lost network is a message and
 * no crash; a give-up of `central` or `upkeep` is retried with back-off and never counts at the root (a crash loop there must not stop
 * a car from charging). Only `settings` and `charging` escalate: then the process exits and the init system starts it again.
 */
import type { Addresses } from "./addresses.ts";
import { makeAddresses } from "./addresses.ts";
import type { ChargerConfig } from "./charger_config.ts";
import type { Ports } from "./ports.ts";
import { authorizerActor } from "./authorizer.ts";
import { certStoreActor } from "./cert_store.ts";
import { configurationActor } from "./configuration.ts";
import { connectorActor } from "./connector.ts";
import { diagnosticsActor } from "./diagnostics.ts";
import { linkActor } from "./link.ts";
import { localListActor } from "./local_list.ts";
import { meterActor } from "./meter.ts";
import type { Kernel } from "./otp/kernel.ts";
import type { SupervisorSpec } from "./otp/supervisor.ts";
import { outboxActor } from "./outbox.ts";
import { powerActor } from "./power.ts";
import { profileSchedulerActor } from "./profile_scheduler.ts";
import { reservationsActor } from "./reservations.ts";
import { tellingRefusals } from "./refusal_watch.ts";
import { routes } from "./routes.ts";
import { securityLogActor, tampered } from "./security_log.ts";
import { readSettings } from "./settings.ts";
import { stationActor } from "./station.ts";

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
        trust: ports.trust,
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
      civilTime: ports.civilTime,
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
      powerActor({ address: power, power: ports.power, holdUpTimeMs, meter, connectors, outbox }),
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
