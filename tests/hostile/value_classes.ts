/**
 * The value classes of hostile input (notes/reliability.md C3, rows 15 to 19): for each type of field what may stand in its place
 * on the wire, as JSON text, and what must come of it.
 *
 * Law: written from spec/messages.md §1 and spec/rpc.md §5, and not from the schemas that it tries. It is text, because most of what
 * hurts (1e999, -0, 01, a key that comes twice) is no value that JavaScript could hold.
 */
import type { RpcErrorCode } from "../../protocol/frame.ts";

/** A field without parts. */
export type Leaf =
  /** `least`: the smallest that may be; absent where any integer may. */
  | { readonly type: "integer"; readonly good: string; readonly least?: 0 }
  | { readonly type: "decimal"; readonly good: string }
  | { readonly type: "date"; readonly good: string }
  /** `most` characters; absent where the message's size is the only bound. */
  | { readonly type: "text"; readonly good: string; readonly most?: number }
  | { readonly type: "literal"; readonly good: string; readonly of: readonly string[] };

/**
 * What becomes of the message: it is taken, it is refused with this code, it is no frame at all (`ignored`: nothing goes back), or
 * the connection is closed on it.
 */
export type Fate = "taken" | RpcErrorCode | "ignored" | "closed";

export interface ValueClass {
  readonly what: string;
  readonly json: string;
  readonly fate: Fate;
}

/** Longer than any message that the charger bears (README, Limits). */
const tooLong = 300_000;

export function valueClasses(leaf: Leaf): readonly ValueClass[] {
  const others = otherTypes.filter(({ json }) => !isOfType(leaf, json));
  return [...own(leaf), ...others, ...noJson];
}

function own(leaf: Leaf): readonly ValueClass[] {
  switch (leaf.type) {
    case "integer": {
      const negative = leaf.least === undefined ? "taken" : "PropertyConstraintViolation";
      return [
        ...all(
          "taken",
          "0",
          "-0",
          "1e-400",
          "7.0",
          "7e0",
          "70E-1",
          "2147483647",
          "2147483648",
          "9007199254740991",
        ),
        ...all(negative, "-1", "-2147483649", "-9007199254740991"),
        ...all(
          "PropertyConstraintViolation",
          "9007199254740992",
          "9007199254740993",
          "-9007199254740992",
          "1e300",
        ),
        ...all("TypeConstraintViolation", "1.5", "0.1", "1e-5", "1e999", "-1e999"),
      ];
    }
    case "decimal":
      return [
        ...all("taken", "0", "-0", "-1", "0.1", "48.3", "1e12", "48.300000000000004", "5e-324"),
        ...all("PropertyConstraintViolation", "0.05", "1e308"),
        ...all("TypeConstraintViolation", "1e999", "-1e999"),
      ];
    case "date":
      return [...quoted("taken", dates), ...quoted("PropertyConstraintViolation", noDates)];
    case "text":
      return texts(leaf.most);
    case "literal":
      return literals(leaf.of);
  }
}

function isOfType(leaf: Leaf, json: string): boolean {
  return leaf.type === "integer" || leaf.type === "decimal" ? /^-?\d/.test(json) : json.startsWith('"');
}

const otherTypes = all(
  "TypeConstraintViolation",
  ...['"1"', '"NaN"', '"-1"', '""', "1", "0", "true", "false", "null", "[]", "[1]", '["x"]', "{}"],
  ...['{"toString":"x"}', '{"valueOf":null}', '{"__proto__":1}', '{"length":1}', "[[[[[[[[[[]]]]]]]]]]"],
);

const noJson = all(
  "ignored",
  ...["01", "+1", "1.", ".5", "1e", "--1", "0x10", "1_000", "NaN", "Infinity", "-Infinity", "undefined", ""],
  ...[
    "'x'",
    "`x`",
    '"x',
    'x"',
    '"\\x41"',
    '"\\u12"',
    '"a\nb"',
    '"a\u0000b"',
    "nul",
    "True",
    "{",
    "]",
    "1,,2",
    "/**/1",
  ],
);

const dates = [
  ...[
    "2024-01-31T12:00:00Z",
    "2024-01-31T12:00:00.1Z",
    "2024-01-31T12:00:00.123456789Z",
    "2024-01-31T12:00:00",
  ],
  ...[
    "2024-01-31T12:00:00+05:30",
    "2024-01-31T12:00:00-0800",
    "2024-01-31T12:00:00+14",
    "2024-02-29T23:59:59Z",
  ],
  ...["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1976-01-01T00:00:00Z", "2038-01-19T03:14:08Z"],
  ...["2076-01-01T00:00:00Z", "9999-12-31T23:59:59Z"],
];

const noDates = [
  ...[
    "",
    "0",
    "now",
    "1706702400",
    "2024",
    "2024-01-31",
    "12:00:00Z",
    "2024-01-31T12:00Z",
    "2024-01-31 12:00:00Z",
  ],
  ...["2024-02-30T12:00:00Z", "2023-02-29T12:00:00Z", "2024-13-01T12:00:00Z", "2024-00-01T12:00:00Z"],
  ...["2024-01-31T25:00:00Z", "2024-01-31T24:00:00Z", "2024-01-31T12:60:00Z", "2016-12-31T23:59:60Z"],
  ...[
    "2024-01-31T12:00:00+99:99",
    "2024-01-31T12:00:00+24:00",
    "2024-01-31T12:00:00.Z",
    "2024-01-31T12:00:00ZZ",
  ],
  ...[
    "-2024-01-31T12:00:00Z",
    "222222017-01-31T12:00:00Z",
    "+002024-01-31T12:00:00Z",
    "2024-01-31t12:00:00z",
  ],
  ...[
    "2024-01-31T12:00:00Z\\u0000",
    " 2024-01-31T12:00:00Z",
    "٢٠٢٤-01-31T12:00:00Z",
    "9999-12-31T23:59:59-01:00",
  ],
];

/** Short enough for every text field there is. */
const nastyTexts = [
  ...[
    "",
    " ",
    "é",
    "e\\u0301",
    "\u202eevil",
    "🔌🔌",
    "\\u0000",
    "\\r\\nSet-Cookie: a",
    "\\u001b[2J",
    "\\ufeff",
    "\\u2028",
  ],
  ...[
    "${7*7}",
    "{{7*7}}",
    "%s%n%x",
    "%00",
    "\\\"'`",
    "\\\\",
    "; reboot",
    "$(id)",
    "`id`",
    "| nc",
    "&& ls",
    "<b onload=x>",
  ],
  ...[
    "' OR 1=1--",
    "../../etc/passwd",
    "file:///etc",
    "__proto__",
    "constructor",
    "toString",
    "null",
    "undefined",
    "0",
    "-1",
  ],
  ...["HOSTILE", "hostile", "ı", "ß", "\\ud83d\\udd0c", "\\uffff", "true ", "١٢"],
];

function texts(most: number | undefined): readonly ValueClass[] {
  const nasty = quoted("taken", nastyTexts);
  const surrogates = quoted("PropertyConstraintViolation", ["\\ud800", "a\\udc00b", "\\udc00\\ud800"]);
  const flood: ValueClass = {
    what: `${tooLong} characters`,
    json: `"${"x".repeat(tooLong)}"`,
    fate: "closed",
  };
  if (most === undefined) return [...nasty, ...surrogates, flood, lengthened(200_000, "taken")];
  const refused = "PropertyConstraintViolation";
  return [
    ...nasty,
    ...surrogates,
    lengthened(most, "taken"),
    lengthened(most + 1, refused),
    lengthened(most + 5_000, refused),
    lengthened(200_000, refused),
    { what: `${most} characters of two units`, json: `"${"🔌".repeat(most)}"`, fate: "taken" },
    { what: `${most + 1} characters of two units`, json: `"${"🔌".repeat(most + 1)}"`, fate: refused },
    flood,
  ];
}

function lengthened(characters: number, fate: Fate): ValueClass {
  return { what: `${characters} characters`, json: `"${"x".repeat(characters)}"`, fate };
}

function literals(known: readonly string[]): readonly ValueClass[] {
  const [first = ""] = known;
  const wrong = [
    ...[
      "",
      "Frobnicated",
      first.toLowerCase(),
      first.toUpperCase(),
      ` ${first}`,
      `${first} `,
      `${first}\\u0000`,
    ],
    ...[
      first.slice(0, -1),
      `${first}${first}`,
      "__proto__",
      "constructor",
      "toString",
      "0",
      "\\ud800",
      "x".repeat(5_000),
    ],
  ].filter((text) => !known.includes(text));
  return [...quoted("taken", known), ...quoted("PropertyConstraintViolation", wrong)];
}

function quoted(fate: Fate, texts: readonly string[]): readonly ValueClass[] {
  return all(fate, ...texts.map((text) => `"${text}"`));
}

function all(fate: Fate, ...jsons: readonly string[]): readonly ValueClass[] {
  return jsons.map((json) => ({
    what: json.length > 60 ? `${json.slice(0, 20)}… (${json.length} characters)` : json,
    json,
    fate,
  }));
}
