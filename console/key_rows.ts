/**
 * The table of configuration keys as the README prints it: `deno task keys`.
 *
 * Law: what a row says comes from the keys' table and from nowhere else.
 */
import type { KeyTable } from "../protocol/configuration.ts";
import { keyDefinitions } from "../protocol/configuration.ts";

/** Rows of Markdown: key, type and unit, access, first value, and what ChangeConfiguration accepts. */
export function keyRows(table: KeyTable): readonly string[] {
  return keyDefinitions(table).map(([name, { type, unit, access, initial, print, expected }]) => {
    const first = access === "W" ? "" : print(initial) === "" ? "(empty)" : `\`${print(initial)}\``;
    const cells = [name, unit === undefined ? type : `${type}, ${unit}`, access, first];
    return `| ${[...cells, access === "R" ? "" : expected].join(" | ")} |`;
  });
}
