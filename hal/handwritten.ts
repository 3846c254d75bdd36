/**
 * What a person wrote by hand (a configuration file, a station profile), judged by a schema.
 *
 * Law: every problem is told at once, as a sentence that names the field, says what would be right and quotes what
 * stands there instead; a secret is never quoted.
 */
import { z } from "zod";
import { closest } from "../protocol/closest.ts";

/** The value as the schema gives it back, or one sentence a problem. */
export type Handwritten<T> =
  | { readonly kind: "read"; readonly value: T }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** Fields whose values are passwords or keys, in whatever file they stand. */
const SECRET = /authorizationkey|password|privatekey/i;

/** User and password in a URL. */
const CREDENTIALS = /\/\/[^/]*@/;

/** Longer values are cut in a message; the field's name is what finds them. */
const QUOTED_CHARACTERS_MAX = 60;

/** Parses JSON. Of a text that is none only the place is told, since a piece of it might be a secret. */
export function parseHandwritten(text: string): Handwritten<unknown> {
  try {
    return { kind: "read", value: JSON.parse(text) };
  } catch (error) {
    const where = /line \d+ column \d+/.exec(String(error))?.[0] ?? "its end, or before";
    const problem =
      `write JSON, without comments and without a comma after the last field: it stops being that at ${where}`;
    return { kind: "refused", problems: [problem] };
  }
}

/**
 * Judges `value` by `schema`. A field that a `z.strictObject` does not know gets the nearest known one named, and so does
 * a word that an enumeration does not know. A schema's own messages should begin with what to do (`write a …`).
 */
export function judgeHandwritten<S extends z.ZodType>(schema: S, value: unknown): Handwritten<z.output<S>> {
  // Read once: to compile the schema first, as zod would, takes longer than to walk it.
  const result = schema.safeParse(value, { reportInput: true, error: whatToDo, jitless: true });
  if (result.success) return { kind: "read", value: result.data };
  return { kind: "refused", problems: result.error.issues.flatMap((issue) => sentences(issue, [])) };
}

/** zod's error map, called where the schema that refuses is still in sight; undefined leaves zod's own words. */
function whatToDo(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "unrecognized_keys") {
    const names = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
    return issue.keys.map((key) => `remove the field "${key}", ${hint(key, names)}`).join("; ");
  }
  if (issue.code === "invalid_type") return `write ${TYPES[issue.expected] ?? `a ${issue.expected}`}`;
  if (issue.code === "too_small") return `write at least ${issue.minimum}${unit(issue.origin)}`;
  if (issue.code === "too_big") return `write at most ${issue.maximum}${unit(issue.origin)}`;
  if (issue.code === "invalid_value") {
    return `write ${issue.values.map((v) => JSON.stringify(v)).join(" or ")}`;
  }
  return undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  array: "an array",
  int: "a whole number",
  object: "an object",
  record: "an object",
};

function hint(key: string, names: readonly string[]): string {
  const name = closest(key, names);
  if (name !== undefined) return `which is not known; did you mean "${name}"?`;
  return `which is not known; known are ${names.join(", ")}`;
}

function unit(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" ? " elements" : "";
}

function sentences(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): readonly string[] {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_union") {
    const nearest = nearestAlternative(issue.errors);
    if (nearest !== undefined) return nearest.flatMap((inner) => sentences(inner, path));
  }
  const field = path.map(String).join(".");
  const told = issue.code === "unrecognized_keys" ? "" : instead(issue.input, SECRET.test(field));
  return [`${field === "" ? "" : `${field}: `}${issue.message}${told}`];
}

/** Of the shapes that a value may have, the first of its own type; none where its very type fits none of them. */
function nearestAlternative(errors: readonly z.core.$ZodIssue[][]): readonly z.core.$ZodIssue[] | undefined {
  return errors.find((issues) =>
    issues.every((issue) => issue.code !== "invalid_type" || issue.path.length > 0)
  );
}

/** An object or array is named and not quoted: a secret may stand anywhere in it. */
function instead(value: unknown, secret: boolean): string {
  if (value === undefined) return "; it is missing";
  if (secret) return ", not what stands there";
  if (Array.isArray(value)) return ", not an array";
  if (typeof value === "object" && value !== null) return ", not an object";
  const text = JSON.stringify(value).replace(CREDENTIALS, "//…@");
  return `, not ${text.length > QUOTED_CHARACTERS_MAX ? `${text.slice(0, QUOTED_CHARACTERS_MAX)}…` : text}`;
}
