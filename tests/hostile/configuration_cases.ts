/**
 * ChangeConfiguration of every key to every value that might hurt (notes/reliability.md C3, row 21).
 *
 * Law: which values a key takes is not known here. What must hold is said by the one who runs them: Accepted is read back as it was
 * set, and anything else has changed nothing.
 */
import type { HostileCase } from "./hostile_case.ts";

/** Standard keys that this charger has not, and names that are none. */
const unknownKeys = [
  ...[
    "BlinkRepeat",
    "LightIntensity",
    "SupportedFeatureProfilesMaxLength",
  ],
  ...[
    "HeartbeatInterva",
    "HeartbeatInterval ",
    "Heartbeat\\u0000Interval",
    "ＨeartbeatInterval",
    "__proto__",
    "constructor",
  ],
  ...[
    "toString",
    "",
    "hasOwnProperty",
    "AuthorizationKey\\u0000",
    "HeartBeatlnterval",
    "boot",
    "configuration",
  ],
];

/** As they stand between quotation marks in JSON. */
const values = [
  ...[
    "",
    " ",
    "0",
    "1",
    "-1",
    "-0",
    "+1",
    " 1",
    "1 ",
    "01",
    "1.0",
    "1.5",
    "1e3",
    "1e999",
    "0x10",
    "NaN",
    "Infinity",
    "٣",
    "１",
  ],
  ...[
    "60",
    "2147483",
    "2147484",
    "2147483647",
    "2147483648",
    "9007199254740993",
    "99999999999999999999999999999999",
  ],
  ...[
    "true",
    "TRUE",
    "true ",
    "false",
    "tru",
    "yes",
    "on",
    "null",
    "undefined",
    "[]",
    "{}",
    "__proto__",
    "constructor",
  ],
  ...[
    ",",
    ",,,",
    "Energy.Active.Import.Register",
    " Energy.Active.Import.Register ,",
    "energy.active.import.register",
  ],
  ...[
    "Energy.Active.Import.Register,Energy.Active.Import.Register",
    "SoC",
    "Voltage.L1",
    "Voltage,Current.Import,SoC",
  ],
  ...[
    "0.RST",
    "0.RST,1.RST",
    "1.RST,1.RTS",
    "0.NotApplicable,1.Unknown",
    "9.RST",
    "-1.RST",
    "1.rst",
    "1.",
    ".RST",
    "1.RST.RST",
  ],
  ...[
    "Core",
    "Core,RemoteTrigger",
    "\\u0000",
    "\\r\\nX: y",
    "${7*7}",
    "; reboot",
    "$(id)",
    "<script>",
    "🔌",
    "%s",
  ],
];

export function configurationCases(keys: readonly string[]): readonly HostileCase[] {
  const known = keys.flatMap((key) => values.map((value) => change(key, value, ["Accepted", "Rejected"])));
  // Known in capitals as well, so never NotSupported; a text may be "-1".
  const folded = keys.map((key) => change(key.toUpperCase(), "-1", ["Accepted", "Rejected"]));
  const unknown = unknownKeys.flatMap((key) =>
    ["1", "true", ""].map((value) => change(key, value, ["NotSupported"]))
  );
  const long = keys.flatMap((key) => [
    refused(key, `"${"1".repeat(5_000)}"`, "5000 characters", "PropertyConstraintViolation"),
    refused(key, '"\\ud800"', "a lone surrogate", "PropertyConstraintViolation"),
    refused(key, "60", "the number 60", "TypeConstraintViolation"),
    refused(key, "true", "the boolean true", "TypeConstraintViolation"),
    change(key, "1".repeat(500), ["Rejected"]),
    change(key, `${"0".repeat(499)}1`, ["Accepted", "Rejected"]),
  ]);
  return [...known, ...folded, ...unknown, ...long];
}

function change(key: string, value: string, statuses: readonly string[]): HostileCase {
  const shown = value.length > 60 ? `${value.length} characters` : JSON.stringify(value);
  const read: string = JSON.parse(`"${value}"`);
  return {
    name: `ChangeConfiguration ${key} to ${shown}`,
    texts: ({ own }) => [`[2,"${own}","ChangeConfiguration",{"key":"${key}","value":"${value}"}]`],
    answers: ({ own }) => [{ id: own, verdict: "result", action: "ChangeConfiguration", statuses }],
    change: { key, value: read },
  };
}

function refused(
  key: string,
  value: string,
  what: string,
  verdict: "PropertyConstraintViolation" | "TypeConstraintViolation",
): HostileCase {
  return {
    name: `ChangeConfiguration ${key} to ${what}`,
    texts: ({ own }) => [`[2,"${own}","ChangeConfiguration",{"key":"${key}","value":${value}}]`],
    answers: ({ own }) => [{ id: own, verdict, action: "ChangeConfiguration" }],
  };
}
