/**
 * From a station profile and what BootNotification tells to the configuration of the tree: the one place where the profile's names meet the rules'.
 *
 * Law: a pure translation. What is derived here is derived nowhere else.
 */
import type { ConnectorHardware } from "../hal/connector_hardware.ts";
import type { StationProfile } from "../hal/station_profile.ts";
import type { Supply } from "../protocol/charging_rate.ts";
import type { FixableBoolean, KeyTable } from "../protocol/configuration.ts";
import { keyTable } from "../protocol/configuration.ts";
import { measurandItems } from "../protocol/measurand_item.ts";
import type { Bounds, PhaseRotation } from "../protocol/configuration_key.ts";
import type { BootNotificationRequest } from "../protocol/messages/core.ts";
import type { Dialling } from "./dialling.ts";
import { builtFeatureProfiles } from "./routes.ts";
import type { TransferProtocol } from "../firmware/transfer_target.ts";
import type { Backoff } from "../protocol/backoff.ts";
import type { OnPowerLoss } from "../protocol/connector_facts.ts";
import type { RegistrationLimits } from "../protocol/registration.ts";
import type { StationSecurity } from "./cert_store.ts";

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

const connectionLimits: Dialling["limits"] = {
  subprotocols: ["ocpp1.6"],
  handshakeTimeoutMs: 20_000,
  closeTimeoutMs: 5_000,
  // The largest message of the central system that is served: a SendLocalList of a thousand entries fits, and it parses in milliseconds.
  payloadBytesMax: 262_144,
};
/** A charger that is alone on a bad line tries about every 5 minutes; one of a thousand after an outage does not crowd. */
const backoff = { initialMs: 1_000, maxMs: 300_000 };
/** In Pending and Rejected with interval 0 (OCPP 1.6 §4.2: own choice, without flooding). */
const ownBootIntervalS = 60;
/** IEC 61851-1: a car charges from 6 A up, and the pilot signal cannot offer less. */
const currentMinAcA = 6;
/** A week in which two cars charge without a pause, at a sample a minute; about 20 MB. */
const transactionMessagesMax = 20_000;

export function chargerConfig(
  profile: StationProfile,
  bootNotification: BootNotificationRequest,
  boot: number,
  hasLostTime = false,
): ChargerConfig {
  const { securityProfiles, plainAuthorizationKey, tlsCipherSuites } = profile.security;
  return {
    identity: bootNotification,
    dialling: { limits: connectionLimits, cipherSuites: tlsCipherSuites },
    security: {
      securityProfiles: [0, ...securityProfiles],
      plainAuthorizationKey,
      // Whoever has nothing but key exchange by RSA knows keys of RSA.
      keyKind: tlsCipherSuites.every((suite) => suite.startsWith("TLS_RSA_")) ? "RSA-2048" : "P-256",
    },
    backoff,
    table: stationKeyTable(profile),
    featureProfiles: featureProfiles(profile),
    registration: { heartbeatIntervalMaxS: profile.bounds.HeartbeatInterval.most, ownBootIntervalS },
    fileTransferProtocols: profile.firmware.fileTransferProtocols,
    powerLoss: {
      onPowerLoss: profile.powerLoss.onPowerLoss,
      holdUpTimeMs: profile.powerLoss.holdUpTimeS * 1_000,
      checkpointIntervalMs: profile.powerLoss.checkpointIntervalS * 1_000,
    },
    connectors: profile.connectors.map((connector) => ({
      supply: supplyOf(connector),
      hasLock: connector.lock,
    })),
    transactionMessagesMax,
    boot,
    hasLostTime,
  };
}

/** The configuration keys of a station, before anything is stored. */
export function stationKeyTable(profile: StationProfile): KeyTable {
  const { limits, bounds, firstValues, options, measurands } = profile;
  const phases = phasesMeasured(profile.connectors);
  return keyTable({
    numberOfConnectors: profile.connectors.length,
    supportedFeatureProfiles: featureProfiles(profile),
    phaseRotations: phaseRotations(profile.connectors),
    measurands: {
      sampled: measurandItems(measurands.sampled, phases),
      clockAligned: measurandItems(measurands.clockAligned, phases),
    },
    getConfigurationMaxKeys: limits.GetConfigurationMaxKeys,
    meterValuesAlignedDataMaxLength: limits.MeterValuesAlignedDataMaxLength,
    meterValuesSampledDataMaxLength: limits.MeterValuesSampledDataMaxLength,
    stopTransactionMaxMeterValues: limits.StopTransactionMaxMeterValues,
    stopTxnAlignedDataMaxLength: limits.StopTxnAlignedDataMaxLength,
    stopTxnSampledDataMaxLength: limits.StopTxnSampledDataMaxLength,
    heartbeatIntervalS: bounded(bounds.HeartbeatInterval, firstValues.HeartbeatInterval),
    meterValueSampleIntervalS: bounded(bounds.MeterValueSampleInterval, firstValues.MeterValueSampleInterval),
    webSocketPingIntervalS: firstValues.WebSocketPingInterval,
    connectionTimeOutS: firstValues.ConnectionTimeOut,
    transactionMessageAttempts: firstValues.TransactionMessageAttempts,
    transactionMessageRetryIntervalS: firstValues.TransactionMessageRetryInterval,
    resetRetries: firstValues.ResetRetries,
    localAuthorizeOffline: firstValues.LocalAuthorizeOffline,
    localAuthListMaxLength: limits.LocalAuthListMaxLength,
    sendLocalListMaxLength: limits.SendLocalListMaxLength,
    chargeProfileMaxStackLevel: limits.ChargeProfileMaxStackLevel,
    chargingScheduleMaxPeriods: limits.ChargingScheduleMaxPeriods,
    maxChargingProfilesInstalled: limits.MaxChargingProfilesInstalled,
    chargingRateUnits: profile.smartCharging.chargingRateUnits,
    currentMaxA: Math.max(...profile.connectors.map(({ maxCurrentA }) => maxCurrentA)),
    functions: {
      ...options,
      reservation: featureProfiles(profile).includes("Reservation"),
      localAuthList: featureProfiles(profile).includes("LocalAuthListManagement"),
      smartCharging: featureProfiles(profile).includes("SmartCharging"),
      // Security profiles 1 and 2 are those with a password.
      authorizationKey: profile.security.securityProfiles.some((number) => number < 3),
      security: profile.security.securityProfiles.length > 0,
      tls: profile.security.securityProfiles.some((number) => number >= 2),
    },
    reserveConnectorZero: options.reserveConnectorZero,
    additionalRootCertificateCheck: limits.AdditionalRootCertificateCheck,
    certificateSignedMaxChainSize: limits.CertificateSignedMaxChainSize,
    certificateStoreMaxLength: limits.CertificateStoreMaxLength,
    fileTransferProtocols: profile.firmware.fileTransferProtocols,
    stopTransactionOnEVSideDisconnect: fixable(options.StopTransactionOnEVSideDisconnect),
    unlockConnectorOnEVSideDisconnect: fixable(options.UnlockConnectorOnEVSideDisconnect),
  });
}

/** Until somebody says otherwise: in order where there are three phases; where there are two nobody can know. */
function phaseRotations(connectors: StationProfile["connectors"]): readonly PhaseRotation[] {
  const each = connectors.map((connector): PhaseRotation => {
    if (connector.current === "DC" || connector.phases === 1) return "NotApplicable";
    return connector.phases === 3 ? "RST" : "Unknown";
  });
  const grid = each.find((rotation) => rotation !== "NotApplicable") ?? "NotApplicable";
  return [grid, ...each];
}

/** A list is the station's: where some connectors have more phases than others, the others leave out what they have not. */
function phasesMeasured(connectors: StationProfile["connectors"]): 0 | 1 | 2 | 3 {
  const most = (one: 0 | 1 | 2 | 3, other: 0 | 1 | 2 | 3) => one > other ? one : other;
  return connectors.map((connector) => connector.current === "AC" ? connector.phases : 0).reduce(most, 0);
}

function bounded(bounds: { readonly least: number; readonly most: number }, first: number): Bounds {
  return { min: bounds.least, max: bounds.most, default: first };
}

function fixable(
  option: { readonly access: "ReadOnly" | "ReadWrite"; readonly value: boolean },
): FixableBoolean {
  return { access: option.access === "ReadOnly" ? "R" : "RW", default: option.value };
}

function featureProfiles(profile: StationProfile): readonly string[] {
  return profile.featureProfiles.filter((name) => builtFeatureProfiles.includes(name));
}

/** As the rules of smart charging see it. */
export function supplyOf(connector: ConnectorHardware): Supply {
  const { maxCurrentA: currentMaxA, maxPowerW: powerMaxW } = connector;
  switch (connector.current) {
    case "AC": {
      const { voltageV, phases } = connector;
      return { currentMinA: currentMinAcA, currentMaxA, powerMaxW, voltageV, phases };
    }
    case "DC":
      return { currentMinA: 0, currentMaxA, powerMaxW, voltageV: connector.voltageMaxV, phases: 1 };
  }
}
