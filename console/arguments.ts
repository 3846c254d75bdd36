/**
 * From the words of a command line to the command that they give, by the table in `grammar.ts`.
 *
 * Law: pure, and nothing is guessed: a word that the table does not know is refused, with the nearest known one named.
 */
import { closest } from "../protocol/closest.ts";
import { type Option, type Verb, type VerbName, VERBS, type View } from "./grammar.ts";
import { helpText, usage } from "./help.ts";

/** What `run` and `simulate` share; undefined where an option was not given. */
export interface StationOptions {
  readonly config: string | undefined;
  readonly csms: string | undefined;
  readonly id: string | undefined;
  readonly station: string | undefined;
  readonly state: string | undefined;
  readonly socket: string | undefined;
  readonly authKeyFile: string | undefined;
  readonly securityProfile: number | undefined;
  readonly rootFiles: readonly string[];
  /** OCPP keys as given; where one is given twice, the later value. */
  readonly set: Readonly<Record<string, string>>;
  readonly quiet: boolean;
  readonly json: boolean;
}

export interface RunOptions extends StationOptions {
  readonly config: string;
}

export interface SimulateOptions extends StationOptions {
  readonly speed: number | undefined;
  readonly once: boolean;
  readonly onReset: "restart" | "exit";
}

export interface InspectOptions {
  readonly view: View;
  readonly socket: string | undefined;
  readonly watch: boolean;
  readonly json: boolean;
  /** Seconds of the schedule; of `limits` only. */
  readonly duration: string | undefined;
  /** A file with a SetChargingProfile.req; of `limits` only. */
  readonly whatIf: string | undefined;
  /** A localId, behind which the list begins; of `parked` only. */
  readonly after: string | undefined;
  /** What is to be done with a parked transaction, instead of looking. */
  readonly deed: ParkedDeed | undefined;
}

export type ParkedDeed =
  | { readonly kind: "export" | "resend"; readonly localId: number }
  | { readonly kind: "discard"; readonly localId: number; readonly reason: string };

export type Command =
  | { readonly kind: "run"; readonly options: RunOptions }
  | { readonly kind: "simulate"; readonly options: SimulateOptions }
  | { readonly kind: "inspect"; readonly options: InspectOptions }
  /** For standard output, then exit 0. */
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "version" }
  /** For standard error, then exit with `exitCodes.usage`. */
  | { readonly kind: "refused"; readonly text: string };

/** Understands the words after the program's name. A bare `--`, which task runners put in, says nothing. */
export function parseArguments(words: readonly string[]): Command {
  const [first, ...rest] = words.filter((word) => word !== "--");
  if (first === "--version") return { kind: "version" };
  if (first === "--help" || first === "-h") return { kind: "help", text: helpText() };
  if (first === "help" && rest[0] === undefined) return { kind: "help", text: helpText() };
  const name = first === "help" ? rest[0] : first;
  if (name === undefined) return { kind: "refused", text: `give a verb\n\n${helpText()}` };
  if (!isVerb(name)) {
    return { kind: "refused", text: `give a verb, ${not(name, Object.keys(VERBS))}\n\n${helpText()}` };
  }
  if (first === "help" || rest.includes("--help") || rest.includes("-h")) {
    return { kind: "help", text: helpText(name) };
  }
  const given = sort(rest, VERBS[name]);
  return typeof given === "string" ? refuse(name, given) : toCommand(name, given);
}

/** Words that fit a verb's table, by the name of their option; a switch stands there with an empty value. */
export interface Given {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly view: View | undefined;
}

/** Sorts the words behind a verb; a string says what was wrong with them. */
export function sort(words: readonly string[], verb: Verb): Given | string {
  const values = new Map<string, string[]>();
  let view: View | undefined;
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (!word.startsWith("-")) {
      const known = verb.views.find((known) => known === word);
      if (known === undefined) return wrongWord(word, verb);
      if (view !== undefined) return `give one of ${view} and ${known}, not both`;
      view = known;
      continue;
    }
    const [name, attached] = cut(word);
    const option = verb.options.find((option) => `--${option.name}` === name);
    if (option === undefined) return unknownOption(name, verb);
    const value = option.value === undefined ? attached ?? "" : attached ?? valueAfter(left);
    const wrong = wrongValue(option, value);
    if (wrong !== undefined) return wrong;
    values.set(option.name, [...values.get(option.name) ?? [], value ?? ""]);
  }
  return { values, view };
}

/** The dashes, which all have in common, must not make two options look alike. */
function unknownOption(name: string, verb: Verb): string {
  const meant = closest(name.replace(/^-+/, ""), verb.options.map((option) => option.name));
  return `give a known option, not "${name}"${meant === undefined ? "" : `; did you mean --${meant}?`}`;
}

/** A word that begins as an option does is one, not the value of the option before it; `--name=value` takes any. */
function valueAfter(left: string[]): string | undefined {
  return left[0]?.startsWith("--") ? undefined : left.shift();
}

function cut(word: string): readonly [string, string | undefined] {
  const at = word.indexOf("=");
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function wrongValue(option: Option, value: string | undefined): string | undefined {
  if (option.value === undefined) return value === "" ? undefined : `give --${option.name} without a value`;
  if (value === undefined) return `give --${option.name} a value: ${usage(option)}, ${option.what}`;
  const accepted = option.accepts?.(value) ?? value !== "";
  return accepted ? undefined : `give ${usage(option)}, ${option.what}, not "${value}"`;
}

function wrongWord(word: string, verb: Verb): string {
  if (verb.views.length === 0) return `give options only, which begin with --, not "${word}"`;
  return `give one of ${verb.views.join(", ")}, ${not(word, verb.views)}`;
}

function not(word: string, names: readonly string[]): string {
  const name = closest(word, names);
  return `not "${word}"${name === undefined ? "" : `; did you mean ${name}?`}`;
}

function isVerb(word: string): word is VerbName {
  return Object.hasOwn(VERBS, word);
}

function toCommand(verb: VerbName, given: Given): Command {
  const options = stationOptions(given);
  const value = (name: string) => given.values.get(name)?.at(-1);
  switch (verb) {
    case "run": {
      const { config } = options;
      if (config === undefined) return refuse(verb, "give --config FILE: run has no defaults");
      return { kind: verb, options: { ...options, config } };
    }
    case "simulate": {
      const speed = value("speed");
      return {
        kind: verb,
        options: {
          ...options,
          speed: speed === undefined ? undefined : Number(speed),
          once: given.values.has("once"),
          onReset: value("on-reset") === undefined ? "restart" : "exit",
        },
      };
    }
    case "inspect": {
      const { socket, json } = options;
      const wrong = wrongForLimits(given);
      if (wrong !== undefined) return refuse(verb, wrong);
      const deed = parkedDeed(given);
      if (given.values.has("after") && given.view !== "parked") {
        return refuse(verb, "give --after with parked: inspect parked --after N");
      }
      if (typeof deed === "string") return refuse(verb, deed);
      return {
        kind: verb,
        options: {
          view: given.view ?? "tree",
          socket,
          watch: given.values.has("watch"),
          json,
          duration: value("duration"),
          whatIf: value("what-if"),
          after: value("after"),
          deed,
        },
      };
    }
  }
}

function wrongForLimits({ values, view }: Given): string | undefined {
  const [own] = ["duration", "what-if"].filter((name) => values.has(name));
  if (own !== undefined && view !== "limits") return `give --${own} with limits: inspect limits --${own} …`;
  return values.has("what-if") && values.has("watch") ? "give --watch or --what-if, not both" : undefined;
}

const DEEDS = ["export", "resend", "discard"] as const;

/** A string says what was wrong. */
function parkedDeed({ values, view }: Given): ParkedDeed | string | undefined {
  const [kind, ...others] = DEEDS.filter((deed) => values.has(deed));
  const reason = values.get("reason")?.at(-1);
  if (reason !== undefined && kind !== "discard") return "give --reason with --discard N only";
  if (kind === undefined) return undefined;
  if (others.length > 0) return `give one of --${[kind, ...others].join(" and --")}, not both`;
  if (view !== "parked") return `give --${kind} with parked: inspect parked --${kind} N`;
  const [look] = ["watch", "after"].filter((name) => values.has(name));
  if (look !== undefined) return `give --${look} or --${kind}, not both`;
  const localId = Number(values.get(kind)?.at(-1));
  if (kind !== "discard") return { kind, localId };
  return reason === undefined
    ? "give --reason TEXT with --discard: the log keeps it"
    : { kind, localId, reason };
}

function stationOptions({ values }: Given): StationOptions {
  const value = (name: string) => values.get(name)?.at(-1);
  return {
    config: value("config"),
    csms: value("csms"),
    id: value("id"),
    station: value("station"),
    state: value("state"),
    socket: value("socket"),
    authKeyFile: value("auth-key-file"),
    securityProfile: value("security-profile") === undefined ? undefined : Number(value("security-profile")),
    rootFiles: values.get("root-file") ?? [],
    set: Object.fromEntries((values.get("set") ?? []).map((setting) => {
      const [key, text] = cut(setting);
      return [key, text ?? ""];
    })),
    quiet: values.has("quiet"),
    json: values.has("json"),
  };
}

function refuse(verb: VerbName, what: string): Command {
  return { kind: "refused", text: `chargerd ${verb}: ${what}\nchargerd ${verb} --help tells more` };
}
