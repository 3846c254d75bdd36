/**
 * The parts of `deno task crash`, one after the other.
 *
 * Law: each is run, whatever came of those before it; what was wrong is said when it is known, and is the answer.
 */

export interface Part {
  /** The option that asks for it. */
  readonly option: string;
  /** Resolves with how much of what it is about was hit; throws at what is wrong, once that is known. */
  readonly run: () => Promise<number>;
  /** What it means when that was nothing: the part has proven nothing. */
  readonly untried: string;
}

/** Resolves with what was wrong, a sentence each. */
export async function runParts(
  parts: readonly Part[],
  say: (sentence: string) => void,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const part of parts) {
    const sentence = await problemOf(part);
    if (sentence === null) continue;
    say(sentence);
    wrong.push(sentence);
  }
  return wrong;
}

/** As `Promise.all`, but once all of it has ended: nothing goes on beside the next part. */
export async function allEnded<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}

async function problemOf({ option, run, untried }: Part): Promise<string | null> {
  try {
    return await run() > 0 ? null : `give more --${option}: ${untried}`;
  } catch (error) {
    return `--${option}: ${error instanceof Error ? error.message : error}`;
  }
}
