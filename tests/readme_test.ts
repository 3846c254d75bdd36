/** The README stays true: every configuration key, option, exit code and task stands in it as it is in the code. */
import { assert, assertEquals } from "@std/assert";
import { stationKeyTable } from "../actors/charger_config.ts";
import { exitCodes } from "../console/exit_codes.ts";
import { VERBS } from "../console/grammar.ts";
import { keyRows } from "../console/key_rows.ts";
import denoJson from "../deno.json" with { type: "json" };
import { loadStation } from "../hal/drivers/station_files.ts";
import type { KeyTable } from "../protocol/configuration.ts";
import { mutants } from "./mutants/mutants.ts";
import { plantedBugs } from "./planted/planted_bugs.ts";

const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));

function referenceTable(): KeyTable {
  const station = loadStation("reference-dc");
  if (station.kind === "refused") throw new Error(station.problems.join("; "));
  return stationKeyTable(station.value);
}

Deno.test("README: lists every configuration key of the reference station, with its access, default and bounds", () => {
  const rows = keyRows(referenceTable());
  assert(readme.includes(`\n${rows.join("\n")}\n\n`), "write into README.md what deno task keys prints");
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

Deno.test("a charger may do what its simulator may, and no more", () => {
  const { run, simulate } = denoJson.tasks;
  assertEquals(run, simulate.replace(/simulate$/, "run"));
});

Deno.test("README: lists every exit code and every task", () => {
  for (const [name, code] of Object.entries(exitCodes)) {
    assert(readme.includes(`\n| ${code} |`), `${name}: ${code}`);
  }
  for (const task of Object.keys(denoJson.tasks)) {
    assert(readme.includes(`task ${task}`), `write task ${task} into README.md`);
  }
});

Deno.test("README: says how many bugs are planted, each in a row, and how many rules are broken", () => {
  assert(readme.includes(`plants ${plantedBugs.length} bugs`), `${plantedBugs.length} bugs are planted`);
  assert(readme.includes(`breaks ${mutants.length} rules`), `${mutants.length} rules are broken`);
  for (const { id } of plantedBugs) {
    assert(readme.includes(`\n| ${id} | `), `write a row for ${id} into README.md`);
  }
});
