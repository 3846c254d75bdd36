/**
 * What the kernel shows of itself, and how it refuses to be wired wrongly.
 *
 * Law: the shapes of the tree and the trace are what the debug socket serves.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { createKernel } from "../../actors/otp/kernel.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { byHand, createRig, type Deed, supervisor } from "./rig.ts";

function check(says: string, test: () => void | Promise<void>): void {
  Deno.test(`kernel: ${says}`, { permissions: "none" }, test);
}

function createIdleKernel() {
  return createKernel({ clock: createSimulatedClock({ startWallMs: 0 }), trace: () => {} });
}

check("the tree shows supervisors and actors with what they have been through", async () => {
  const rig = createRig();
  const inHand = byHand();
  const system = await rig.start(supervisor("root", "one_for_one", [
    supervisor("branch", "rest_for_one", [rig.actor("a"), rig.actor("b", { mailbox: { mailboxMax: 7 } })]),
  ]));
  await rig.clock.advance(5);
  rig.tell("a", () => {
    throw new TypeError("no such connector");
  }, "Plugged");
  await rig.clock.advance(0);
  rig.tell("b", () => inHand.promise);
  rig.tell("b", () => {});
  await rig.clock.advance(0);
  const [crash] = rig.facts("crash");
  const error = "TypeError: no such connector";
  assertEquals(system.tree(), {
    kind: "supervisor",
    id: "root",
    strategy: "one_for_one",
    state: "running",
    restarts: 0,
    children: [{
      kind: "supervisor",
      id: "branch",
      strategy: "rest_for_one",
      state: "running",
      restarts: 0,
      children: [
        {
          kind: "actor",
          id: "a",
          state: "running",
          restarts: 1,
          incarnation: 1,
          mailboxDepth: 0,
          mailboxMax: 1000,
          handled: 1,
          lastCrash: { atMs: 5, message: "Plugged", error, stack: crash?.stack ?? "" },
        },
        {
          kind: "actor",
          id: "b",
          state: "running",
          restarts: 0,
          incarnation: 1,
          mailboxDepth: 1,
          mailboxMax: 7,
          handled: 1,
          lastCrash: null,
        },
      ],
    }],
  });
});

check("the trace tells all in order, with both times, and one report for a crash", async () => {
  const rig = createRig();
  await rig.start(supervisor("root", "one_for_one", [rig.actor("a")]));
  await rig.clock.advance(5);
  rig.clock.stepWall(1000);
  rig.tell("a", (self) => {
    self.trace("SetContactor", { closed: true });
    throw new Error("welded");
  }, "Plugged");
  await rig.clock.advance(0);
  const [crash] = rig.facts("crash");
  assert(crash !== undefined && crash.stack.includes("welded") && crash.stack.includes("kernel_test.ts"));
  const at = { atMs: 5, wallMs: 1005 };
  assertEquals(
    rig.trace.map((event) => event.kind === "crash" ? { ...event, message: null, stack: "" } : event),
    [
      { kind: "started", actor: "a", incarnation: 0, atMs: 0, wallMs: 0 },
      { kind: "message", actor: "a", message: "Plugged", ...at },
      { kind: "effect", actor: "a", effect: "SetContactor", detail: { closed: true }, ...at },
      {
        kind: "crash",
        actor: "a",
        incarnation: 0,
        message: null,
        error: "Error: welded",
        stack: "",
        restarts: 0,
        ...at,
      },
      {
        kind: "restart",
        supervisor: "root",
        child: "a",
        strategy: "one_for_one",
        stops: [],
        starts: ["a"],
        ...at,
      },
      { kind: "started", actor: "a", incarnation: 1, ...at },
    ],
  );
  assertEquals(crash.message?.kind, "Plugged");
});

check("whatever is thrown, one report says it", async () => {
  const rig = createRig();
  await rig.start(supervisor("root", "one_for_one", [rig.actor("a")], {
    intensity: { restartsMax: 10, withinMs: 1 },
  }));
  for (const thrown of ["text", 5, undefined, null, { code: 1 }, Object.create(null), Symbol("s")]) {
    rig.tell("a", () => {
      throw thrown;
    });
  }
  await rig.clock.advance(0);
  assertEquals(rig.facts("crash").map(({ error }) => error), [
    "throw an Error, not text",
    "throw an Error, not 5",
    "throw an Error, not undefined",
    "throw an Error, not [object Null]",
    "throw an Error, not [object Object]",
    "throw an Error, not [object Object]",
    "throw an Error, not Symbol(s)",
  ]);
});

check("inspect asks the living incarnation", async () => {
  const clock = createSimulatedClock({ startWallMs: 0 });
  const kernel = createKernel({ clock, trace: () => {} });
  const address = kernel.address<Deed>("a");
  const system = kernel.start(supervisor("root", "one_for_one", [{
    address,
    start: ({ incarnation }: { readonly incarnation: number }) => ({
      receive: () => {},
      inspect: () => ({ incarnation }),
    }),
  }]));
  assertEquals(system.inspect("a"), undefined);
  await clock.advance(0);
  assertEquals([system.inspect("a"), system.inspect("nobody")], [{ incarnation: 0 }, undefined]);
  system.crash("a");
  assertEquals(system.inspect("a"), undefined);
  await clock.advance(0);
  assertEquals(system.inspect("a"), { incarnation: 1 });
});

check("an address that no actor reads is closed when the tree starts", async () => {
  const rig = createRig();
  rig.actor("forgotten");
  rig.tell("forgotten", () => {}, "Early");
  await rig.start(supervisor("root", "one_for_one", [rig.actor("a")]));
  assertEquals(rig.tell("forgotten", () => {}, "Late"), false);
  assertEquals(rig.facts("deadLetter").map(({ message }) => message), ["Early", "Late"]);
});

check("ids and addresses are used once, trees are started once, and addresses come first", () => {
  const kernel = createIdleKernel();
  const start = () => ({ receive: () => {} });
  const a = { address: kernel.address("a"), start };
  assertThrows(() => kernel.address("a"), Error, "a is taken");
  kernel.start(supervisor("root", "one_for_one", [a]));
  assertThrows(() => kernel.start(supervisor("second", "one_for_one", [])), Error, "second is the second");
  assertThrows(() => kernel.address("late"), Error, "make the address late before");
  for (const children of [["a", "a"], ["root"]]) {
    const other = createIdleKernel();
    const specs = new Map([...new Set(children)].map((id) => [id, { address: other.address(id), start }]));
    const tree = supervisor("root", "one_for_one", children.flatMap((id) => specs.get(id) ?? []));
    assertThrows(() => other.start(tree), Error, "an id of its own");
  }
  const foreign = createIdleKernel();
  foreign.address("a");
  assertThrows(
    () => foreign.start(supervisor("root", "one_for_one", [a])),
    Error,
    "with the kernel that starts it",
  );
});
