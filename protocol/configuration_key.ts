/**
 * The kinds of configuration keys: how each is parsed, bounded and printed (OCPP 1.6 §9; spec/config-keys.md, general rules).
 *
 * Law: a kind judges text and nothing else. Which key is of which kind, and how far it may be turned, is the table's to say
 * (`configuration.ts`). What `print` writes, `parse` reads back as the same value.
 */

/** `W` is told without its value; `absent` is not there for the central system, and holds its initial value for ever. */
export type Access = "R" | "RW" | "W" | "absent";

/** How a key's text is parsed (undefined: refused) and printed, and what it holds at first. */
export interface KeyDefinition<V> {
  readonly type: "boolean" | "integer" | "list" | "text";
  readonly unit?: Unit;
  readonly access: Access;
  readonly initial: V;
  readonly parse: (text: string) => V | undefined;
  /** How what is stored is parsed, where more may come to be stored than ChangeConfiguration may set. */
  readonly restore?: (text: string) => V | undefined;
  readonly print: (value: V) => string;
  /** What would be accepted, for the operator's error message. */
  readonly expected: string;
}

type Unit = "A" | "s" | "Wh" | "times";

/** Least, most, and what holds until somebody says otherwise. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** ConnectorPhaseRotation's values (§9.1.8); NotApplicable is for one phase and for DC. */
export type PhaseRotation =
  | "NotApplicable"
  | "Unknown"
  | "RST"
  | "RTS"
  | "SRT"
  | "STR"
  | "TRS"
  | "TSR";

const phaseRotations: readonly PhaseRotation[] = [
  "NotApplicable",
  "Unknown",
  "RST",
  "RTS",
  "SRT",
  "STR",
  "TRS",
  "TSR",
];

/** A configuration value is a CiString500 (§7.29). */
const valueLengthMax = 500;

export function booleanKey(access: Access, initial: boolean): KeyDefinition<boolean> {
  return {
    type: "boolean",
    access,
    initial,
    parse: (text) => {
      const folded = text.trim().toLowerCase();
      return folded === "true" ? true : folded === "false" ? false : undefined;
    },
    print: String,
    expected: "true or false",
  };
}

export function integerKey(access: Access, bounds: Bounds, unit?: Unit): KeyDefinition<number> {
  return {
    type: "integer",
    ...(unit === undefined ? {} : { unit }),
    access,
    initial: bounds.default,
    parse: (text) => {
      const value = /^\d+$/.test(text) ? Number(text) : NaN;
      return value >= bounds.min && value <= bounds.max ? value : undefined;
    },
    print: String,
    expected: `a whole number from ${bounds.min} to ${bounds.max}`,
  };
}

export function fixedInteger(value: number, isThere = true): KeyDefinition<number> {
  const access = isThere ? "R" : "absent";
  return { ...integerKey(access, { min: value, max: value, default: value }), expected: "" };
}

export function fixedList<Item extends string>(
  items: readonly Item[],
  isThere = true,
): KeyDefinition<readonly Item[]> {
  const access = isThere ? "R" : "absent";
  return { ...listKey(access, items, items.length), initial: items, expected: "" };
}

/** Items of `allowed`, each once, at most `lengthMax`. */
export function listKey<Item extends string>(
  access: Access,
  allowed: readonly Item[],
  lengthMax: number,
): KeyDefinition<readonly Item[]> {
  return {
    type: "list",
    access,
    initial: [],
    parse: (text) => {
      const items = itemsOf(text).map((item) => allowed.find((one) => one === item));
      const known = items.filter((item) => item !== undefined);
      return known.length === items.length && known.length <= lengthMax && isDistinct(known)
        ? known
        : undefined;
    },
    print: (items) => items.join(","),
    expected: `at most ${lengthMax} of ${allowed.join(", ")}, comma separated`,
  };
}

/** `connectorId.rotation` for each connector, `first[0]` for the grid connection (§9.1.8). */
export function phaseRotationKey(first: readonly PhaseRotation[]): KeyDefinition<readonly string[]> {
  const last = first.length - 1;
  const items = first.flatMap((_, connectorId) => phaseRotations.map((one) => `${connectorId}.${one}`));
  const initial = first.map((rotation, connectorId) => `${connectorId}.${rotation}`);
  const list = listKey("RW", items, first.length);
  return {
    ...list,
    // A station with more connectors than a value can name tells of the first ones.
    initial: initial.filter((_, at) => list.print(initial.slice(0, at + 1)).length <= valueLengthMax),
    parse: (text) => {
      const parsed = list.parse(text);
      return parsed !== undefined && isDistinct(parsed.map((item) => item.slice(0, item.indexOf("."))))
        ? parsed
        : undefined;
    },
    expected: `connectorId.rotation at most once for each connectorId, comma separated: connectorId 0 ` +
      `(the grid connection) to ${last}, rotation ${phaseRotations.join(", ")}`,
  };
}

/** Its value is kept elsewhere, and never told. */
export function writeOnlyKey(access: "W" | "absent", expected: string): KeyDefinition<null> {
  return { type: "text", access, initial: null, parse: () => undefined, print: () => "", expected };
}

/** At most `lengthMax` characters. */
export function textKey(access: Access, lengthMax: number): KeyDefinition<string> {
  return {
    type: "text",
    access,
    initial: "",
    parse: (text) => text.length <= lengthMax ? text : undefined,
    print: (value) => value,
    expected: `at most ${lengthMax} characters`,
  };
}

/** Blanks around items are borne; an empty text is the empty list. */
function itemsOf(text: string): readonly string[] {
  return text.trim() === "" ? [] : text.split(",").map((item) => item.trim());
}

function isDistinct(items: readonly string[]): boolean {
  return new Set(items).size === items.length;
}
