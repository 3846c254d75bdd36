/** A step of a story: where one has failed there is no going on. */
import { assert } from "@std/assert";

export type Step = (sentence: string, act: () => Promise<void>) => Promise<void>;

export function stepsOf(context: Deno.TestContext): Step {
  return async (sentence, act) => assert(await context.step(sentence, act), `the story ends at: ${sentence}`);
}
