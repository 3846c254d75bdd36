/** What a station tells of its configuration keys, and what it holds of what is stored (OCPP 1.6 §5.8, §9). */
import { assertEquals } from "@std/assert";
import { change, keyTable, report, settings } from "../../protocol/configuration.ts";
import { limits } from "./configuration_limits.ts";

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

check("AllowOfflineTxForUnknownId is not there where unknown ids never charge offline", () => {
  const { allowOfflineTxForUnknownId: _, ...rest } = limits;
  const without = keyTable(rest);
  const key = "AllowOfflineTxForUnknownId";
  const current = settings(without, new Map([[key, "true"]]));
  assertEquals(current[key], false);
  assertEquals(change(without, key, "true").status, "NotSupported");
  assertEquals(report(without, current, [key]), { configurationKey: [], unknownKey: [key] });
  const all = report(without, current, [])?.configurationKey?.map((one) => one.key);
  assertEquals(all, names.filter((name) => name !== key));
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
    AllowOfflineTxForUnknownId: true,
    AuthorizeRemoteTxRequests: false,
    ConnectionTimeOut: 90,
    GetConfigurationMaxKeys: 4,
    HeartbeatInterval: 300,
    MessageTimeout: 30,
    MeterValueSampleInterval: 61,
    MeterValuesSampledData: ["SoC", "Power.Active.Import"],
    MeterValuesSampledDataMaxLength: 2,
    NumberOfConnectors: 2,
    StopTransactionOnEVSideDisconnect: false,
    StopTransactionOnInvalidId: true,
    SupportedFeatureProfiles: ["Core", "RemoteTrigger"],
    TransactionMessageAttempts: 3,
    TransactionMessageRetryInterval: 62,
    WebSocketPingInterval: 5,
  });
});

check("what is stored and no longer allowed counts as not stored, and so does what nobody may change", () => {
  const fixedNow = { access: "R", default: true } as const;
  const narrowed = keyTable({
    ...limits,
    measurands: ["Energy.Active.Import.Register"],
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
