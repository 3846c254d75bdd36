/** The text of a DiagnosticsLog (`firmware/diagnostics_text.ts`; notes/reliability.md C3, 31). */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { DiagnosticsEvent } from "../../firmware/diagnostics.ts";
import { diagnosticsText } from "../../firmware/diagnostics_text.ts";

function check(name: string, test: () => void): void {
  Deno.test({ name, permissions: "none", fn: test });
}

function eventsAt(...seconds: readonly number[]): readonly DiagnosticsEvent[] {
  return seconds.map((second) => ({ at: new Date(second * 1_000).toISOString(), kind: `event ${second}` }));
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.startsWith('{"at"'));
}

check("facts come first, each under its name, then the events as they happened", () => {
  const facts = { program: { chargerd: "1.2.3" }, status: { registration: "Accepted" } };
  assertEquals(
    diagnosticsText({ facts, events: eventsAt(1) }, {}),
    [
      '# program\n{\n "chargerd": "1.2.3"\n}\n',
      '# status\n{\n "registration": "Accepted"\n}\n',
      '# events (1 of 1, the oldest first)\n{"at":"1970-01-01T00:00:01.000Z","kind":"event 1"}\n',
    ].join("\n"),
  );
});

check("GetLog: of the events those from oldest to latest, both included", () => {
  const text = diagnosticsText({ facts: {}, events: eventsAt(1, 2, 3, 4) }, {
    oldestMs: 2_000,
    latestMs: 3_000,
  });
  assertEquals(linesOf(text).map((line) => JSON.parse(line).kind), ["event 2", "event 3"]);
});

check("house rule 9: it is never longer than is said, and tells what it leaves out: the oldest", () => {
  const events = eventsAt(...Array.from({ length: 500 }, (_, at) => at)).map((event) => ({
    ...event,
    text: "€".repeat(20),
  }));
  const facts = { station: { names: Array(2_000).fill("long") } };
  for (const bytesMax of [500, 5_000, 50_000]) {
    const text = diagnosticsText({ facts, events }, {}, bytesMax);
    assert(new TextEncoder().encode(text).length <= bytesMax);
    const lines = linesOf(text);
    assertStringIncludes(text, `# events (${lines.length} of 500, the oldest first)\n`);
    if (lines.length > 0) assertStringIncludes(lines.at(-1) ?? "", "event 499");
  }
  assert(linesOf(diagnosticsText({ facts, events }, {}, 50_000)).length > 200);
});

check("C3, 31: of an idTag only the beginning is told, wherever it stands and however it is written", () => {
  const facts = {
    transaction: { idTag: "04A2B3C4D5E680", parentIdTag: "FAMILY" },
    list: [{ IDTAG: "AB" }, { idTag: "A" }],
  };
  const events: readonly DiagnosticsEvent[] = [
    { at: "1970-01-01T00:00:00.000Z", detail: [2, "1", "Authorize", { idTag: "BOB.1" }] },
    { at: "1970-01-01T00:00:01.000Z", error: "no 04a2b3c4d5e680 here, nor bob.1, but bobx1" },
    { at: "1970-01-01T00:00:02.000Z", error: 'record ["cache","CAROL"] is damaged' },
    { at: "1970-01-01T00:00:03.000Z", error: 'record ["listed",3,"DA\\"VEX"] is damaged' },
  ];
  const text = diagnosticsText({ facts, events }, {});
  for (const secret of ["04A2B", "FAMI", "BOB", "CARO", '"AB"', '"A"', "VEX"]) {
    assert(!text.replaceAll("bobx1", "").toUpperCase().includes(secret), `${secret} in ${text}`);
  }
  for (const told of ["04A2…", "04a2…", "FAM…", "BO…", "bobx1", "CA…", '"A…"', '"…"']) {
    assertStringIncludes(text, told);
  }
});
