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

/** A row for every key, by the compiler's word. */
const keys: Readonly<Record<KeyName, Changeable | Fixed>> = {
  AllowOfflineTxForUnknownId: boolean("true"),
  AuthorizeRemoteTxRequests: boolean("true"),
  ConnectionTimeOut: within("45", 1, 2_147_483),
  GetConfigurationMaxKeys: fixed("4"),
  HeartbeatInterval: within("300", 60, 18_000),
  MessageTimeout: within("30", 1, 3_600),
  MeterValueSampleInterval: within("61", 0, 300),
  MeterValuesSampledData: {
    access: "RW",
    initial: register,
    takes: [
      ["", ""],
      ["  ", ""],
      [power, power],
      [` SoC , ${register} `, `SoC,${register}`],
    ],
    refuses: [
      ...malformed,
      "Voltage",
      "soc",
      `${power},Voltage`,
      `${power},`,
      `${power},${power}`,
      `${register},${power},SoC`,
      `${register};${power}`,
    ],
  },
  MeterValuesSampledDataMaxLength: fixed("2"),
  NumberOfConnectors: fixed("2"),
  StopTransactionOnEVSideDisconnect: boolean("false"),
  StopTransactionOnInvalidId: boolean("true"),
  SupportedFeatureProfiles: fixed("Core,RemoteTrigger"),
  TransactionMessageAttempts: within("3", 1, 1_000),
  TransactionMessageRetryInterval: within("62", 1, 2_147_483),
  WebSocketPingInterval: within("5", 0, 2_147_483),
};

function check(sentence: string, body: () => void): void {
  Deno.test({ name: `configuration: ${sentence}`, permissions: "none" }, body);
}

for (const [key, row] of Object.entries(keys)) {
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
