/**
 * The order of verbs: each is judged on what the one before has left, answered, and only then done.
 *
 * Law: no effect begins before its answer has been sent, and no verb is judged between another's answer and its effect.
 */
import type { Accepted } from "./answers.ts";
import { json, refusal } from "./endpoint.ts";
import type { Prepared } from "./hardware_verbs.ts";

export interface VerbTurns {
  /** Answers 202, 409 or 400. `answered` settles when that has been sent. */
  readonly take: (verb: string, answered: Promise<void>, prepare: () => Prepared) => Promise<Response>;
}

export function createVerbTurns(): VerbTurns {
  let before = Promise.resolve();
  return {
    take: async (verb, answered, prepare) => {
      const judged = before.then(prepare);
      // A verb that throws is a bug, and ends the process as any other would.
      before = judged.then((prepared) => happens(prepared, answered)).catch(reportError);
      const prepared = await judged;
      switch (prepared.kind) {
        case "possible": {
          const accepted: Accepted = { accepted: verb };
          return json(202, accepted);
        }
        case "impossible":
          return refusal(409, prepared.why);
        case "invalid":
          return refusal(400, prepared.why);
      }
    },
  };
}

async function happens(prepared: Prepared, answered: Promise<void>): Promise<void> {
  if (prepared.kind !== "possible") return;
  // Whether anybody was still there to read the answer makes no difference.
  await answered.catch(() => {});
  prepared.act();
}
