/**
 * Messages made from a schema's own description: valid ones at random, and from each of them every variation of one field.
 *
 * Law: a variation changes one place only, so that whoever refuses it can have but one reason.
 */
import fc from "fast-check";

/** What is used of the JSON Schema that zod prints of a message. */
export interface Shape {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly minItems?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly format?: string;
}

/** One message with one place changed. */
export interface Variation {
  /** As in `meterValue[0].timestamp`; empty for the message itself. */
  readonly place: string;
  readonly change: string;
  readonly payload: unknown;
}

type Change = readonly [change: string, value: unknown];

/** Messages as the shape describes them, with and without what is optional. */
export function validMessage(shape: Shape): fc.Arbitrary<unknown> {
  if (shape.enum !== undefined) return fc.constantFrom(...shape.enum);
  switch (shape.type) {
    case "object": {
      const fields: Record<string, fc.Arbitrary<unknown>> = {};
      for (const [name, field] of Object.entries(shape.properties ?? {})) fields[name] = validMessage(field);
      return fc.record(fields, { requiredKeys: [...(shape.required ?? [])], noNullPrototype: true });
    }
    case "array":
      return fc.array(validMessage(shape.items ?? {}), { minLength: shape.minItems ?? 0, maxLength: 2 });
    case "string":
      if (shape.format === "date-time") return fc.constantFrom(...dates.map(([, text]) => text));
      return fc.string({ unit: "grapheme-ascii", maxLength: shape.maxLength ?? 100 });
    case "integer":
      return fc.integer({ min: Math.max(shape.minimum ?? 0, -(2 ** 31)) });
    case "number":
      return fc.integer({ min: -100, max: 100_000 }).map((tenths) => tenths / 10);
    case "boolean":
      return fc.boolean();
  }
  throw new Error(`generating a message: the shape ${JSON.stringify(shape)} is of no type known here`);
}

/** Every variation of `value`, at every place below it. */
export function* variations(shape: Shape, value: unknown, place = ""): Generator<Variation> {
  for (const [change, payload] of changes(shape, value)) yield { place, change, payload };
  if (Array.isArray(value) && value.length > 0) {
    for (const inner of variations(shape.items ?? {}, value[0], `${place}[0]`)) {
      yield { ...inner, payload: [inner.payload, ...value.slice(1)] };
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [name, field] of Object.entries(value)) {
      const inside = place === "" ? name : `${place}.${name}`;
      const { [name]: _, ...others } = value as Record<string, unknown>;
      yield { place: inside, change: "left out", payload: others };
      for (const inner of variations(shape.properties?.[name] ?? {}, field, inside)) {
        yield { ...inner, payload: { ...value, [name]: inner.payload } };
      }
    }
  }
}

function changes(shape: Shape, value: unknown): readonly Change[] {
  const others = ofAnotherType.filter(([, other]) => typeOf(other) !== typeOf(value));
  if (shape.enum !== undefined) return [...others, ...literals(shape.enum)];
  switch (shape.type) {
    case "object":
      return [...others, ...unknownProperties(shape, value as object)];
    case "array":
      return [...others, ["no element", []], ["doubled", [...value as unknown[], ...value as unknown[]]]];
    case "string":
      return [
        ...others,
        ...(shape.format === "date-time" ? [...dates, ...noDates] : texts(shape.maxLength ?? 1_000)),
      ];
    case "integer":
      return [...others, ...integers];
    case "number":
      return [...others, ...decimals];
    default:
      return others;
  }
}

const ofAnotherType: readonly Change[] = [
  ["a string", "1"],
  ["a number", 1],
  ["a boolean", true],
  ["null", null],
  ["an object", {}],
  ["an array", ["1"]],
];

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function literals(known: readonly string[]): readonly Change[] {
  const first = known[0] ?? "";
  return [
    ["an unknown literal", "Frobnicated"],
    ["a literal in lower case", first.toLowerCase() === first ? first.toUpperCase() : first.toLowerCase()],
    ["a literal with a space", `${first} `],
    ["an empty literal", ""],
    ["Celcius", "Celcius"],
    ...known.map((literal): Change => [literal, literal]),
  ];
}

function unknownProperties(shape: Shape, value: object): readonly Change[] {
  return ["frobnicated", "transactionId", "constructor"]
    .filter((name) => shape.properties?.[name] === undefined)
    .map((name) => [`the unknown property ${name}`, { ...value, [name]: 1 }]);
}

function texts(charactersMax: number): readonly Change[] {
  return [
    ["empty", ""],
    ["as long as may be", "x".repeat(charactersMax)],
    ["one character too long", "x".repeat(charactersMax + 1)],
    ["much too long", "x".repeat(charactersMax + 2_000)],
    ["not ASCII", "é"],
    ["control characters", "\r\n\u0000"],
    ["a lone surrogate", "\ud800"],
    ["pairs that fit when counted as one", "🔌".repeat(charactersMax / 2 + 1)],
  ];
}

const integers: readonly Change[] = [
  ["zero", 0],
  ["negative zero", -0],
  ["negative", -1],
  ["with a fraction", 1.5],
  ["beyond 32 bits", 2 ** 40],
  ["beyond 53 bits", 2 ** 53],
];

const decimals: readonly Change[] = [
  ["three tenths", 0.3],
  ["what floating point makes of 48.3", 16.1 * 3],
  ["two digits after the point", 10.55],
  ["negative", -0.1],
  ["large", 1e12],
];

const dates: readonly Change[] = [
  ["UTC", "2024-01-31T12:00:00Z"],
  ["milliseconds", "2024-01-31T12:00:00.123Z"],
  ["nanoseconds", "2024-01-31T12:00:00.123456789Z"],
  ["an offset", "2024-01-31T12:00:00+05:30"],
  ["an offset without a colon", "2024-01-31T12:00:00-0800"],
  ["an offset of hours", "2024-01-31T12:00:00+14"],
  ["a leap day", "2024-02-29T23:59:59Z"],
  ["the year 9999", "9999-12-31T23:59:59Z"],
] as const;

const noDates: readonly Change[] = [
  ["no zone", "2024-01-31T12:00:00"],
  ["30 February", "2024-02-30T12:00:00Z"],
  ["no leap year", "2023-02-29T12:00:00Z"],
  ["month 13", "2024-13-01T12:00:00Z"],
  ["hour 25", "2024-01-31T25:00:00Z"],
  ["hour 24", "2024-01-31T24:00:00Z"],
  ["a leap second", "2016-12-31T23:59:60Z"],
  ["offset 99:99", "2024-01-31T12:00:00+99:99"],
  ["year 222222017", "222222017-01-31T12:00:00Z"],
  ["a negative year", "-2024-01-31T12:00:00Z"],
  ["lower case", "2024-01-31t12:00:00z"],
  ["a space for the T", "2024-01-31 12:00:00Z"],
  ["a day alone", "2024-01-31"],
  ["no seconds", "2024-01-31T12:00Z"],
  ["digits", "1706702400"],
  ["empty", ""],
];
