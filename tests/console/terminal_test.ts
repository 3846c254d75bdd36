/** What a person reads at a terminal, and what a pipe gets. */
import { assertEquals } from "@std/assert";
import {
  alignColumns,
  formatDuration,
  formatEnergy,
  paletteFor,
  PLAIN,
  printable,
} from "../../console/terminal.ts";

/** One line a case: who reads, and whether colour comes. */
function checkColour(
  sentence: string,
  isTerminal: boolean,
  noColor: string | undefined,
  coloured: boolean,
): void {
  Deno.test({ name: `colour: ${sentence}`, permissions: "none" }, () => {
    const palette = paletteFor({ isTerminal, noColor });
    assertEquals(palette.bad("x"), coloured ? "\x1b[31mx\x1b[39m" : "x");
  });
}

checkColour("a terminal gets it", true, undefined, true);
checkColour("a pipe does not", false, undefined, false);
checkColour("NO_COLOR switches it off", true, "1", false);
checkColour("an empty NO_COLOR is none", true, "", true);

Deno.test({ name: "colour only adds: without it every word is still there", permissions: "none" }, () => {
  const palette = paletteFor({ isTerminal: true, noColor: undefined });
  for (const [meaning, paint] of Object.entries(palette)) {
    // deno-lint-ignore no-control-regex
    assertEquals(paint(meaning).replaceAll(/\x1b\[\d+m/g, ""), meaning);
    assertEquals(PLAIN[meaning as keyof typeof PLAIN](meaning), meaning);
  }
});

Deno.test({ name: "columns stand below each other", permissions: "none" }, () => {
  assertEquals(alignColumns([["a", "bbb", "c"], ["aaaa", "b"], [], ["a", "b", "c"]]), [
    "a     bbb  c",
    "aaaa  b",
    "",
    "a     b    c",
  ]);
});

Deno.test(
  { name: "colours and letters of two code units take the room that is seen", permissions: "none" },
  () => {
    const palette = paletteFor({ isTerminal: true, noColor: undefined });
    assertEquals(alignColumns([[palette.good("ab"), "x"], ["🔌", "y"]]), ["\x1b[32mab\x1b[39m  x", "🔌   y"]);
  },
);

/** One line a case: milliseconds, and how they are said. */
function checkDuration(durationMs: number, expected: string): void {
  Deno.test({ name: `${durationMs} ms are ${expected}`, permissions: "none" }, () => {
    assertEquals(formatDuration(durationMs), expected);
  });
}

checkDuration(-5, "0 ms");
checkDuration(999.9, "999 ms");
checkDuration(1000, "1 s");
checkDuration(59_999, "59 s");
checkDuration(60_000, "1 min 0 s");
checkDuration(3_599_999, "59 min 59 s");
checkDuration(3_600_000, "1 h 0 min");
checkDuration(86_399_999, "23 h 59 min");
checkDuration(90_000_000, "1 d 1 h");

Deno.test({ name: "energy is said in kWh, to 10 Wh", permissions: "none" }, () => {
  assertEquals([0, 4, 5, 12_344, 12_346].map(formatEnergy), [
    "0.00 kWh",
    "0.00 kWh",
    "0.01 kWh",
    "12.34 kWh",
    "12.35 kWh",
  ]);
});

Deno.test({ name: "what a peer sent cannot steer the terminal", permissions: "none" }, () => {
  assertEquals(printable("a\x1b[2Jb\r\n\u0085é🔌"), "a·[2Jb···é🔌");
});
