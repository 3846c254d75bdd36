/**
 * `deno task mutants`: breaks one rule of Core at a time, in a copy of the tree, and runs the tests that should notice.
 *
 * Law: a mutant that lives is a rule that no test keeps; then this ends with exit code 1. A mutant whose text is no longer there is
 * one too: the list must follow the code.
 */
import { brokenText, copyTree } from "./broken_copy.ts";
import type { Mutant } from "./mutants.ts";
import { mutants } from "./mutants.ts";

type Verdict = "killed" | "alive" | "misplaced";

/** What judges: the rules where they are decided, and the actors in the simulated world. */
const judges = ["tests/protocol", "tests/actors", "tests/sim"];
const parallel = 2;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const root = new URL("../../", import.meta.url).pathname;
  const waiting = [...mutants];
  const verdicts: Verdict[] = [];
  async function worker(): Promise<void> {
    const copy = await copyTree(root);
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

async function judged(root: string, copy: string, mutant: Mutant): Promise<Verdict> {
  const broken = await brokenText(root, mutant);
  if (broken === null) return "misplaced";
  await Deno.writeTextFile(`${copy}/${mutant.file}`, broken);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", "--fail-fast", "-A", ...judges],
    cwd: copy,
    env: { DENO_NO_UPDATE_CHECK: "1" },
    stdout: "null",
    stderr: "null",
  }).output();
  await Deno.copyFile(`${root}/${mutant.file}`, `${copy}/${mutant.file}`);
  return code === 0 ? "alive" : "killed";
}
