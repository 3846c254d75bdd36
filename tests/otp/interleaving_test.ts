/**
 * Which actor goes next is the clock's choice; what comes of a run is not.
 *
 * Law: between one sender and one receiver the order of sending is kept, crash or no crash, whatever `pick` does.
 */
import { assertEquals, assertGreater } from "@std/assert";
import fc from "fast-check";
import { createRig, intensity, type Rig, supervisor } from "./rig.ts";

const actors = ["a", "b", "c", "d"];

/** One actor tells another something, which that one handles or fails at. */
interface Exchange {
  readonly from: string;
  readonly to: string;
  readonly fails: boolean;
}

/** `seen`: what each receiver saw of each sender; `order`: how it all came to pass. */
interface Run {
  readonly seen: ReadonlyMap<string, readonly string[]>;
  readonly order: string;
  readonly trace: string;
}

async function run(exchanges: readonly Exchange[], pick?: (ready: number) => number): Promise<Run> {
  const rig = createRig(pick);
  const system = await rig.start(supervisor("root", "one_for_one", [
    supervisor("left", "one_for_all", [rig.actor("a"), rig.actor("b")], { intensity: intensity(1000, 1) }),
    supervisor("right", "rest_for_one", [rig.actor("c"), rig.actor("d")], { intensity: intensity(1000, 1) }),
  ]));
  rig.news();
  for (const [number, exchange] of exchanges.entries()) tell(rig, exchange, number);
  await rig.clock.advance(0);
  const order = rig.news().filter((line) => line.includes(">"));
  const seen = new Map<string, string[]>();
  for (const line of order) {
    const pair = line.slice(0, 3);
    seen.set(pair, [...seen.get(pair) ?? [], line]);
  }
  assertEquals(system.tree().state, "running");
  return { seen: new Map([...seen].sort()), order: order.join(), trace: JSON.stringify(rig.trace) };
}

function tell(rig: Rig, { from, to, fails }: Exchange, number: number): void {
  rig.tell(from, (self) => {
    self.send(rig.address(to), {
      kind: "Deed",
      act: () => {
        rig.log.push(`${from}>${to} ${number}`);
        if (fails) throw new Error("fails");
      },
    });
  });
}

const exchange: fc.Arbitrary<Exchange> = fc.record({
  from: fc.constantFrom(...actors),
  to: fc.constantFrom(...actors),
  fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

Deno.test(
  "interleaving: pick changes who goes first and nothing that anybody sees",
  { permissions: "none" },
  async () => {
    let different = 0;
    const property = fc.asyncProperty(
      fc.array(exchange, { maxLength: 40 }),
      fc.infiniteStream(fc.nat(1000)),
      async (exchanges, choices) => {
        const inOrder = await run(exchanges);
        const picked = await run(exchanges, (ready) => (choices.next().value ?? 0) % ready);
        assertEquals(picked.seen, inOrder.seen);
        if (picked.order !== inOrder.order) different++;
      },
    );
    await fc.assert(property, { numRuns: 100 });
    assertGreater(different, 30);
  },
);

Deno.test(
  "interleaving: the same picks are the same run, trace and all",
  { permissions: "none" },
  async () => {
    const exchanges =
      fc.sample(fc.array(exchange, { minLength: 40, maxLength: 40 }), { numRuns: 1, seed: 7 })[0] ?? [];
    const runPicked = () => {
      let state = 1;
      return run(exchanges, (ready) => (state = state * 48271 % 2147483647) % ready);
    };
    const first = await runPicked();
    assertGreater(first.trace.length, 1000);
    assertEquals(await runPicked(), first);
  },
);
