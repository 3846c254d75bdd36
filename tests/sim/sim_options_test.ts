/** The words of `deno task sim`: what they mean, and which are refused. */
import { assertEquals } from "@std/assert";
import { parseSimOptions, type SimOptions } from "./sim_options.ts";

const defaults: SimOptions = {
  from: 1,
  seeds: 100,
  hours: 24,
  station: null,
  workers: 2,
  replay: null,
  planted: [],
};

function check(words: string, expected: Partial<SimOptions> | string): void {
  Deno.test(`task sim ${words}`, () => {
    const command = parseSimOptions(words.split(" ").filter((word) => word !== ""), 2);
    if (typeof expected !== "string") {
      return assertEquals(command, { kind: "sim", options: { ...defaults, ...expected } });
    }
    const text = `deno task sim: ${expected}\ndeno task sim --help tells more`;
    assertEquals(command, { kind: "refused", text });
  });
}

check("", {});
check("-- --seeds 500", { seeds: 500 });
check("--seeds=500 --from 27 --hours 0.5 --workers 8", { seeds: 500, from: 27, hours: 0.5, workers: 8 });
check("--station dc-four --planted b1 --planted b2", { station: "dc-four", planted: ["b1", "b2"] });
check("--station stop-after-reboot", { station: "stop-after-reboot" });
check("--replay failures/I2.json", { replay: "failures/I2.json" });

check("--seeds 0", 'give --seeds N, how many seeds; default 100, not "0"');
check("--seeds 1e9", 'give --seeds N, how many seeds; default 100, not "1e9"');
check("--from -1", 'give --from SEED, the first of them; default 1, not "-1"');
check("--hours 0", 'give --hours H, simulated hours in which things happen, a seed; default 24, not "0"');
check(
  "--hours 8785",
  'give --hours H, simulated hours in which things happen, a seed; default 24, not "8785"',
);
check("--workers 0", 'give --workers N, default: one a core, not "0"');
check("--seed 5", 'give a known option, not "--seed"; did you mean --seeds?');
check("5", 'give options only, which begin with --, not "5"');
check("--replay a.json --planted b2", "give --replay without --planted: the file says it");
check("--replay a.json --from 3", "give --replay without --from: the file says it");

Deno.test("task sim: a station and a planted bug that are none are refused by name", () => {
  for (const words of [["--station", "dc-fuor"], ["--planted", "b99"]]) {
    assertEquals(parseSimOptions(words, 2).kind, "refused");
  }
});

Deno.test("task sim --help tells every option", () => {
  const command = parseSimOptions(["--seeds", "5", "--help"], 2);
  const text = command.kind === "help" ? command.text : "";
  for (const name of ["seeds", "from", "hours", "station", "workers", "replay", "planted"]) {
    assertEquals(text.includes(`  --${name} `), true, name);
  }
});
