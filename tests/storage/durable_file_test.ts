/** A value kept twice: at every moment of a write, and with either copy broken, the last acknowledged one is there. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type DurableFile, durableFile } from "../../storage/drivers/durable_file.ts";
import { newerRecord } from "./record_versions.ts";
import { seal } from "../../storage/record.ts";

interface Bench {
  readonly directory: string;
  readonly file: DurableFile;
  readonly copies: readonly string[];
}

function check(sentence: string, prove: (bench: Bench) => Promise<void>): void {
  Deno.test(`durable file: ${sentence}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "chargerd_durable_" });
    const copies = [`${directory}/kept.1`, `${directory}/kept.2`];
    try {
      await prove({ directory, file: durableFile(directory, "kept"), copies });
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

check("before the first write it is absent", async ({ file }) => {
  assertEquals(await file.read(), { kind: "absent" });
});

check(
  "what is written is read, by another process too, and nothing else is left in the directory",
  async (bench) => {
    const { directory, file } = bench;
    for (const value of ["first", { second: 2 }, "third"]) await file.write(value);
    const read = { kind: "read", value: "third", damage: null } as const;
    assertEquals([await file.read(), await durableFile(directory, "kept").read()], [read, read]);
    assertEquals([...Deno.readDirSync(directory)].map(({ name }) => name).sort(), ["kept.1", "kept.2"]);
  },
);

check("both copies are for the owner only, whatever was there before", async ({ copies, file }) => {
  Deno.writeTextFileSync(`${copies[0]}.new`, "left by a crash", { mode: 0o644 });
  await file.write("secret");
  assertEquals(copies.map((copy) => (Deno.statSync(copy).mode ?? 0) & 0o777), [0o600, 0o600]);
});

check("writes asked for at once end with the last one", async ({ file }) => {
  await Promise.all([1, 2, 3].map((value) => file.write(value)));
  assertEquals(await file.read(), { kind: "read", value: 3, damage: null });
});

for (const broken of [0, 1]) {
  for (
    const [what, damage] of [
      ["torn", (path: string) => Deno.truncateSync(path, 20)],
      ["empty", (path: string) => Deno.truncateSync(path, 0)],
      ["garbage", (path: string) => Deno.writeTextFileSync(path, '{"v":1,"s":99,"c":1}\n"newer?"')],
    ] as const
  ) {
    check(
      `with copy ${broken + 1} ${what}, the value is there, the damage is said, and the copy is restored`,
      async (bench) => {
        const { copies, file } = bench;
        for (const value of ["old", "new"]) await file.write(value);
        damage(copies[broken] ?? "");
        const read = await file.read();
        assert(read.kind === "read");
        assertEquals(read.value, "new");
        assertStringIncludes(read.damage ?? "", `kept.${broken + 1}: its `);
        assertEquals(await file.read(), { kind: "read", value: "new", damage: null });
        damage(copies[1 - broken] ?? "");
        assertEquals((await file.read()).kind, "read");
      },
    );
  }

  check(
    `with copy ${broken + 1} missing, the value is there, and the copy is restored`,
    async ({ copies, file }) => {
      await file.write("kept");
      Deno.removeSync(copies[broken] ?? "");
      assertEquals(await file.read(), { kind: "read", value: "kept", damage: null });
      Deno.removeSync(copies[1 - broken] ?? "");
      assertEquals(await file.read(), { kind: "read", value: "kept", damage: null });
    },
  );

  check(
    `a write that ended after copy ${broken + 1} is read as one that happened, and stays so`,
    async ({ copies, file }) => {
      await file.write("old");
      Deno.writeFileSync(copies[broken] ?? "", seal(["kept"], "new", 2));
      assertEquals(await file.read(), { kind: "read", value: "new", damage: null });
      Deno.removeSync(copies[broken] ?? "");
      assertEquals(await file.read(), { kind: "read", value: "new", damage: null });
    },
  );

  check(`a write over a broken copy ${broken + 1} begins with that one`, async ({ copies, file }) => {
    await file.write("old");
    Deno.writeTextFileSync(copies[broken] ?? "", "broken");
    Deno.mkdirSync(`${copies[1 - broken]}.new/in/the/way`, { recursive: true });
    await assertRejects(() => file.write("new"));
    assertEquals(await file.read(), { kind: "read", value: "new", damage: null });
  });
}

check("with both copies broken it is damaged, and neither absent nor a value", async ({ copies, file }) => {
  await file.write("kept");
  for (const copy of copies) Deno.truncateSync(copy, 10);
  const read = await file.read();
  assert(read.kind === "damaged");
  assertStringIncludes(read.error, "kept.1: its seal cannot be read; kept.2: ");
});

check("with its only copy broken it is damaged", async ({ copies, file }) => {
  Deno.writeTextFileSync(copies[1] ?? "", "broken");
  assertEquals((await file.read()).kind, "damaged");
});

check("after damage it can be written anew", async ({ copies, file }) => {
  for (const copy of copies) Deno.writeTextFileSync(copy, "broken");
  await file.write("new");
  assertEquals(await file.read(), { kind: "read", value: "new", damage: null });
});

check("a copy under another name is damaged: it is not this value", async ({ copies, directory, file }) => {
  await durableFile(directory, "other").write("another");
  for (const [index, copy] of copies.entries()) Deno.copyFileSync(`${directory}/other.${index + 1}`, copy);
  assertEquals((await file.read()).kind, "damaged");
});

check(
  "a copy of a newer program is not taken, and not overwritten by an older one",
  async ({ copies, file }) => {
    await file.write("old");
    const newer = newerRecord(["kept"]);
    Deno.writeFileSync(copies[0] ?? "", newer);
    const read = await file.read();
    assert(read.kind === "damaged");
    assertStringIncludes(read.error, "install the program");
    assertEquals(Deno.readFileSync(copies[0] ?? ""), newer);
  },
);
