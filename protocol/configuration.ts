/**
 * The configuration keys as one table: type, access, default, bounds (OCPP 1.6 §9, security white paper §5).
 *
 * Law: this table is the only place that knows what a key may hold. A value that it refuses changes nothing
 * (spec/config-keys.md, general rules); values travel and are stored as strings, and are parsed here. What may be changed is
 * kept over every restart, and counts at once: no key needs a reboot.
 */
import type { Access, Bounds, KeyDefinition, PhaseRotation } from "./configuration_key.ts";
import {
  booleanKey,
  fixedInteger,
  fixedList,
  integerKey,
  listKey,
  phaseRotationKey,
  textKey,
  writeOnlyKey,
} from "./configuration_key.ts";
import type { MeasurandItem } from "./measurand_item.ts";
import type { ChargingRateUnitType } from "./messages/charging_profile.ts";
import type { ChangeConfigurationResponse, GetConfigurationResponse } from "./messages/core.ts";

/** What the station's hardware and its maker allow; the table is built from it. */
export interface ConfigurationLimits {
  readonly numberOfConnectors: number;
  readonly supportedFeatureProfiles: readonly string[];
  /** The first values of ConnectorPhaseRotation: of the grid connection, then of each connector. */
  readonly phaseRotations: readonly PhaseRotation[];
  /** What the meters measure, and of which phases. A list that names anything else is Rejected (§7.31). */
  readonly measurands: {
    readonly sampled: readonly MeasurandItem[];
    readonly clockAligned: readonly MeasurandItem[];
  };
  readonly getConfigurationMaxKeys: number;
  readonly meterValuesAlignedDataMaxLength: number;
  readonly meterValuesSampledDataMaxLength: number;
  readonly stopTransactionMaxMeterValues: number;
  readonly stopTxnAlignedDataMaxLength: number;
  readonly stopTxnSampledDataMaxLength: number;
  readonly heartbeatIntervalS: Bounds;
  readonly meterValueSampleIntervalS: Bounds;
  readonly webSocketPingIntervalS: number;
  readonly connectionTimeOutS: number;
  readonly transactionMessageAttempts: number;
  readonly transactionMessageRetryIntervalS: number;
  readonly resetRetries: number;
  readonly localAuthorizeOffline: boolean;
  readonly localAuthListMaxLength: number;
  readonly sendLocalListMaxLength: number;
  readonly chargeProfileMaxStackLevel: number;
  readonly chargingScheduleMaxPeriods: number;
  readonly maxChargingProfilesInstalled: number;
  readonly chargingRateUnits: readonly ChargingRateUnitType[];
  /** Ampere: the most that any connector can give. */
  readonly currentMaxA: number;
  /** What the station can do; the key of what it cannot is absent. */
  readonly functions: {
    readonly authorizationCache: boolean;
    readonly authorizationKey: boolean;
    readonly localAuthList: boolean;
    readonly maxEnergyOnInvalidId: boolean;
    readonly minimumStatusDuration: boolean;
    readonly offlineTxForUnknownId: boolean;
    readonly reservation: boolean;
    readonly security: boolean;
    readonly smartCharging: boolean;
    /** Security profile 2 or 3. */
    readonly tls: boolean;
  };
  readonly reserveConnectorZero: boolean;
  readonly additionalRootCertificateCheck: boolean;
  readonly certificateSignedMaxChainSize: number;
  readonly certificateStoreMaxLength: number;
  readonly fileTransferProtocols: readonly string[];
  readonly stopTransactionOnEVSideDisconnect: FixableBoolean;
  readonly unlockConnectorOnEVSideDisconnect: FixableBoolean;
}

/** A key that a station may hold fast. */
export interface FixableBoolean {
  readonly access: "R" | "RW";
  readonly default: boolean;
}

const secondsMax = 2_147_483;
const dayS = 86_400;
/** The longest that a CALL may wait for its answer. */
export const messageTimeoutMaxS = 3_600;
/** At most an hour: whoever reads a status wants it to be of today. */
const statusDurationS: Bounds = { min: 0, max: 3_600, default: 0 };
/** At most the battery of a lorry. */
const invalidEnergyWh: Bounds = { min: 0, max: 1_000_000, default: 0 };
/** The credentials are no settings: they are given when the charger first starts, and changed over OCPP. */
const elsewhere =
  "its value by ChangeConfiguration, or at the first start (the option or field of that name)";
/** X.520: an organizationName has no more characters. */
const cpoNameLengthMax = 64;

export function keyTable(limits: ConfigurationLimits) {
  const { functions, measurands } = limits;
  const smart = functions.smartCharging;
  return {
    AbsoluteNeedsStartSchedule: booleanKey(where(smart), false),
    AdditionalRootCertificateCheck: booleanKey(
      functions.tls ? "R" : "absent",
      limits.additionalRootCertificateCheck,
    ),
    AllowCSMSTLSWildcards: booleanKey(where(functions.tls), false),
    AllowOfflineTxForUnknownId: booleanKey(where(functions.offlineTxForUnknownId), false),
    AuthorizationCacheEnabled: booleanKey(where(functions.authorizationCache), functions.authorizationCache),
    AuthorizationKey: writeOnlyKey(functions.authorizationKey ? "W" : "absent", elsewhere),
    AuthorizeRemoteTxRequests: booleanKey("RW", true),
    CertificateSignedMaxChainSize: fixedInteger(limits.certificateSignedMaxChainSize, functions.tls),
    CertificateStoreMaxLength: fixedInteger(limits.certificateStoreMaxLength, functions.tls),
    ChargeProfileMaxStackLevel: fixedInteger(limits.chargeProfileMaxStackLevel, smart),
    ChargingScheduleAllowedChargingRateUnit: fixedList(limits.chargingRateUnits.map(rateUnitName), smart),
    ChargingScheduleMaxPeriods: fixedInteger(limits.chargingScheduleMaxPeriods, smart),
    ClockAlignedDataInterval: integerKey("RW", { min: 0, max: dayS, default: 0 }, "s"),
    ConnectionTimeOut: integerKey("RW", { min: 1, max: secondsMax, default: limits.connectionTimeOutS }, "s"),
    ConnectorPhaseRotation: phaseRotationKey(limits.phaseRotations),
    ConnectorPhaseRotationMaxLength: fixedInteger(limits.phaseRotations.length),
    CpoName: textKey(where(functions.tls), cpoNameLengthMax),
    GetConfigurationMaxKeys: fixedInteger(limits.getConfigurationMaxKeys),
    HeartbeatInterval: heartbeatInterval(limits.heartbeatIntervalS),
    LocalAuthListEnabled: booleanKey(where(functions.localAuthList), functions.localAuthList),
    LocalAuthListMaxLength: fixedInteger(limits.localAuthListMaxLength, functions.localAuthList),
    LocalAuthorizeOffline: booleanKey("RW", limits.localAuthorizeOffline),
    LocalPreAuthorize: booleanKey("RW", false),
    MaxChargingProfilesInstalled: fixedInteger(limits.maxChargingProfilesInstalled, smart),
    MaxEnergyOnInvalidId: integerKey(where(functions.maxEnergyOnInvalidId), invalidEnergyWh, "Wh"),
    MessageTimeout: integerKey("RW", { min: 1, max: messageTimeoutMaxS, default: 30 }, "s"),
    MeterValueSampleInterval: integerKey("RW", limits.meterValueSampleIntervalS, "s"),
    MeterValuesAlignedData: meterValues(measurands.clockAligned, limits.meterValuesAlignedDataMaxLength),
    MeterValuesAlignedDataMaxLength: fixedInteger(limits.meterValuesAlignedDataMaxLength),
    MeterValuesSampledData: meterValues(measurands.sampled, limits.meterValuesSampledDataMaxLength),
    MeterValuesSampledDataMaxLength: fixedInteger(limits.meterValuesSampledDataMaxLength),
    MinimumStatusDuration: integerKey(where(functions.minimumStatusDuration), statusDurationS, "s"),
    NumberOfConnectors: fixedInteger(limits.numberOfConnectors),
    OfflineCurrentLimit: integerKey(where(smart), offlineCurrentA(limits.currentMaxA), "A"),
    ReserveConnectorZeroSupported: booleanKey(
      functions.reservation ? "R" : "absent",
      functions.reservation && limits.reserveConnectorZero,
    ),
    ResetRetries: integerKey("RW", { min: 0, max: 100, default: limits.resetRetries }, "times"),
    SecurityProfile: {
      ...integerKey(where(functions.security), { min: 0, max: 3, default: 0 }),
      parse: () => undefined,
      expected: elsewhere,
    },
    SendAllSecurityEvents: booleanKey(where(functions.security), false),
    SendLocalListMaxLength: fixedInteger(limits.sendLocalListMaxLength, functions.localAuthList),
    StopTransactionMaxMeterValues: fixedInteger(limits.stopTransactionMaxMeterValues),
    StopTransactionOnEVSideDisconnect: fixable(limits.stopTransactionOnEVSideDisconnect),
    StopTransactionOnInvalidId: booleanKey("RW", true),
    StopTxnAlignedData: listKey("RW", measurands.clockAligned, limits.stopTxnAlignedDataMaxLength),
    StopTxnAlignedDataMaxLength: fixedInteger(limits.stopTxnAlignedDataMaxLength),
    StopTxnSampledData: listKey("RW", measurands.sampled, limits.stopTxnSampledDataMaxLength),
    StopTxnSampledDataMaxLength: fixedInteger(limits.stopTxnSampledDataMaxLength),
    SupportedFeatureProfiles: fixedList(limits.supportedFeatureProfiles),
    SupportedFileTransferProtocols: fixedList(
      limits.fileTransferProtocols,
      limits.fileTransferProtocols.length > 0,
    ),
    TransactionMessageAttempts: integerKey("RW", {
      min: 1,
      max: 1_000,
      default: limits.transactionMessageAttempts,
    }, "times"),
    TransactionMessageRetryInterval: integerKey("RW", {
      min: 1,
      max: secondsMax,
      default: limits.transactionMessageRetryIntervalS,
    }, "s"),
    TxDefaultAfterTxProfile: booleanKey(where(smart), false),
    UnlockConnectorOnEVSideDisconnect: fixable(limits.unlockConnectorOnEVSideDisconnect),
    WebSocketPingInterval: integerKey("RW", {
      min: 0,
      max: secondsMax,
      default: limits.webSocketPingIntervalS,
    }, "s"),
  } as const;
}

export type KeyTable = ReturnType<typeof keyTable>;
export type KeyName = keyof KeyTable;

/** Every key's value, parsed. */
export type Settings = {
  readonly [K in KeyName]: KeyTable[K] extends KeyDefinition<infer V> ? V : never;
};

/**
 * What is stored, key by its official name to text. What the table would refuse counts as not stored, and so does what is
 * stored of a key that cannot be changed: the station may have been given another profile since.
 */
export function settings(table: KeyTable, stored: ReadonlyMap<string, string>): Settings {
  const entries = names(table).map((name) => {
    const definition = definitionOf(table, name);
    const text = definition.access === "RW" ? stored.get(name) : undefined;
    const value = text === undefined ? undefined : (definition.restore ?? definition.parse)(text);
    return [name, value ?? definition.initial];
  });
  return Object.fromEntries(entries) as Settings;
}

/** What ChangeConfiguration comes to (§5.3): the answer, and what to store when it is Accepted. */
export type Change =
  | { readonly status: "Accepted"; readonly name: KeyName; readonly value: string }
  | { readonly status: Refused; readonly why: string };

type Refused = Exclude<ChangeConfigurationResponse["status"], "Accepted" | "RebootRequired">;

export function change(table: KeyTable, key: string, value: string): Change {
  const name = named(table, key);
  if (name === undefined) {
    return { status: "NotSupported", why: `no configuration key is called ${JSON.stringify(key)}` };
  }
  const definition = definitionOf(table, name);
  if (definition.access === "R") return { status: "Rejected", why: `${name} is read-only` };
  // The value may be a secret: it is not quoted.
  if (definition.access === "W") return { status: "Rejected", why: `${name} takes ${definition.expected}` };
  const parsed = definition.parse(value);
  if (parsed === undefined) {
    return { status: "Rejected", why: `${name} takes ${definition.expected}, not ${JSON.stringify(value)}` };
  }
  return { status: "Accepted", name, value: definition.print(parsed) };
}

/** GetConfiguration.conf (§5.8) for the keys asked, or for all when none is asked. Null when more are asked than GetConfigurationMaxKeys. */
export function report(
  table: KeyTable,
  current: Settings,
  asked: readonly string[],
): GetConfigurationResponse | null {
  if (asked.length > current.GetConfigurationMaxKeys) return null;
  const found = asked.map((key) => named(table, key));
  const known = found.filter((name) => name !== undefined);
  const unknown = asked.filter((_, at) => found[at] === undefined);
  const reported = asked.length === 0 ? offered(table) : [...new Set(known)];
  return {
    configurationKey: reported.map((name) => {
      const { access, print } = definitionOf(table, name);
      // TC_019: a write-only key is told without its value.
      const value = access === "W" ? {} : { value: print(current[name]) };
      return { key: name, readonly: access === "R", ...value };
    }),
    ...(unknown.length === 0 ? {} : { unknownKey: unknown }),
  };
}

/** Every key with its definition, absent ones included. */
export function keyDefinitions(table: KeyTable): readonly (readonly [KeyName, KeyDefinition<unknown>])[] {
  return names(table).map((name) => [name, definitionOf(table, name)]);
}

/** The official spelling of a key, which is matched case-insensitively (CiString50Type). */
function named(table: KeyTable, key: string): KeyName | undefined {
  const folded = key.toLowerCase();
  return names(table).find((name) => name.toLowerCase() === folded && isOffered(table, name));
}

function offered(table: KeyTable): readonly KeyName[] {
  return names(table).filter((name) => isOffered(table, name));
}

function isOffered(table: KeyTable, name: KeyName): boolean {
  return definitionOf(table, name).access !== "absent";
}

function names(table: KeyTable): readonly KeyName[] {
  return Object.keys(table) as KeyName[];
}

/** One definition with its value type forgotten: only its own `parse` makes what its own `print` takes. */
function definitionOf(table: KeyTable, name: KeyName): KeyDefinition<unknown> {
  return table[name] as KeyDefinition<unknown>;
}

/** Errata v4.0 §3.86: the key's words for the units of a limit. */
function rateUnitName(unit: ChargingRateUnitType): "Current" | "Power" {
  return unit === "A" ? "Current" : "Power";
}

/** What its profiles allow holds offline too; this may lower it (decision D-offline-limit). */
function offlineCurrentA(currentMaxA: number): Bounds {
  const most = Math.ceil(currentMaxA);
  return { min: 0, max: most, default: most };
}

function where(has: boolean): Access {
  return has ? "RW" : "absent";
}

/** Begins with the register, which an empty list means as well (§9.1.17, TC_070). */
function meterValues(
  measured: readonly MeasurandItem[],
  lengthMax: number,
): KeyDefinition<readonly MeasurandItem[]> {
  return { ...listKey("RW", measured, lengthMax), initial: ["Energy.Active.Import.Register"] };
}

function fixable({ access, default: initial }: FixableBoolean): KeyDefinition<boolean> {
  return booleanKey(access, initial);
}

/** BootNotification.conf may set it below what ChangeConfiguration may, down to 1 (§4.2). */
function heartbeatInterval(bounds: Bounds): KeyDefinition<number> {
  return { ...integerKey("RW", bounds, "s"), restore: integerKey("RW", { ...bounds, min: 1 }).parse };
}
