/**
 * The configuration keys as one table: type, access, default, bounds (OCPP 1.6 §9, security white paper §5).
 *
 * Law: this table is the only place that knows what a key may hold. A value that it refuses changes nothing
 * (spec/config-keys.md, general rules); values travel and are stored as strings, and are parsed here.
 */
import type { ChangeConfigurationResponse, GetConfigurationResponse } from "./messages/core.ts";
import type { Measurand } from "./messages/types.ts";

/** What the station's hardware and its maker allow; the table is built from it. */
export interface ConfigurationLimits {
  readonly numberOfConnectors: number;
  readonly supportedFeatureProfiles: readonly string[];
  /** What the meters measure. A list that names anything else is Rejected (§7.31). */
  readonly measurands: readonly Measurand[];
  readonly getConfigurationMaxKeys: number;
  readonly heartbeatIntervalS: Bounds;
  readonly meterValueSampleIntervalS: Bounds;
  readonly meterValuesSampledDataMaxLength: number;
  readonly webSocketPingIntervalS: number;
  readonly connectionTimeOutS: number;
  readonly transactionMessageAttempts: number;
  readonly transactionMessageRetryIntervalS: number;
  /** Absent: the station offers no unknown offline authorization, and the key is not there. */
  readonly allowOfflineTxForUnknownId?: boolean;
  readonly stopTransactionOnEVSideDisconnect: { readonly access: "R" | "RW"; readonly default: boolean };
}

/** Least, most, and what holds until somebody says otherwise. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** `R` and `RW` as the central system sees it; `absent` is not there for it, and holds its initial value for ever. */
type Access = "R" | "RW" | "absent";

/** A key's type: how its text is parsed (undefined: refused), printed, and what it holds at first. */
export interface KeyDefinition<V> {
  readonly access: Access;
  readonly initial: V;
  readonly parse: (text: string) => V | undefined;
  /** How what is stored is parsed, where more may come to be stored than ChangeConfiguration may set. */
  readonly restore?: (text: string) => V | undefined;
  readonly print: (value: V) => string;
  /** What would be accepted, for the operator's error message. */
  readonly expected: string;
}

const secondsMax = 2_147_483;

export function keyTable(limits: ConfigurationLimits) {
  return {
    AllowOfflineTxForUnknownId: boolean(
      limits.allowOfflineTxForUnknownId === undefined ? "absent" : "RW",
      limits.allowOfflineTxForUnknownId ?? false,
    ),
    AuthorizeRemoteTxRequests: boolean("RW", true),
    ConnectionTimeOut: integer("RW", { min: 1, max: secondsMax, default: limits.connectionTimeOutS }),
    GetConfigurationMaxKeys: fixed(limits.getConfigurationMaxKeys),
    HeartbeatInterval: heartbeatInterval(limits.heartbeatIntervalS),
    MessageTimeout: integer("RW", { min: 1, max: 3_600, default: 30 }),
    MeterValueSampleInterval: integer("RW", limits.meterValueSampleIntervalS),
    MeterValuesSampledData: measurands(limits.measurands, limits.meterValuesSampledDataMaxLength),
    MeterValuesSampledDataMaxLength: fixed(limits.meterValuesSampledDataMaxLength),
    NumberOfConnectors: fixed(limits.numberOfConnectors),
    StopTransactionOnEVSideDisconnect: boolean(
      limits.stopTransactionOnEVSideDisconnect.access,
      limits.stopTransactionOnEVSideDisconnect.default,
    ),
    StopTransactionOnInvalidId: boolean("RW", true),
    SupportedFeatureProfiles: fixed(limits.supportedFeatureProfiles, (names) => names.join(",")),
    TransactionMessageAttempts: integer("RW", {
      min: 1,
      max: 1_000,
      default: limits.transactionMessageAttempts,
    }),
    TransactionMessageRetryInterval: integer("RW", {
      min: 1,
      max: secondsMax,
      default: limits.transactionMessageRetryIntervalS,
    }),
    WebSocketPingInterval: integer("RW", { min: 0, max: secondsMax, default: limits.webSocketPingIntervalS }),
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
  | { readonly status: Exclude<ChangeConfigurationResponse["status"], "Accepted">; readonly why: string };

export function change(table: KeyTable, key: string, value: string): Change {
  const name = named(table, key);
  if (name === undefined) {
    return { status: "NotSupported", why: `no configuration key is called ${JSON.stringify(key)}` };
  }
  const definition = definitionOf(table, name);
  if (definition.access === "R") return { status: "Rejected", why: `${name} is read-only` };
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
      const definition = definitionOf(table, name);
      return { key: name, readonly: definition.access === "R", value: definition.print(current[name]) };
    }),
    ...(unknown.length === 0 ? {} : { unknownKey: unknown }),
  };
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

function boolean(access: Access, initial: boolean): KeyDefinition<boolean> {
  return {
    access,
    initial,
    parse: (text) => {
      const folded = text.trim().toLowerCase();
      return folded === "true" ? true : folded === "false" ? false : undefined;
    },
    print: String,
    expected: "true or false",
  };
}

function integer(access: Access, bounds: Bounds): KeyDefinition<number> {
  return {
    access,
    initial: bounds.default,
    parse: (text) => {
      const value = /^\d+$/.test(text) ? Number(text) : NaN;
      return value >= bounds.min && value <= bounds.max ? value : undefined;
    },
    print: String,
    expected: `a whole number from ${bounds.min} to ${bounds.max}`,
  };
}

/** BootNotification.conf may set it below what ChangeConfiguration may, down to 1 (§4.2). */
function heartbeatInterval(bounds: Bounds): KeyDefinition<number> {
  return { ...integer("RW", bounds), restore: integer("RW", { ...bounds, min: 1 }).parse };
}

function fixed<V>(value: V, print: (value: V) => string = String): KeyDefinition<V> {
  return { access: "R", initial: value, parse: () => undefined, print, expected: "nothing: it is read-only" };
}

function measurands(measured: readonly Measurand[], lengthMax: number): KeyDefinition<readonly Measurand[]> {
  return {
    access: "RW",
    initial: ["Energy.Active.Import.Register"],
    parse: (text) => {
      const items = listed(text, measured);
      return items !== undefined && items.length <= lengthMax ? items as Measurand[] : undefined;
    },
    print: (items) => items.join(","),
    expected: `at most ${lengthMax} of ${measured.join(", ")}, comma separated`,
  };
}

/** Blanks around items are borne; an empty text is the empty list; a repeated item is refused. */
function listed(text: string, allowed: readonly string[]): string[] | undefined {
  const items = text.trim() === "" ? [] : text.split(",").map((item) => item.trim());
  const known = items.every((item) => allowed.includes(item));
  return known && new Set(items).size === items.length ? items : undefined;
}
