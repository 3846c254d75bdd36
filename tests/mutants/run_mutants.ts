/**
 * `deno task mutants`: breaks one rule at a time, in a copy of the tree, and runs the tests that should notice.
 *
 * Law: a mutant that lives is a rule that no test keeps; then this ends with exit code 1. A mutant whose text is no longer there is
 * one too: the list must follow the code. Where the whole tree does not pass, no mutant is judged: every one would seem to be killed.
 */
import { brokenText, copyTree } from "./broken_copy.ts";
import type { Mutant } from "./mutants.ts";
import { mutants } from "./mutants.ts";

type Verdict = "killed" | "hung" | "alive" | "misplaced";

/** What judges: the rules where they are decided, the actors in the simulated world, and what keeps and tries the secrets. */
const judges = [
  ...[
    "tests/console/credentials_test.ts",
    "tests/console/rehearsal_test.ts",
    "tests/storage/key_ring_test.ts",
  ],
  ...["tests/protocol", "tests/actors", "tests/sim"],
];
const parallel = 2;
/** Longer than the judges need on a machine that has other work. */
const wholeTimeoutMs = 1_200_000;
/** Of what the unbroken tree takes: a mutant that hangs is noticed, too. */
const timesMax = 5;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  // What is judged is the tree as it is now, whoever goes on working on it.
  const whole = await copyTree(new URL("../../", import.meta.url).pathname);
  try {
    const sinceMs = performance.now();
    const verdict = await judge(whole, wholeTimeoutMs);
    if (verdict === "passed") return await judgeAll(whole, timesMax * (performance.now() - sinceMs));
    console.error(`mend the tree first: unbroken, ${judges.join(", ")} have ${verdict}, not passed`);
    return 1;
  } finally {
    await Deno.remove(whole, { recursive: true });
  }
}

async function judgeAll(whole: string, timeoutMs: number): Promise<number> {
  const waiting = [...mutants];
  const verdicts: Verdict[] = [];
  async function worker(): Promise<void> {
    const copy = await copyTree(whole);
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const verdict = await judged(whole, copy, mutant, timeoutMs);
      verdicts.push(verdict);
      console.log(`${verdict.padEnd(9)}  ${mutant.file}  ${mutant.breaks}`);
    }
    await Deno.remove(copy, { recursive: true });
  }
  await Promise.all(Array.from({ length: parallel }, worker));
  const killed = verdicts.filter((verdict) => verdict === "killed" || verdict === "hung").length;
  console.log(`\n${killed} of ${mutants.length} mutants killed`);
  return killed === mutants.length ? 0 : 1;
}

async function judged(whole: string, copy: string, mutant: Mutant, timeoutMs: number): Promise<Verdict> {
  const broken = await brokenText(whole, mutant);
  if (broken === null) return "misplaced";
  await Deno.writeTextFile(`${copy}/${mutant.file}`, broken);
  const verdict = await judge(copy, timeoutMs);
  await Deno.copyFile(`${whole}/${mutant.file}`, `${copy}/${mutant.file}`);
  return verdict === "passed" ? "alive" : verdict === "failed" ? "killed" : "hung";
}

async function judge(copy: string, timeoutMs: number): Promise<"passed" | "failed" | "hung"> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", "--fail-fast", "-A", ...judges],
    cwd: copy,
    env: { DENO_NO_UPDATE_CHECK: "1" },
    stdout: "null",
    stderr: "null",
    signal: timeout,
  }).output();
  return success ? "passed" : timeout.aborted ? "hung" : "failed";
}
