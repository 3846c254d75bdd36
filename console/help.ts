/**
 * The help text of the program and of each verb, made from the table in `grammar.ts`.
 *
 * Law: it says nothing that the table does not say.
 */
import { type Option, type Verb, type VerbName, VERBS } from "./grammar.ts";
import { alignColumns } from "./terminal.ts";

/** The help of one verb, or of the whole program. */
export function helpText(name?: VerbName): string {
  if (name === undefined) {
    return [
      "chargerd runs an electric vehicle charger that speaks OCPP 1.6-J.",
      "Usage: chargerd VERB [OPTION]…",
      indent(Object.entries(VERBS).map(([verb, { summary }]) => [verb, summary])),
      "chargerd VERB --help tells more, chargerd --version which version this is.",
    ].join("\n\n");
  }
  return verbHelp(`chargerd ${name}`, VERBS[name]);
}

/** The help of one verb of a table, by the words with which it is called. */
export function verbHelp(called: string, { summary, views, options, notes }: Verb): string {
  const required = options.filter((option) => option.required).map((option) => ` ${usage(option)}`);
  const view = views.length === 0 ? "" : ` [${views.join("|")}]`;
  return [
    `${called}: ${summary}.`,
    `Usage: ${called}${required.join("")}${view} [OPTION]…`,
    indent([...options.map((option) => [usage(option), option.what]), ["--help", "this text"]]),
    notes.join("\n"),
  ].join("\n\n");
}

/** An option as it is written: `--speed N`. */
export function usage(option: Option): string {
  return option.value === undefined ? `--${option.name}` : `--${option.name} ${option.value}`;
}

function indent(rows: readonly (readonly string[])[]): string {
  return alignColumns(rows).map((line) => `  ${line}`).join("\n");
}
