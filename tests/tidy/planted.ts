/**
 * A small tidy house, and breaches planted in it one at a time.
 *
 * Law: a case passes when the planted breach is told and nothing else is.
 */
import { assertEquals } from "@std/assert";
import { breachesOf, type Tree } from "./breaches.ts";

const HEAD = "/** What it is for. */\n";

/** A small tidy house, in which every file is reached. */
const TIDY: Readonly<Record<string, string>> = {
  "main.ts":
    'import "./actors/tree.ts"; import "./hal/drivers/system_clock.ts"; import "./console/arguments.ts";',
  "actors/tree.ts":
    'import { link } from "./link.ts"; import "./otp/kernel.ts"; import type { C } from "../hal/clock.ts";',
  "actors/link.ts": 'import { t } from "../protocol/frame.ts"; import type { C } from "../hal/clock.ts";',
  "actors/otp/kernel.ts": 'import type { Clock } from "../../hal/clock.ts";',
  "protocol/frame.ts": 'import { z } from "zod"; export const at = new Date(0);',
  "hal/clock.ts": "export interface C { readonly after: () => Promise<void>; readonly setTimeout: number }",
  "hal/drivers/system_clock.ts":
    'import type { C } from "../clock.ts"; import "ws"; import "node:fs"; Date.now();',
  "hal/drivers/simulated_clock.ts":
    'import type { C } from "../clock.ts"; import { t } from "../../protocol/frame.ts";',
  "storage/store.ts": 'import { t } from "../protocol/frame.ts"; export interface Store {}',
  "storage/drivers/kv_store.ts": 'import type { Store } from "../store.ts"; Deno.openKv();',
  "console/arguments.ts": 'import "../simulator/car.ts"; import "../storage/drivers/kv_store.ts"; Deno.args;',
  "simulator/car.ts": 'import { b } from "../protocol/frame.ts"; setTimeout(b);',
  "tests/clock_test.ts":
    'import "../hal/drivers/simulated_clock.ts"; import "fast-check"; new URL("./child.ts");',
  "tests/child.ts": 'import "../main.ts";',
};

/** The tidy house with some files changed or added. A text that begins with `!` gets no head before it. */
export function treeWith(changes: Readonly<Record<string, string>>): Tree {
  const files = Object.entries({ ...TIDY, ...changes });
  return {
    files: new Map(files.map(([path, text]) => [path, text.startsWith("!") ? text.slice(1) : HEAD + text])),
    entries: [],
  };
}

/** One line a case: what is added to a file of the tidy house (or a new file, which main then imports), and what is said. */
export function check(sentence: string, path: string, planted: string, breach: string | undefined): void {
  Deno.test({ name: `tidy: ${sentence}`, permissions: "none" }, () => {
    const isNew = TIDY[path] === undefined;
    const main = isNew ? { "main.ts": `${TIDY["main.ts"]} import "./${path}";` } : {};
    const tree = treeWith({
      ...main,
      [path]: planted.startsWith("!") ? planted : `${TIDY[path] ?? ""}\n${planted}`,
    });
    assertEquals(breachesOf(tree), breach === undefined ? [] : [`${path}:${breach}`]);
  });
}
