/** The log of a charger: what a person has done about what is parked, and a stop that the disk has not taken (decisions D-parked, D-stop-first). */
import { assertEquals } from "@std/assert";
import { createNarrator } from "../../console/narrator.ts";
import { PLAIN } from "../../console/terminal.ts";

for (
  const [effect, level] of [
    ["ParkedExported", "info"],
    ["ResendBegun", "info"],
    ["ParkedDiscarded", "error"],
    ["StopNotKept", "error"],
  ] as const
) {
  Deno.test({ name: `the log has ${effect}, and of which transaction`, permissions: "none" }, () => {
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    const { record } = createNarrator({ show: "all", format: "json", palette: PLAIN, write });
    record({ kind: "effect", actor: "outbox", effect, detail: { localId: 5 }, atMs: 1, wallMs: 0 });
    const mark = level === "error" ? "!" : "*";
    assertEquals(lines.map((line) => JSON.parse(line)), [
      {
        at: "1970-01-01T00:00:00.000Z",
        atMs: 1,
        level,
        what: effect,
        text: `${mark} ${effect}: {"localId":5}`,
      },
    ]);
  });
}
