/** The order of verbs: judged, answered, done; and one after the other. */
import { assertEquals } from "@std/assert";
import type { Prepared } from "../../console/hardware_verbs.ts";
import { createVerbTurns } from "../../console/verb_turns.ts";

/** A verb whose steps stand in `steps`, and its answer as it was given and sent. */
function scene() {
  const steps: string[] = [];
  const turns = createVerbTurns();
  function take(name: string, answered: Promise<void>, prepared?: Prepared): Promise<Response> {
    const act = () => void steps.push(`${name} done`);
    return turns.take(name, answered, () => {
      steps.push(`${name} judged`);
      return prepared ?? { kind: "possible", act };
    });
  }
  return { steps, take };
}

/** Everything that is due without anything new from outside. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await null;
}

Deno.test(
  { name: "verbs: the effect waits until the answer has been sent", permissions: "none" },
  async () => {
    const { steps, take } = scene();
    const sent = Promise.withResolvers<void>();
    const response = await take("plug", sent.promise);
    await settle();
    assertEquals([response.status, steps], [202, ["plug judged"]]);
    sent.resolve();
    await settle();
    assertEquals(steps, ["plug judged", "plug done"]);
  },
);

Deno.test(
  { name: "verbs: an answer that nobody takes any more does not undo the verb", permissions: "none" },
  async () => {
    const { steps, take } = scene();
    const sent = Promise.withResolvers<void>();
    await take("plug", sent.promise);
    sent.reject(new Error("connection reset"));
    await settle();
    assertEquals(steps, ["plug judged", "plug done"]);
  },
);

Deno.test(
  { name: "verbs: the next is judged after the effect of the one before", permissions: "none" },
  async () => {
    const { steps, take } = scene();
    const sent = Promise.withResolvers<void>();
    const first = take("plug", sent.promise);
    const second = take("unplug", Promise.resolve());
    await first;
    await settle();
    assertEquals(steps, ["plug judged"]);
    sent.resolve();
    await second;
    await settle();
    assertEquals(steps, ["plug judged", "plug done", "unplug judged", "unplug done"]);
  },
);

Deno.test({ name: "verbs: a refused one holds nobody up", permissions: "none" }, async () => {
  const { steps, take } = scene();
  const never = new Promise<void>(() => {});
  assertEquals((await take("plug", never, { kind: "impossible", why: "no" })).status, 409);
  assertEquals((await take("swipe", never, { kind: "invalid", why: "no" })).status, 400);
  assertEquals((await take("lock", Promise.resolve())).status, 202);
  await settle();
  assertEquals(steps, ["plug judged", "swipe judged", "lock judged", "lock done"]);
});
