/**
 * The shape of a payload, and every way to change one place of it.
 *
 * Law: one change a variation, so that whoever refuses it can have but one reason.
 */
import type { Fate, Leaf } from "./value_classes.ts";
import { valueClasses } from "./value_classes.ts";

export type Field = Leaf | ObjectShape | { readonly type: "list"; readonly of: Field; readonly least: 0 | 1 };

export interface ObjectShape {
  readonly type: "object";
  readonly required: Fields;
  readonly optional: Fields;
}

export type Fields = Readonly<Record<string, Field>>;

/** A payload with one place changed, as JSON text. */
export interface Variation {
  /** As in `chargingProfile.stackLevel`; empty for the payload itself. */
  readonly place: string;
  readonly what: string;
  readonly json: string;
  readonly fate: Fate;
  /** `surplus`: its only defect is a property that nobody knows; `excess`: more than is parsed at all (README, Limits). */
  readonly kind: "value" | "surplus" | "excess";
}

/** Names that mean something to JavaScript, and one that means nothing to anybody. */
const surplusNames = [
  ...[
    "frobnicated",
    "",
    "__proto__",
    "constructor",
    "constructor.prototype",
    "prototype",
    "toJSON",
    "toString",
  ],
  ...["then", "length", "valueOf", "hasOwnProperty", "\\u0000", "0", "🔌"],
];

export function object(required: Fields, optional: Fields = {}): ObjectShape {
  return { type: "object", required, optional };
}

/** A payload as it should be, optional fields included. */
export function goodJson(shape: Field): string {
  switch (shape.type) {
    case "object":
      return written(goodFields(shape));
    case "list":
      return `[${goodJson(shape.of)}]`;
    case "integer":
    case "decimal":
    case "date":
    case "text":
    case "literal":
      return shape.good;
  }
}

/** Every variation of a payload of this shape, the good one first. */
export function* variations(shape: ObjectShape): Generator<Variation> {
  yield changed("", "as it should be", goodJson(shape), "taken");
  yield changed("", "null", "null", Object.keys(shape.required).length === 0 ? "taken" : "ProtocolError");
  for (const json of ["[]", "[{}]", "1", "1e999", "true", "false", '""', '"x"']) {
    yield changed("", json, json, "FormationViolation");
  }
  yield* changes(shape, "");
}

function changed(
  place: string,
  what: string,
  json: string,
  fate: Fate,
  kind: Variation["kind"] = "value",
): Variation {
  return { place, what, json, fate, kind };
}

function* changes(shape: Field, place: string): Generator<Variation> {
  switch (shape.type) {
    case "object":
      if (place !== "") yield* ofAnotherType(place, ["null", "1", "true", '"x"', "[]", "[{}]", '"{}"']);
      return yield* objectChanges(shape, place);
    case "list":
      yield* ofAnotherType(place, ["null", "1", "true", '"x"', "{}", '{"0":1,"length":1}']);
      return yield* listChanges(shape, place);
    case "integer":
    case "decimal":
    case "date":
    case "text":
    case "literal":
      for (const { what, json, fate } of valueClasses(shape)) yield changed(place, what, json, fate);
  }
}

function* ofAnotherType(place: string, jsons: readonly string[]): Generator<Variation> {
  for (const json of jsons) yield changed(place, json, json, "TypeConstraintViolation");
}

function* objectChanges(shape: ObjectShape, place: string): Generator<Variation> {
  const fields = goodFields(shape);
  for (const [name, field] of Object.entries({ ...shape.required, ...shape.optional })) {
    const inside = place === "" ? name : `${place}.${name}`;
    const others = fields.filter(([other]) => other !== name);
    yield changed(inside, "left out", written(others), name in shape.required ? "ProtocolError" : "taken");
    for (const inner of changes(field, inside)) {
      const json = written(fields.map(([other, json]) => [other, other === name ? inner.json : json]));
      yield { ...inner, json };
    }
    // RFC 8259 §4 leaves open which of two counts; here it is the last.
    const good = goodJson(field);
    const twice = (first: string, last: string) => written([...others, [name, first], [name, last]]);
    yield changed(inside, "twice, null first", twice("null", good), "taken");
    yield changed(inside, "twice, null last", twice(good, "null"), "TypeConstraintViolation");
  }
  const besides = (what: string, more: Members, kind: Variation["kind"]) =>
    changed(place, `besides ${what}`, written([...fields, ...more]), "FormationViolation", kind);
  for (const name of surplusNames) yield besides(`a property "${name}"`, [[name, "1"]], "surplus");
  yield besides("10000 properties", numbered(10_000), "surplus");
  yield besides("20001 properties", numbered(20_001), "excess");
  yield besides("a property 40 deep", [["x", deep(40)]], "excess");
}

function* listChanges({ of, least }: Extract<Field, { type: "list" }>, place: string): Generator<Variation> {
  yield changed(place, "empty", "[]", least === 0 ? "taken" : "OccurenceConstraintViolation");
  for (const inner of changes(of, `${place}[0]`)) {
    // Nothing between the brackets is the empty list.
    if (inner.json !== "") yield { ...inner, json: `[${inner.json}]` };
  }
  const good = goodJson(of);
  yield changed(`${place}[1]`, "null", `[${good},null]`, "TypeConstraintViolation");
  yield changed(place, "the same twice", `[${good},${good}]`, "taken");
  yield changed(place, "30000 zeros", `[${Array(30_000).fill("0").join()}]`, "FormationViolation", "excess");
}

type Members = readonly (readonly [name: string, json: string])[];

function goodFields(shape: ObjectShape): Members {
  return Object.entries({ ...shape.required, ...shape.optional }).map((
    [name, field],
  ) => [name, goodJson(field)]);
}

/** Names as they are, escapes included. */
function written(fields: Members): string {
  return `{${fields.map(([name, json]) => `"${name}":${json}`).join()}}`;
}

function numbered(count: number): Members {
  return Array.from({ length: count }, (_, n) => [`p${n}`, "1"]);
}

export function deep(levels: number): string {
  return `${"[".repeat(levels)}${"]".repeat(levels)}`;
}
