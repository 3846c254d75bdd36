/** The README stays true: every configuration key, option, exit code and task stands in it as it is in the code. */
import { assert } from "@std/assert";
import { stationKeyTable } from "../actors/charger_config.ts";
import { exitCodes } from "../console/exit_codes.ts";
import { VERBS } from "../console/grammar.ts";
import denoJson from "../deno.json" with { type: "json" };
import { loadStation } from "../hal/drivers/station_files.ts";
import type { KeyDefinition } from "../protocol/configuration.ts";

const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));

function keyRows(): readonly string[] {
  const station = loadStation("reference-dc");
  if (station.kind === "refused") throw new Error(station.problems.join("; "));
  const table: Readonly<Record<string, KeyDefinition<unknown>>> = forgotten(stationKeyTable(station.value));
  return Object.entries(table).map(([name, { access, initial, print, expected }]) =>
    `| ${name} | ${access} | ${"`"}${print(initial)}${"`"} | ${access === "R" ? "" : expected} |`
  );
}

/** Each definition with its value type forgotten: only its own `parse` makes what its own `print` takes. */
function forgotten(table: object): Readonly<Record<string, KeyDefinition<unknown>>> {
  return table as Readonly<Record<string, KeyDefinition<unknown>>>;
}

Deno.test("README: lists every configuration key of the reference station, with its access, default and bounds", () => {
  for (const row of keyRows()) assert(readme.includes(row), `write into README.md: ${row}`);
});

Deno.test("README: lists every command-line option and every view", () => {
  for (const [verb, { options, views }] of Object.entries(VERBS)) {
    for (const { name, value } of options) {
      const option = `--${name}${value === undefined ? "" : ` ${value.replaceAll("|", "\\|")}`}`;
      assert(readme.includes(`\`${option}\``), `write ${verb} ${option} into README.md`);
    }
    for (const view of views) assert(readme.includes(view));
  }
});

Deno.test("README: lists every exit code and every task", () => {
  for (const [name, code] of Object.entries(exitCodes)) {
    assert(readme.includes(`\n| ${code} |`), `${name}: ${code}`);
  }
  for (const task of Object.keys(denoJson.tasks)) {
    assert(readme.includes(`task ${task}`), `write task ${task} into README.md`);
  }
});
