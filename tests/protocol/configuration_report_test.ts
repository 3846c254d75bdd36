/** What a station tells of its configuration keys, and what it holds of what is stored (OCPP 1.6 §5.8, §9). */
import { assertEquals } from "@std/assert";
import { change, keyTable, report, settings } from "../../protocol/configuration.ts";
import { bare, limits } from "./configuration_limits.ts";

const table = keyTable(limits);
const names = Object.keys(table);

function check(sentence: string, body: () => void): void {
  Deno.test({ name: `configuration: ${sentence}`, permissions: "none" }, body);
}

check("without StopTransactionOnEVSideDisconnect's freedom the key is read-only (errata v4.0)", () => {
  const access = { access: "R", default: true } as const;
  const narrow = keyTable({ ...limits, stopTransactionOnEVSideDisconnect: access });
  const key = "StopTransactionOnEVSideDisconnect";
  assertEquals(change(narrow, key, "true").status, "Rejected");
  assertEquals(report(narrow, settings(narrow, new Map()), [key])?.configurationKey, [
    { key, readonly: true, value: "true" },
  ]);
});

check("C-02 to C-05: the key of a function that the station has not is not there", () => {
  const without = keyTable(bare);
  const absent = [
    "AbsoluteNeedsStartSchedule",
    "AdditionalRootCertificateCheck",
    "AllowCSMSTLSWildcards",
    "AllowOfflineTxForUnknownId",
    "AuthorizationCacheEnabled",
    "AuthorizationKey",
    "CertificateSignedMaxChainSize",
    "CertificateStoreMaxLength",
    "CpoName",
    "SecurityProfile",
    "SupportedFileTransferProtocols",
    "ChargeProfileMaxStackLevel",
    "ChargingScheduleAllowedChargingRateUnit",
    "ChargingScheduleMaxPeriods",
    "MaxChargingProfilesInstalled",
    "OfflineCurrentLimit",
    "TxDefaultAfterTxProfile",
    "LocalAuthListEnabled",
    "LocalAuthListMaxLength",
    "SendAllSecurityEvents",
    "SendLocalListMaxLength",
    "MaxEnergyOnInvalidId",
    "MinimumStatusDuration",
    "ReserveConnectorZeroSupported",
  ];
  const stored = absent.map((key) => [key, key.startsWith("M") ? "1" : "true"] as const);
  const current = settings(without, new Map(stored));
  assertEquals(
    current,
    settings(without, new Map()),
    "what an earlier profile had stored counts for nothing",
  );
  assertEquals(current.AuthorizationCacheEnabled, false);
  for (const key of absent) {
    assertEquals(change(without, key, "true").status, "NotSupported");
    assertEquals(report(without, current, [key]), { configurationKey: [], unknownKey: [key] });
  }
  const all = report(without, current, [])?.configurationKey?.map((one) => one.key);
  assertEquals(all, names.filter((name) => !absent.includes(name)));
});

check("TC_019: asked for nothing in particular, all keys are told, each once", () => {
  const all = report(table, settings(table, new Map()), []);
  assertEquals(all?.configurationKey?.map(({ key }) => key), names);
  assertEquals(all?.unknownKey, undefined);
});

check("what is asked for is told in that order, once each, and what is unknown apart", () => {
  const asked = ["WebSocketPingInterval", "Testing", "ConnectionTimeOut", "websocketpinginterval"];
  assertEquals(report(table, settings(table, new Map()), asked), {
    configurationKey: [
      { key: "WebSocketPingInterval", readonly: false, value: "5" },
      { key: "ConnectionTimeOut", readonly: false, value: "45" },
    ],
    unknownKey: ["Testing"],
  });
});

check("ORS-1: as many keys as GetConfigurationMaxKeys are answered, and not one more", () => {
  const asked = names;
  const current = settings(table, new Map());
  assertEquals(report(table, current, asked.slice(0, 4))?.configurationKey?.length, 4);
  assertEquals(report(table, current, asked.slice(0, 5)), null);
  assertEquals(report(table, current, ["a", "b", "c", "d", "e"]), null);
});

check("settings are what is stored, parsed", () => {
  const stored = new Map([
    ["AuthorizeRemoteTxRequests", "false"],
    ["ConnectionTimeOut", "90"],
    ["MeterValuesSampledData", "SoC,Power.Active.Import"],
  ]);
  assertEquals(settings(table, stored), {
    AbsoluteNeedsStartSchedule: false,
    AdditionalRootCertificateCheck: true,
    AllowCSMSTLSWildcards: false,
    AllowOfflineTxForUnknownId: false,
    AuthorizationCacheEnabled: true,
    AuthorizationKey: null,
    AuthorizeRemoteTxRequests: false,
    CertificateSignedMaxChainSize: 9_000,
    CertificateStoreMaxLength: 21,
    ChargeProfileMaxStackLevel: 9,
    ChargingScheduleAllowedChargingRateUnit: ["Power", "Current"],
    ChargingScheduleMaxPeriods: 64,
    ClockAlignedDataInterval: 0,
    ConnectionTimeOut: 90,
    ConnectorPhaseRotation: ["0.RST", "1.RST", "2.NotApplicable"],
    ConnectorPhaseRotationMaxLength: 3,
    CpoName: "",
    GetConfigurationMaxKeys: 4,
    HeartbeatInterval: 300,
    LocalAuthListEnabled: true,
    LocalAuthListMaxLength: 63,
    LocalAuthorizeOffline: true,
    LocalPreAuthorize: false,
    MaxChargingProfilesInstalled: 11,
    MaxEnergyOnInvalidId: 0,
    MessageTimeout: 30,
    MeterValueSampleInterval: 61,
    MeterValuesAlignedData: ["Energy.Active.Import.Register"],
    MeterValuesAlignedDataMaxLength: 5,
    MeterValuesSampledData: ["SoC", "Power.Active.Import"],
    MeterValuesSampledDataMaxLength: 2,
    MinimumStatusDuration: 0,
    NumberOfConnectors: 2,
    OfflineCurrentLimit: 32,
    ReserveConnectorZeroSupported: true,
    ResetRetries: 7,
    SecurityProfile: 0,
    SendAllSecurityEvents: false,
    SendLocalListMaxLength: 8,
    StopTransactionMaxMeterValues: 1_000,
    StopTransactionOnEVSideDisconnect: false,
    StopTransactionOnInvalidId: true,
    StopTxnAlignedData: [],
    StopTxnAlignedDataMaxLength: 1,
    StopTxnSampledData: [],
    StopTxnSampledDataMaxLength: 6,
    SupportedFeatureProfiles: ["Core", "RemoteTrigger"],
    SupportedFileTransferProtocols: ["FTP", "HTTPS"],
    TransactionMessageAttempts: 3,
    TransactionMessageRetryInterval: 62,
    TxDefaultAfterTxProfile: false,
    UnlockConnectorOnEVSideDisconnect: true,
    WebSocketPingInterval: 5,
  });
});

check("an empty list stays empty, and so does a first value that is", () => {
  const stored = new Map([["MeterValuesSampledData", ""], ["StopTxnSampledData", "SoC"]]);
  const current = settings(table, stored);
  assertEquals([current.MeterValuesSampledData, current.StopTxnSampledData], [[], ["SoC"]]);
  const told = report(table, current, ["MeterValuesSampledData", "StopTxnAlignedData"]);
  assertEquals(told?.configurationKey?.map(({ value }) => value), ["", ""]);
});

check("what is stored and no longer allowed counts as not stored, and so does what nobody may change", () => {
  const fixedNow = { access: "R", default: true } as const;
  const narrowed = keyTable({
    ...limits,
    measurands: { ...limits.measurands, sampled: ["Energy.Active.Import.Register"] },
    stopTransactionOnEVSideDisconnect: fixedNow,
  });
  const current = settings(
    narrowed,
    new Map([
      ["ConnectionTimeOut", "0"],
      ["MeterValuesSampledData", "SoC"],
      ["NumberOfConnectors", "9"],
      ["StopTransactionOnEVSideDisconnect", "false"],
      ["Testing", "1"],
    ]),
  );
  assertEquals(current, { ...settings(narrowed, new Map()), StopTransactionOnEVSideDisconnect: true });
});

check(
  "§4.2: a HeartbeatInterval from BootNotification.conf may be shorter than ChangeConfiguration allows",
  () => {
    const held = ["1", "59", "18000", "0", "18001", "-5"].map((text) =>
      settings(table, new Map([["HeartbeatInterval", text]])).HeartbeatInterval
    );
    assertEquals(held, [1, 59, 18_000, 300, 300, 300]);
  },
);
