/** The configuration keys: what each may hold, and who may change it (OCPP 1.6 §5.3, §9; spec/config-keys.md). */
import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import type { KeyName } from "../../protocol/configuration.ts";
import { change, keyTable, report, settings } from "../../protocol/configuration.ts";
import { limits } from "./configuration_limits.ts";

const table = keyTable(limits);

const register = "Energy.Active.Import.Register";
const power = "Power.Active.Import";

/** Text that no key takes, whatever it holds. */
const malformed = [
  "null",
  "NaN",
  "Infinity",
  "constructor",
  "__proto__",
  "tostring",
  "[object Object]",
  ",",
  "\0",
];
const notBoolean = [...malformed, "", "0", "1", "yes", "truefalse", "true,false"];
const notInteger = [
  ...malformed,
  ...[
    "",
    " 61",
    "61 ",
    "-1",
    "-0",
    "-61",
    "+61",
    "61.0",
    "6e1",
    "0x3d",
    "٦١",
    "61,61",
    "true",
    "99999999999",
    "1".repeat(500),
  ],
];

/** A key that ChangeConfiguration may set: its first value, what it takes and as what it then reads, and what it refuses. */
interface Changeable {
  readonly access: "RW";
  readonly initial: string;
  readonly takes: readonly (readonly [text: string, reads: string])[];
  readonly refuses: readonly string[];
}

interface Fixed {
  readonly access: "R";
  readonly initial: string;
}

/** Not to be read, and not to be set over OCPP yet. */
interface Secret {
  readonly access: "W";
}

/** Integers at their edges. */
function within(initial: string, min: number, max: number): Changeable {
  return {
    access: "RW",
    initial,
    takes: [[`${min}`, `${min}`], [`${max}`, `${max}`], [`0${max}`, `${max}`]],
    refuses: [...notInteger, `${min - 1}`, `${max + 1}`],
  };
}

function boolean(initial: string): Changeable {
  const takes = [["true", "true"], ["false", "false"], ["TRUE", "true"], ["False", "false"], [
    " true ",
    "true",
  ]] as const;
  return { access: "RW", initial, takes, refuses: notBoolean };
}

function fixed(initial: string): Fixed {
  return { access: "R", initial };
}

/** Of what the station measures, as often as `lengthMax` allows; `register` is always one of them. */
function measurands(
  initial: string,
  list: { readonly other: string; readonly lengthMax: number; readonly measured: readonly string[] },
): Changeable {
  const { other, lengthMax, measured } = list;
  const tooMany = measured.length > lengthMax ? [measured.slice(0, lengthMax + 1).join()] : [];
  return {
    access: "RW",
    initial,
    takes: [["", ""], ["  ", ""], [other, other], [` ${other} `, other]],
    refuses: [
      ...malformed,
      "RPM",
      other.toLowerCase(),
      `${other}.L1`,
      `${other}.`,
      `${other},RPM`,
      `${other},`,
      `${other},${other}`,
      `${register};${other}`,
      ...tooMany,
    ],
  };
}

/** A row for every key, by the compiler's word. */
const keys: Readonly<Record<KeyName, Changeable | Fixed | Secret>> = {
  AbsoluteNeedsStartSchedule: boolean("false"),
  AdditionalRootCertificateCheck: fixed("true"),
  AllowCSMSTLSWildcards: boolean("false"),
  AllowOfflineTxForUnknownId: boolean("false"),
  AuthorizationCacheEnabled: boolean("true"),
  AuthorizationKey: { access: "W" },
  AuthorizeRemoteTxRequests: boolean("true"),
  CertificateSignedMaxChainSize: fixed("9000"),
  CertificateStoreMaxLength: fixed("21"),
  ChargeProfileMaxStackLevel: fixed("9"),
  ChargingScheduleAllowedChargingRateUnit: fixed("Power,Current"),
  ChargingScheduleMaxPeriods: fixed("64"),
  ClockAlignedDataInterval: within("0", 0, 86_400),
  ConnectionTimeOut: within("45", 1, 2_147_483),
  ConnectorPhaseRotation: {
    access: "RW",
    initial: "0.RST,1.RST,2.NotApplicable",
    takes: [
      ["", ""],
      ["0.RST, 1.RST, 2.RTS", "0.RST,1.RST,2.RTS"],
      ["2.Unknown", "2.Unknown"],
      ["2.TSR,0.SRT,1.STR", "2.TSR,0.SRT,1.STR"],
    ],
    refuses: [
      ...malformed,
      "3.RST",
      "-1.RST",
      "01.RST",
      "1.0.RST",
      "1",
      "1.",
      ".RST",
      "RST",
      "1.SSS",
      "1.rst",
      "1.RST,1.RST",
      "1.RST,1.RTS",
      "0.RST,1.RST,2.RST,3.RST",
    ],
  },
  ConnectorPhaseRotationMaxLength: fixed("3"),
  CpoName: {
    access: "RW",
    initial: "",
    takes: [["", ""], ["Open Charge AG", "Open Charge AG"], ["é".repeat(64), "é".repeat(64)]],
    refuses: ["x".repeat(65)],
  },
  GetConfigurationMaxKeys: fixed("4"),
  HeartbeatInterval: within("300", 60, 18_000),
  LocalAuthListEnabled: boolean("true"),
  LocalAuthListMaxLength: fixed("63"),
  LocalAuthorizeOffline: boolean("true"),
  LocalPreAuthorize: boolean("false"),
  MaxChargingProfilesInstalled: fixed("11"),
  MaxEnergyOnInvalidId: within("0", 0, 1_000_000),
  MessageTimeout: within("30", 1, 3_600),
  MeterValueSampleInterval: within("61", 0, 300),
  MeterValuesAlignedData: measurands(register, {
    other: "Voltage",
    lengthMax: 5,
    measured: [register, "Voltage"],
  }),
  MeterValuesAlignedDataMaxLength: fixed("5"),
  MeterValuesSampledData: measurands(register, {
    other: power,
    lengthMax: 2,
    measured: [register, power, "SoC"],
  }),
  MeterValuesSampledDataMaxLength: fixed("2"),
  MinimumStatusDuration: within("0", 0, 3_600),
  NumberOfConnectors: fixed("2"),
  OfflineCurrentLimit: within("32", 0, 32),
  ReserveConnectorZeroSupported: fixed("true"),
  ResetRetries: within("7", 0, 100),
  // Changed by the cert_store, never here.
  SecurityProfile: { access: "RW", initial: "0", takes: [], refuses: ["0", "1", "2", "3", "4", ""] },
  SendAllSecurityEvents: boolean("false"),
  SendLocalListMaxLength: fixed("8"),
  StopTransactionMaxMeterValues: fixed("1000"),
  StopTransactionOnEVSideDisconnect: boolean("false"),
  StopTransactionOnInvalidId: boolean("true"),
  StopTxnAlignedData: measurands("", { other: "Voltage", lengthMax: 1, measured: [register, "Voltage"] }),
  StopTxnAlignedDataMaxLength: fixed("1"),
  StopTxnSampledData: measurands("", { other: "SoC", lengthMax: 6, measured: [register, power, "SoC"] }),
  StopTxnSampledDataMaxLength: fixed("6"),
  SupportedFeatureProfiles: fixed("Core,RemoteTrigger"),
  SupportedFileTransferProtocols: fixed("FTP,HTTPS"),
  TransactionMessageAttempts: within("3", 1, 1_000),
  TransactionMessageRetryInterval: within("62", 1, 2_147_483),
  TxDefaultAfterTxProfile: boolean("false"),
  UnlockConnectorOnEVSideDisconnect: boolean("true"),
  WebSocketPingInterval: within("5", 0, 2_147_483),
};

function check(sentence: string, body: () => void): void {
  Deno.test({ name: `configuration: ${sentence}`, permissions: "none" }, body);
}

for (const [key, row] of Object.entries(keys)) {
  if (row.access === "W") continue;
  check(`TC_019: ${key} is ${row.access} and reads ${row.initial} at first`, () => {
    assertEquals(report(table, settings(table, new Map()), [key]), {
      configurationKey: [{ key, readonly: row.access === "R", value: row.initial }],
    });
  });
  if (row.access === "R") {
    check(`${key} is not to be changed, not even to what it is`, () => {
      assertEquals(change(table, key, row.initial), { status: "Rejected", why: `${key} is read-only` });
    });
    continue;
  }
  check(`TC_021: ${key} takes what it may hold, and reads it back`, () => {
    for (const [text, reads] of row.takes) {
      const outcome = change(table, key, text);
      const stored = new Map(outcome.status === "Accepted" ? [[outcome.name, outcome.value]] : []);
      const told = report(table, settings(table, stored), [key])?.configurationKey?.[0]?.value;
      assertEquals([outcome.status, told], ["Accepted", reads], JSON.stringify(text));
    }
  });
  check(`TC_040_2: ${key} refuses what it may not hold`, () => {
    for (const text of row.refuses) {
      assertEquals(change(table, key, text).status, "Rejected", JSON.stringify(text));
    }
  });
}

check("§5.3: what any key accepts of the texts of all keys is what settings() then has", () => {
  const rows = Object.values(keys).filter((row) => row.access === "RW");
  const texts = new Set(rows.flatMap(({ takes, refuses }) => [...takes.map(([text]) => text), ...refuses]));
  const accepted = Object.keys(keys).flatMap((key) => [...texts].map((text) => change(table, key, text)))
    .filter((outcome) => outcome.status === "Accepted");
  for (const { name, value } of accepted) {
    const current = settings(table, new Map([[name, value]]));
    assertEquals(String(current[name]), value, name);
  }
  assertGreater(accepted.length, 50);
});

check("TC_019: AuthorizationKey is told without a value, and as one that is not read-only", () => {
  const stored = new Map([["AuthorizationKey", "00112233445566778899aabbccddeeff"]]);
  for (const asked of [["AuthorizationKey"], ["authorizationkey"], []]) {
    const told = report(table, settings(table, stored), asked)?.configurationKey;
    assertEquals(told?.find(({ key }) => key === "AuthorizationKey"), {
      key: "AuthorizationKey",
      readonly: false,
    });
  }
});

check("AuthorizationKey is no setting, and what was given is not quoted", () => {
  const outcome = change(table, "AuthorizationKey", "00112233445566778899aabbccddeeff");
  assertEquals(outcome, {
    status: "Rejected",
    why:
      "AuthorizationKey takes its value by ChangeConfiguration, or at the first start (the option or field of that name)",
  });
});

check("§9.1.17: of measured items each is taken at most once, and no more than the list may hold", () => {
  const outcomes = [
    ["MeterValuesSampledData", ` SoC , ${register} `],
    ["MeterValuesSampledData", `${register},${power},SoC`],
    ["StopTxnSampledData", `${register},${power},SoC`],
    ["StopTxnAlignedData", `${register},Voltage`],
  ].map(([key = "", value = ""]) => {
    const outcome = change(table, key, value);
    return outcome.status === "Accepted" ? outcome.value : outcome.status;
  });
  assertEquals(outcomes, [`SoC,${register}`, "Rejected", `${register},${power},SoC`, "Rejected"]);
});

check("a station with a hundred connectors tells of the first ones in 500 characters (§7.29)", () => {
  const phaseRotations = Array.from({ length: 101 }, () => "NotApplicable" as const);
  const large = keyTable({ ...limits, phaseRotations });
  const told = report(large, settings(large, new Map()), ["ConnectorPhaseRotation"])?.configurationKey?.[0];
  assertEquals([told?.value?.length, told?.value?.split(",").at(-1)], [499, "29.NotApplicable"]);
  assertEquals(change(large, "ConnectorPhaseRotation", "100.RST").status, "Accepted");
});

check("TC_040_1: a key that nobody knows is NotSupported, and named", () => {
  const outcome = change(table, "Testing", "true");
  assertEquals(outcome, { status: "NotSupported", why: 'no configuration key is called "Testing"' });
  assertEquals(change(table, "constructor", "true").status, "NotSupported");
});

check("TC_040_2: a refused value is named with what would be right", () => {
  assertEquals(change(table, "MeterValueSampleInterval", "-1"), {
    status: "Rejected",
    why: 'MeterValueSampleInterval takes a whole number from 0 to 300, not "-1"',
  });
  const why = [
    change(table, "AuthorizeRemoteTxRequests", "maybe"),
    change(table, "MeterValuesSampledData", "Voltage"),
    change(table, "NumberOfConnectors", "3"),
  ].map((outcome) => outcome.status === "Accepted" ? "" : outcome.why);
  assertStringIncludes(why[0] ?? "", "true or false");
  assertStringIncludes(why[1] ?? "", `at most 2 of ${register}, ${power}, SoC`);
  assertEquals(why[2], "NumberOfConnectors is read-only");
});

check("a key's name has no case of letters, and is told in its official spelling", () => {
  assertEquals(change(table, "HEARTBEATinterval", "60"), {
    status: "Accepted",
    name: "HeartbeatInterval",
    value: "60",
  });
  assertEquals(report(table, settings(table, new Map()), ["numberofconnectors"]), {
    configurationKey: [{ key: "NumberOfConnectors", readonly: true, value: "2" }],
  });
});
