/**
 * Scenarios that have broken an invariant once: none does so again. With the bug that was planted in it, where one was, each still
 * does: what cannot see the old ones will not see others.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { inCopy, whileBroken } from "../mutants/broken_copy.ts";
import { plantedBugs } from "../planted/planted_bugs.ts";
import {
  type FailingScenario,
  formatFailingScenario,
  jobOf,
  nameOf,
  parseFailingScenario,
} from "./failing_scenario.ts";
import { NotUnderstood } from "../../console/refusals.ts";
import { type Failure, playJob } from "./sim_job.ts";
import { openSimPool, thisTree } from "./sim_pool.ts";

const folder = new URL("regressions/", import.meta.url);
const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
const limitMs = 60_000;

const regressions = await Promise.all(names.map(async (name) => {
  const text = await Deno.readTextFile(new URL(name, folder));
  return { name, text, kept: parseFailingScenario(text) };
}));

for (const { name, text, kept } of regressions) {
  Deno.test(`regression: ${name}`, async () => {
    assertEquals(formatFailingScenario(kept), text, "keep it as it was written");
    assertEquals(`${nameOf(kept)}.json`, name, "name it by what it breaks, where, and with which bug");
    const { failure, steps } = await playJob(jobOf(kept));
    assertEquals(failure?.what, undefined, kept.what);
    assert(steps > 0 && kept.scenario.length > 0, "nothing happens: it proves nothing");
  });
}

Deno.test("regression: with the bug that was planted in it each breaks what it has broken", async (t) => {
  await inCopy(thisTree.pathname, async (copy) => {
    for (const { name, kept } of regressions) {
      if (kept.planted === undefined) continue;
      await t.step(name, async () => {
        const failure = await brokenBy(kept.planted ?? [], kept, copy);
        assertEquals(failure?.invariant, kept.invariant, failure?.what);
      });
    }
  });
});

async function brokenBy(
  planted: readonly string[],
  kept: FailingScenario,
  copy: string,
): Promise<Failure | null> {
  const bugs = plantedBugs.filter(({ id }) => planted.includes(id));
  assertEquals(bugs.length, planted.length, `plant what is in planted_bugs.ts, not ${planted}`);
  return await whileBroken(copy, bugs, async () => {
    const pool = openSimPool({ workers: 1, root: new URL(`file://${copy}/`), limitMs });
    try {
      return (await pool.play(jobOf(kept))).failure;
    } finally {
      pool.close();
    }
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

Deno.test({
  name: "a failing scenario is named by its breach, its station, its seed and its bugs",
  permissions: "none",
}, () => {
  assertEquals(nameOf(kept), "I2-reference-dc-27");
  assertEquals(
    nameOf({ ...kept, station: "/tmp/my dc.json", planted: ["b2", "b3"] }),
    "I2--tmp-my-dc-json-27-b2-b3",
  );
});
