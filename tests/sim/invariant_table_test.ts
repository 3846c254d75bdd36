/** The list of invariants is whole, and true of the code and of the README. */
import { assert, assertEquals } from "@std/assert";
import { invariantRows, invariants, wordsOf } from "./invariant_table.ts";

const folder = new URL("./", import.meta.url);

Deno.test({ name: "invariants: I1 to I29, each once", permissions: "none" }, () => {
  assertEquals(invariants.map(({ id }) => id), Array.from({ length: 29 }, (_, at) => `I${at + 1}`));
  assertEquals(
    wordsOf("I7"),
    "one CALL is in flight at a time; each CALL to the charger is answered once, with its own id",
  );
  assertEquals(wordsOf("thrown"), null);
});

Deno.test("invariants: each is broken where the list says, and nowhere else", async () => {
  const found = new Map<string, string[]>();
  for (const { name } of [...Deno.readDirSync(folder)].sort((one, other) => one.name < other.name ? -1 : 1)) {
    if (!name.endsWith(".ts") || name.endsWith("_test.ts") || name === "invariant_table.ts") continue;
    const text = await Deno.readTextFile(new URL(name, folder));
    // As an argument, or as a field of what a sweep has found; I24 has no breach, but an exit code.
    for (const [, id = ""] of text.matchAll(/"(I\d+)"|\((I24)\)/g)) note(id || "I24", name);
  }
  function note(id: string, name: string): void {
    const names = found.get(id) ?? [];
    if (!names.includes(name)) found.set(id, [...names, name]);
  }
  const listed = new Map(invariants.map(({ id, files }) => [id, [...files].sort()]));
  assertEquals(Object.fromEntries(found), Object.fromEntries(listed));
});

Deno.test("invariants: the README's table is the list", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const rows = invariantRows().join("\n");
  assert(readme.includes(`\n${rows}\n\n`), `write this into README.md, Reliability:\n${rows}`);
});
