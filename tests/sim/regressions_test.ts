/** Scenarios that have broken an invariant once, real bugs and planted ones: none does so again. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type FailingScenario,
  formatFailingScenario,
  jobOf,
  parseFailingScenario,
} from "./failing_scenario.ts";
import { NotUnderstood } from "../../console/refusals.ts";
import { playJob } from "./sim_job.ts";

const folder = new URL("regressions/", import.meta.url);
const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

for (const name of names) {
  Deno.test(`regression: ${name}`, async () => {
    const text = await Deno.readTextFile(new URL(name, folder));
    const kept = parseFailingScenario(text);
    assertEquals(formatFailingScenario(kept), text, "keep it as it was written");
    const { failure, steps } = await playJob(jobOf(kept));
    assertEquals(failure?.what, undefined, kept.what);
    assert(steps > 0 && kept.scenario.length > 0, "nothing happens: it proves nothing");
  });
}

const kept: FailingScenario = {
  what: "I2: lost",
  invariant: "I2",
  commit: "7f14983",
  seed: "27",
  station: "reference-dc",
  hours: 24,
  settings: { MeterValueSampleInterval: "60" },
  scenario: [{ atMs: 0.5, act: { kind: "plug", connectorId: 1 } }, { atMs: 9, act: { kind: "hangUp" } }],
};

Deno.test(
  { name: "a failing scenario is read as it was written, one event a line", permissions: "none" },
  () => {
    const text = formatFailingScenario(kept);
    assertEquals(parseFailingScenario(text), kept);
    assertEquals(text.split("\n").filter((line) => line.includes("atMs")).length, 2);
    assertEquals(parseFailingScenario(formatFailingScenario({ ...kept, scenario: [] })).scenario, []);
  },
);

Deno.test({ name: "a failing scenario that would play nothing is refused", permissions: "none" }, () => {
  const refused = (text: string, problem: string) =>
    assertThrows(() => parseFailingScenario(text), NotUnderstood, problem);
  const plugIn = { atMs: 0, act: { kind: "plugIn", connectorId: 1 } };
  refused(JSON.stringify({ ...kept, scenario: [plugIn] }), "scenario.0.act: write an act of a known kind");
  refused(JSON.stringify({ ...kept, scenario: [{ atMs: -1, act: { kind: "hangUp" } }] }), "write at least 0");
  refused(JSON.stringify({ ...kept, hours: 0 }), "hours");
  refused(JSON.stringify({ ...kept, more: 1 }), 'remove the field "more"');
  refused(JSON.stringify({ seed: "27" }), "scenario");
  refused("{", "write JSON");
});
