/** What `deno task planted` understands, and what it makes of a hunt, on literals. */
import { assertEquals } from "@std/assert";
import { plantedBugs } from "./planted_bugs.ts";
import { parsePlantedOptions, type PlantedOptions } from "./planted_options.ts";
import { type Hunt, plantedExitCode, plantedLines } from "./planted_report.ts";

const allIds = plantedBugs.map(({ id }) => id);
const found: Hunt = {
  bug: { id: "b2", what: "lost when sent" },
  kind: "found",
  seed: "3",
  invariant: "I8",
  foundMs: 1_234,
  eventsBefore: 137,
  events: 3,
  runs: 14,
  shrunkMs: 900,
};
const alive: Hunt = { bug: { id: "b3", what: "to the back" }, kind: "alive", seeds: 2_000 };

function check(name: string, body: () => void): void {
  Deno.test({ name: `task planted: ${name}`, permissions: "none" }, body);
}

check("ends with 0 where each bug was found and shrunk to what can be read", () => {
  assertEquals(plantedExitCode([found, { ...found, events: 30 }]), 0);
});

check("ends with 1 where a bug lives, or where more than 30 events are left of it", () => {
  assertEquals(plantedExitCode([found, alive]), 1);
  assertEquals(plantedExitCode([found, { ...found, events: 31 }]), 1);
});

check("tells seed, invariant, events, runs and seconds of each, and what is wrong", () => {
  assertEquals(plantedLines([found, alive, { ...found, events: 31 }]).map((line) => line.trimEnd()), [
    "bug  seed  invariant  found  events     runs  shrunk  what it is",
    "b2   3     I8         1.2 s  137 -> 3   14    0.9 s   lost when sent",
    "b3   -     ALIVE      -      -          -     -       to the back",
    "b2   3     I8         1.2 s  137 -> 31  14    0.9 s   lost when sent",
    "",
    "2 of 3 bugs found",
    "b3 lives after 2000 seeds",
    "b2 is left with 31 events, and nobody reads more than 30",
  ]);
});

check("plants all bugs from seed 1 on, or what it is told", () => {
  const understood = (words: string, options: Partial<PlantedOptions>) =>
    assertEquals(parsePlantedOptions(words.split(" ").filter((word) => word !== "")), {
      kind: "planted",
      options: { ids: allIds, from: 1, seeds: 2_000, ...options },
    });
  understood("", {});
  understood("-- --ids b2,i13 --from 40 --seeds 7", { ids: ["b2", "i13"], from: 40, seeds: 7 });
});

check("refuses what it does not know", () => {
  for (const words of [["--ids", "b99"], ["--ids", "b1,"], ["--from", "-1"], ["--seeds", "0"], ["b1"]]) {
    assertEquals(parsePlantedOptions(words).kind, "refused", words.join(" "));
  }
});

check("--help tells every bug", () => {
  const command = parsePlantedOptions(["--help"]);
  const text = command.kind === "help" ? command.text : "";
  const lines = text.split("\n").map((line) => line.trim());
  const untold = plantedBugs.filter(({ id, what }) =>
    !lines.some((line) => line.startsWith(`${id}: ${what}`))
  );
  assertEquals(untold.map(({ id }) => id), []);
});
