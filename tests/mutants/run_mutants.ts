/**
 * `deno task mutants`: breaks one rule of Core at a time, in a copy of the tree, and runs the tests that should notice.
 *
 * Law: a mutant that lives is a rule that no test keeps; then this ends with exit code 1. A mutant whose text is no longer there is
 * one too: the list must follow the code.
 */
import type { Mutant } from "./mutants.ts";
import { mutants } from "./mutants.ts";

type Verdict = "killed" | "alive" | "misplaced";

/** What judges: the rules where they are decided, and the actors in the simulated world. */
const judges = ["tests/protocol", "tests/actors", "tests/sim"];
const parallel = 2;
const folders = ["actors", "hal", "protocol", "storage", "console", "simulator", "tests"];

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const root = new URL("../../", import.meta.url).pathname;
  const waiting = [...mutants];
  const verdicts: Verdict[] = [];
  async function worker(): Promise<void> {
    const copy = await copied(root);
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const verdict = await judged(root, copy, mutant);
      verdicts.push(verdict);
      console.log(`${verdict.padEnd(9)}  ${mutant.file}  ${mutant.breaks}`);
    }
    await Deno.remove(copy, { recursive: true });
  }
  await Promise.all(Array.from({ length: parallel }, worker));
  const killed = verdicts.filter((verdict) => verdict === "killed").length;
  console.log(`\n${killed} of ${mutants.length} mutants killed`);
  return killed === mutants.length ? 0 : 1;
}

async function copied(root: string): Promise<string> {
  const copy = await Deno.makeTempDir({ prefix: "chargerd-mutants-" });
  const { code } = await new Deno.Command("cp", {
    args: ["-r", ...["deno.json", "deno.lock", "main.ts", "README.md"], ...folders, copy],
    cwd: root,
  }).output();
  if (code !== 0) throw new Error(`copy ${root} to ${copy}: cp ended with ${code}`);
  return copy;
}

async function judged(root: string, copy: string, mutant: Mutant): Promise<Verdict> {
  const text = await Deno.readTextFile(`${root}/${mutant.file}`);
  if (text.split(mutant.find).length !== 2) return "misplaced";
  await Deno.writeTextFile(`${copy}/${mutant.file}`, text.replace(mutant.find, () => mutant.replace));
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", "--fail-fast", "-A", ...judges],
    cwd: copy,
    env: { DENO_NO_UPDATE_CHECK: "1" },
    stdout: "null",
    stderr: "null",
  }).output();
  await Deno.writeTextFile(`${copy}/${mutant.file}`, text);
  return code === 0 ? "alive" : "killed";
}
