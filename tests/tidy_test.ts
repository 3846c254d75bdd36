/** This house keeps its layers, its names and its style. That the checker catches a breach of each kind: `tests/tidy/`. */
import { assertEquals } from "@std/assert";
import { breachesOf } from "./tidy/breaches.ts";

Deno.test({ name: "this house is tidy", permissions: { read: true } }, async () => {
  const root = new URL("../", import.meta.url);
  const files = new Map<string, string>();
  await readInto(files, root, "");
  const { tasks, compilerOptions } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const started = Object.values<string>(tasks).flatMap((task) => task.split(/\s+/)).filter((word) =>
    word.endsWith(".ts")
  );
  const declared = compilerOptions.types.map((path: string) => path.replace(/^\.\//, ""));
  assertEquals(breachesOf({ files, entries: [...started, ...declared] }), []);
});

async function readInto(files: Map<string, string>, root: URL, folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}${name}`;
    if (isDirectory && !name.startsWith(".") && name !== "node_modules") {
      await readInto(files, root, `${path}/`);
    }
    if (name.endsWith(".ts")) files.set(path, await Deno.readTextFile(new URL(path, root)));
  }
}
