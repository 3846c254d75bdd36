/**
 * Judges a payload by its schema, and says in OCPP's own codes what is wrong with it (OCPP-J 1.6 §4.2.3).
 *
 * Law: one verdict, one code, one sentence that names the place, the value and what would be right. A string is quoted only
 * where it stands for a literal or a date: a configuration value or free text may be a secret.
 */
import type { z } from "zod";
import type { RpcErrorCode } from "./frame.ts";

export type ParsedPayload<T> =
  | { readonly kind: "valid"; readonly value: T }
  | { readonly kind: "invalid"; readonly errorCode: RpcErrorCode; readonly errorDescription: string };

type Issue = z.core.$ZodIssue;
type Defect = readonly [errorCode: RpcErrorCode, what: string];

/** Enough of a literal to recognise it, and of a list of literals to choose from. */
const QUOTED_CHARACTERS_MAX = 40;
const DESCRIPTION_CHARACTERS_MAX = 255;

/** By JavaScript's names of types and zod's. */
const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ["string", "a string"],
  ["number", "a number"],
  ["int", "an integer"],
  ["boolean", "a boolean"],
  ["object", "an object"],
  ["array", "an array"],
]);

/** The first defect decides, in the order of the schema's fields; unknown properties come last. */
export function parsePayload<T>(schema: z.ZodType<T>, payload: unknown): ParsedPayload<T> {
  return verdict(schema.safeParse(payload), payload);
}

/**
 * The same for a payload that answers a CALL of our own: properties that OCPP 1.6 does not know are left out instead of refused.
 * A central system that says more than it should has answered all the same, and a billed transaction must not hang on it.
 */
export function parseAnswerPayload<T>(schema: z.ZodType<T>, payload: unknown): ParsedPayload<T> {
  const parsed = schema.safeParse(payload);
  const unknown = parsed.error?.issues.filter((issue) => issue.code === "unrecognized_keys") ?? [];
  if (unknown.length === 0) return verdict(parsed, payload);
  const known = structuredClone(payload);
  for (const { path, keys } of unknown) {
    const object = valueAt(known, path);
    if (typeof object === "object" && object !== null) {
      for (const key of keys) Reflect.deleteProperty(object, key);
    }
  }
  return parsePayload(schema, known);
}

function verdict<T>(parsed: z.ZodSafeParseResult<T>, payload: unknown): ParsedPayload<T> {
  if (parsed.success) return { kind: "valid", value: parsed.data };
  const issue = parsed.error.issues[0];
  // zod promises an issue with every failure; should it break that, the payload is refused all the same.
  if (issue === undefined) {
    return { kind: "invalid", errorCode: "FormationViolation", errorDescription: "not as specified" };
  }
  const [errorCode, what] = judge(issue, valueAt(payload, issue.path));
  const errorDescription = shortened(`${placeOf(issue.path)} ${what}`, DESCRIPTION_CHARACTERS_MAX);
  return { kind: "invalid", errorCode, errorDescription };
}

/**
 * The specification names the codes and not which defect gets which. Where the sources differ:
 * missing → ProtocolError, whose text is "payload is incomplete"; too long, a bad date, an unknown literal, out of bounds →
 * PropertyConstraintViolation, "an invalid value", which errata v4.0 §3.38 demands for the literals of a charging profile;
 * an unknown property → FormationViolation, "not conforming to the PDU structure". The message of a format or refinement
 * in this house's schemas names what would be right.
 */
function judge(issue: Issue, value: unknown): Defect {
  if (issue.code === "unrecognized_keys") {
    return [
      "FormationViolation",
      `has the property ${quoted(issue.keys[0] ?? "")}, which OCPP 1.6 does not know there`,
    ];
  }
  if (issue.path.length === 0) return ["FormationViolation", `is ${typeOf(value)}, not an object`];
  if (value === undefined) return ["ProtocolError", "is missing and required"];
  switch (issue.code) {
    case "invalid_type": {
      // A number that is none, or no whole one, is told itself; elsewhere the type must do, for the value may be a secret.
      const numeric = typeof value === "number" && (issue.expected === "number" || issue.expected === "int");
      const expected = TYPE_NAMES.get(issue.expected) ?? issue.expected;
      return ["TypeConstraintViolation", `is ${numeric ? value : typeOf(value)}, not ${expected}`];
    }
    case "invalid_value":
      if (typeof value !== "string") return ["TypeConstraintViolation", `is ${typeOf(value)}, not a string`];
      return ["PropertyConstraintViolation", `is ${quoted(value)}, not one of ${issue.values.join(", ")}`];
    case "too_big":
      return outOfBounds(value, `at most ${issue.maximum}`);
    case "too_small":
      return outOfBounds(value, `at least ${issue.minimum}`);
    case "invalid_format":
      return ["PropertyConstraintViolation", `is ${quoted(String(value))}, not ${issue.message}`];
    case "custom":
    case "not_multiple_of":
    case "invalid_union":
    case "invalid_key":
    case "invalid_element":
      return ["PropertyConstraintViolation", `is not ${issue.message}`];
  }
}

function outOfBounds(value: unknown, bound: string): Defect {
  if (Array.isArray(value)) {
    return ["OccurenceConstraintViolation", `has ${value.length} elements, not ${bound}`];
  }
  if (typeof value === "string") {
    return ["PropertyConstraintViolation", `has ${value.length} characters, not ${bound}`];
  }
  return ["PropertyConstraintViolation", `is ${value}, not ${bound}`];
}

/** `chargingProfile.chargingSchedule.chargingSchedulePeriod[0].limit`. */
function placeOf(path: Issue["path"]): string {
  if (path.length === 0) return "the payload";
  return path.map((step, at) =>
    typeof step === "number" ? `[${step}]` : `${at === 0 ? "" : "."}${String(step)}`
  ).join("");
}

/** Undefined where nothing stands: JSON itself has no such value. */
function valueAt(payload: unknown, path: Issue["path"]): unknown {
  let value = payload;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, step)?.value;
  }
  return value;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return TYPE_NAMES.get(typeof value) ?? typeof value;
}

function quoted(text: string): string {
  return JSON.stringify(shortened(text, QUOTED_CHARACTERS_MAX));
}

function shortened(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax - 1)}…`;
}
