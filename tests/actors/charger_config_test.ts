/**
 * The configuration keys of the stations that ship: the reference station says what its certificate promises.
 *
 * Law: `conformance/pics.md` is the oracle, under its own ids; TC_019's list of required keys is another.
 */
import { assertEquals } from "@std/assert";
import { stationKeyTable } from "../../actors/charger_config.ts";
import type { StationProfile } from "../../hal/station_profile.ts";
import { change, report, settings } from "../../protocol/configuration.ts";
import { acTwoSockets, dcFour, referenceDc } from "../hal/stations.ts";

function check(sentence: string, body: () => void): void {
  Deno.test({ name: `station keys: ${sentence}`, permissions: "none" }, body);
}

interface Told {
  readonly readonly: boolean;
  readonly value?: string;
}

/** What GetConfiguration tells of a key at the very first boot; null where it is unknown. */
function told(profile: StationProfile, key: string): Told | null {
  const table = stationKeyTable(profile);
  const [found] = report(table, settings(table, new Map()), [key])?.configurationKey ?? [];
  if (found === undefined) return null;
  const { key: _, ...rest } = found;
  return rest;
}

function changed(profile: StationProfile, key: string, values: readonly string[]): readonly string[] {
  return values.map((value) => change(stationKeyTable(profile), key, value).status);
}

function readOnly(value: string): Told {
  return { readonly: true, value };
}

function free(value: string): Told {
  return { readonly: false, value };
}

const register = "Energy.Active.Import.Register";

/** Id in `conformance/pics.md`, the key, and what the reference station tells of it. */
const statement: readonly (readonly [id: string, key: string, told: Told | null])[] = [
  ["HFS-2", "UnlockConnectorOnEVSideDisconnect", readOnly("false")],
  ["HFS-4", "ConnectorPhaseRotation", free("0.NotApplicable,1.NotApplicable")],
  ["HFS-8", "NumberOfConnectors", readOnly("1")],
  ["C-01", "LocalAuthorizeOffline", free("true")],
  ["C-02", "AllowOfflineTxForUnknownId", free("false")],
  ["C-03", "MaxEnergyOnInvalidId", null],
  ["C-04", "AuthorizationCacheEnabled", free("true")],
  ["C-05", "MinimumStatusDuration", null],
  ["C-06.2", "StopTransactionOnEVSideDisconnect", readOnly("true")],
  ["C-09.1", "MeterValuesSampledData", free(register)],
  ["C-09.2", "MeterValuesAlignedData", free(register)],
  ["SEC-1", "AuthorizationKey", { readonly: false }],
  ["ORS-1", "GetConfigurationMaxKeys", readOnly("5")],
  ["ORS-2", "MeterValuesAlignedDataMaxLength", readOnly("200")],
  ["ORS-3", "MeterValuesSampledDataMaxLength", readOnly("200")],
  ["ORS-8", "StopTransactionMaxMeterValues", readOnly("2147483647")],
  ["ORS-9", "StopTxnAlignedDataMaxLength", readOnly("200")],
  ["ORS-10", "StopTxnSampledDataMaxLength", readOnly("200")],
  ["ORS-11", "WebSocketPingInterval", free("5")],
  ["left open", "ConnectionTimeOut", free("60")],
  ["left open", "TransactionMessageAttempts", free("3")],
  ["left open", "TransactionMessageRetryInterval", free("60")],
  ["left open", "ResetRetries", free("1")],
];

for (const [id, key, expected] of statement) {
  check(`${id}: the reference station tells ${key} as its certificate does`, () => {
    assertEquals(told(referenceDc, key), expected);
  });
}

check("ORS-1: the reference station answers five keys at once, and not six", () => {
  const table = stationKeyTable(referenceDc);
  const names = ["HeartbeatInterval", "ResetRetries", "NumberOfConnectors", "LocalPreAuthorize"];
  const current = settings(table, new Map());
  assertEquals(report(table, current, [...names, "Testing"])?.configurationKey?.length, 4);
  assertEquals(report(table, current, [...names, "Testing", "Testing"]), null);
});

check("ORS-4, ORS-5: MeterValueSampleInterval is 0 to 300 s", () => {
  assertEquals(changed(referenceDc, "MeterValueSampleInterval", ["-1", "0", "300", "301"]), [
    "Rejected",
    "Accepted",
    "Accepted",
    "Rejected",
  ]);
});

check("ORS-6, ORS-7: HeartbeatInterval is 60 to 18000 s", () => {
  assertEquals(changed(referenceDc, "HeartbeatInterval", ["59", "60", "18000", "18001"]), [
    "Rejected",
    "Accepted",
    "Accepted",
    "Rejected",
  ]);
});

check("C-09: a station takes what it measures, sampled and on the clock's grid, and nothing else", () => {
  for (const list of ["MeterValuesSampledData", "StopTxnSampledData", "MeterValuesAlignedData"]) {
    assertEquals(changed(referenceDc, list, [register, "Voltage"]), ["Accepted", "Rejected"]);
    assertEquals(changed(acTwoSockets, list, [`${register},Voltage`, "SoC"]), ["Accepted", "Rejected"]);
    assertEquals(changed(dcFour, list, ["SoC", "Voltage", "Voltage.L1"]), [
      "Accepted",
      "Accepted",
      "Rejected",
    ]);
  }
});

check("§16: a phase as suffix is taken where a connector has that phase, of what has phases", () => {
  const items = ["Voltage.L1", "Voltage.L3-N,Current.Import.L2", "Voltage.L1-L2", "Voltage.N"];
  assertEquals(changed(acTwoSockets, "MeterValuesSampledData", [...items, `${register}.L1`, "L1"]), [
    "Accepted",
    "Accepted",
    ...Array(4).fill("Rejected"),
  ]);
  const [socket] = acTwoSockets.connectors;
  const [cable] = dcFour.connectors;
  if (socket?.current !== "AC" || cable === undefined) throw new Error("the first socket is AC");
  const connectors = [{ ...socket, phases: 2 as const }, { ...cable, id: 2 }, {
    ...socket,
    id: 3,
    phases: 1 as const,
  }];
  const mixed = { ...acTwoSockets, connectors };
  assertEquals(changed(mixed, "MeterValuesSampledData", ["Voltage.L2", "Voltage.L3"]), [
    "Accepted",
    "Rejected",
  ]);
});

check("the AC station has the keys of what the reference leaves out", () => {
  const keys = [
    "MaxEnergyOnInvalidId",
    "MinimumStatusDuration",
    "StopTransactionOnEVSideDisconnect",
    "UnlockConnectorOnEVSideDisconnect",
    "ConnectorPhaseRotation",
    "ConnectorPhaseRotationMaxLength",
  ];
  assertEquals(keys.map((key) => told(acTwoSockets, key)), [
    free("0"),
    free("0"),
    free("true"),
    free("true"),
    free("0.RST,1.RST,2.RST"),
    readOnly("3"),
  ]);
});

check("errata v4.0 §3.83: fixed cables are never unlocked, and that is read-only", () => {
  for (const profile of [referenceDc, dcFour]) {
    assertEquals(told(profile, "UnlockConnectorOnEVSideDisconnect"), readOnly("false"));
    assertEquals(changed(profile, "UnlockConnectorOnEVSideDisconnect", ["true", "false"]), [
      "Rejected",
      "Rejected",
    ]);
  }
});

check("§9.1.8: one phase and DC have no rotation, and of two phases nobody knows it", () => {
  const [socket] = acTwoSockets.connectors;
  if (socket?.current !== "AC") throw new Error("the first socket is AC");
  const connectors = [{ ...socket, phases: 1 as const }, { ...socket, id: 2, phases: 2 as const }];
  const profile = { ...acTwoSockets, connectors };
  assertEquals(told(profile, "ConnectorPhaseRotation"), free("0.Unknown,1.NotApplicable,2.Unknown"));
});

/** TC_019's table: key and its `readonly`. */
const required = `AuthorizeRemoteTxRequests RW, ClockAlignedDataInterval RW, ConnectionTimeOut RW,
  ConnectorPhaseRotation RW, GetConfigurationMaxKeys R, HeartbeatInterval RW, LocalAuthorizeOffline RW,
  LocalPreAuthorize RW, MeterValuesAlignedData RW, MeterValuesSampledData RW, MeterValueSampleInterval RW,
  NumberOfConnectors R, ResetRetries RW, StopTransactionOnInvalidId RW, StopTxnAlignedData RW,
  StopTxnSampledData RW, SupportedFeatureProfiles R, TransactionMessageAttempts RW,
  TransactionMessageRetryInterval RW`;

for (const profile of [referenceDc, acTwoSockets, dcFour]) {
  check(`TC_019: ${profile.name} tells every required key, with the right access`, () => {
    const table = stationKeyTable(profile);
    const all = report(table, settings(table, new Map()), [])?.configurationKey ?? [];
    const access = new Map(all.map(({ key, readonly }) => [key, readonly ? "R" : "RW"]));
    const wrong = required.split(",").map((row) => row.trim().split(" ")).filter(([key = "", wanted]) =>
      access.get(key) !== wanted
    );
    assertEquals(wrong, []);
    assertEquals(access.has("UnlockConnectorOnEVSideDisconnect"), true);
    const secret = all.find(({ key }) => key === "AuthorizationKey");
    assertEquals(secret, { key: "AuthorizationKey", readonly: false });
    assertEquals(all.filter(({ value }) => value === undefined).length, 1);
  });
}
