/**
 * Random faults on a tree of all strategies: it always comes back, and no incarnation ends twice or not at all.
 *
 * Law: first faults, then quiet: what is checked is that everything is up again and nothing is left over.
 */
import { assertEquals, assertGreater } from "@std/assert";
import fc from "fast-check";
import type { SupervisorSpec } from "../../actors/otp/supervisor.ts";
import type { TreeNode } from "../../actors/otp/tree.ts";
import { byHand, createRig, intensity, type Rig, supervisor } from "./rig.ts";

const actors = ["a", "b", "c", "d", "e", "f", "g"];

type Fault =
  | { readonly kind: "throw" | "crash" | "busy" | "hangingTurn"; readonly actor: string }
  | { readonly kind: "failingStarts"; readonly actor: string; readonly times: number }
  | { readonly kind: "hangingStart"; readonly actor: string }
  | { readonly kind: "pass"; readonly ms: number };

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("throw", "crash", "busy", "hangingTurn"),
    actor: fc.constantFrom(...actors),
  }),
  fc.record({
    kind: fc.constant("failingStarts"),
    actor: fc.constantFrom(...actors),
    times: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ kind: fc.constant("hangingStart"), actor: fc.constantFrom(...actors) }),
  fc.record({ kind: fc.constant("pass"), ms: fc.constantFrom(0, 0, 1, 50, 300, 1000, 4000) }),
);

/** The next starts of each actor that fail or hang. */
class Starts {
  readonly #failing = new Map<string, number>();
  readonly #hanging = new Set<string>();

  order(fault: Fault): void {
    if (fault.kind === "failingStarts") this.#failing.set(fault.actor, fault.times);
    if (fault.kind === "hangingStart") this.#hanging.add(fault.actor);
  }

  calm(): void {
    this.#failing.clear();
    this.#hanging.clear();
  }

  begin(actor: string): void | Promise<void> {
    const failing = this.#failing.get(actor) ?? 0;
    this.#failing.set(actor, failing - 1);
    if (failing > 0) throw new Error("start fails");
    if (this.#hanging.delete(actor)) return byHand().promise;
  }
}

function plant(rig: Rig, starts: Starts): SupervisorSpec {
  const actor = (id: string) =>
    rig.actor(id, { onStart: () => starts.begin(id), turnDeadlineMs: 500, stopDeadlineMs: 100 });
  const waits = { giveUp: { retryInitialMs: 100, retryMaxMs: 1000 }, intensity: intensity(2, 200) };
  return supervisor("root", "one_for_one", [
    supervisor("all", "one_for_all", [
      actor("a"),
      supervisor("inner", "one_for_one", [actor("b"), actor("c")], { intensity: intensity(1, 200) }),
    ], waits),
    supervisor("rest", "rest_for_one", [actor("d"), actor("e"), actor("f")], waits),
    supervisor("one", "one_for_one", [actor("g")], waits),
  ], { intensity: intensity(0, 1) });
}

async function inflict(rig: Rig, starts: Starts, fault: Fault): Promise<void> {
  switch (fault.kind) {
    case "throw":
      rig.tell(fault.actor, () => {
        throw new Error("thrown");
      });
      break;
    case "crash":
      rig.system().crash(fault.actor);
      break;
    case "busy":
      rig.tell(fault.actor, () => new Promise((resolve) => rig.clock.after(60, resolve)));
      break;
    case "hangingTurn":
      rig.tell(fault.actor, () => byHand().promise);
      break;
    case "failingStarts":
    case "hangingStart":
      starts.order(fault);
      break;
    case "pass":
      await rig.clock.advance(fault.ms);
  }
}

function states(node: TreeNode): readonly string[] {
  return node.kind === "actor" ? [node.state] : [node.state, ...node.children.flatMap(states)];
}

function count(rig: Rig, line: RegExp): number {
  return rig.log.filter((entry) => line.test(entry)).length;
}

async function run(
  faults: readonly Fault[],
  pick: (ready: number) => number,
  stopsEarly: boolean,
): Promise<Rig> {
  const rig = createRig(pick);
  const starts = new Starts();
  const system = await rig.start(plant(rig, starts));
  for (const fault of faults) await inflict(rig, starts, fault);
  if (!stopsEarly) {
    starts.calm();
    await rig.clock.advance(20_000);
    assertEquals(new Set(states(system.tree())), new Set(["running"]));
    assertEquals(rig.clock.pending(), 0);
    assertEquals(count(rig, /^start /) - count(rig, /^(crashed|stopped) /), actors.length);
  }
  system.stop();
  await rig.clock.advance(20_000);
  assertEquals(await system.ended, "stopped");
  assertEquals(new Set(states(system.tree())), new Set(["stopped"]));
  assertEquals(rig.clock.pending(), 0);
  for (const id of actors) {
    assertEquals(
      count(rig, new RegExp(`^start ${id}`)),
      count(rig, new RegExp(`^(crashed|stopped) ${id}`)),
      id,
    );
  }
  assertEquals(rig.facts("crash").length, count(rig, /^crashed /));
  return rig;
}

Deno.test(
  "faults: after them the tree is whole again, or stops when it is told to",
  { permissions: "none" },
  async () => {
    const reached = { giveUps: 0, waits: 0, killed: 0 };
    const property = fc.asyncProperty(
      fc.array(fault, { maxLength: 30, size: "max" }),
      fc.infiniteStream(fc.nat(1000)),
      fc.boolean(),
      async (faults, choices, stopsEarly) => {
        const rig = await run(faults, (ready) => (choices.next().value ?? 0) % ready, stopsEarly);
        for (const { retryInMs } of rig.facts("gaveUp")) {
          if (retryInMs === null) reached.giveUps++;
          else reached.waits++;
        }
        reached.killed += rig.facts("stopped").filter(({ how }) => how === "killed").length;
      },
    );
    await fc.assert(property, { numRuns: 150 });
    for (const [what, times] of Object.entries(reached)) {
      assertGreater(
        times,
        20,
        `${what} is hardly ever reached`,
      );
    }
  },
);
