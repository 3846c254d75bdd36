/**
 * One message at a time, to completion, within a deadline; and what a crash costs (architecture, rules 1 and 2).
 *
 * Law: a turn that awaits, awaits a store whose commits the test's clock decides.
 */
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Fenced, type Self } from "../../actors/otp/actor.ts";
import { createKernel } from "../../actors/otp/kernel.ts";
import { createSimulatedClock, type SimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { byHand, createRig, type Deed, intensity, supervisor } from "./rig.ts";

function check(says: string, test: () => Promise<void>): void {
  Deno.test(`turn: ${says}`, { permissions: "none" }, test);
}

/** Like a store: each commit becomes durable `delayMs` after it was asked for. */
interface SlowStore {
  readonly committed: string[];
  readonly commit: (what: string) => Promise<void>;
  readonly pending: () => number;
}

function createSlowStore(clock: SimulatedClock, delayMs: number): SlowStore {
  const committed: string[] = [];
  let pending = 0;
  return {
    committed,
    pending: () => pending,
    commit: (what) => {
      pending++;
      return new Promise((resolve) =>
        clock.after(delayMs, () => {
          pending--;
          committed.push(what);
          resolve();
        })
      );
    },
  };
}

check("messages are handled in the order of sending, actors take turns", async () => {
  const rig = createRig();
  await rig.start(supervisor("root", "one_for_one", [rig.actor("a"), rig.actor("b")]));
  rig.news();
  for (const n of [1, 2, 3]) rig.tell("a", () => void rig.log.push(`a${n}`));
  for (const n of [1, 2, 3]) rig.tell("b", () => void rig.log.push(`b${n}`));
  assertEquals(rig.news(), []);
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["a1", "b1", "a2", "b2", "a3", "b3"]);
  assertEquals([rig.actorNode("a").handled, rig.actorNode("b").handled], [3, 3]);
});

check("while a turn awaits, the actor handles nothing else, and others go on", async () => {
  const rig = createRig();
  const store = createSlowStore(rig.clock, 50);
  const system = await rig.start(supervisor("root", "one_for_one", [rig.actor("a"), rig.actor("b")]));
  rig.news();
  rig.tell("a", async () => {
    await store.commit("one");
    rig.log.push("a1");
  });
  rig.tell("a", () => void rig.log.push("a2"));
  rig.tell("b", () => void rig.log.push("b1"));
  await rig.clock.advance(49);
  assertEquals([rig.news(), system.turnsInFlight(), rig.actorNode("a").mailboxDepth], [["b1"], 1, 1]);
  await rig.clock.advance(1);
  assertEquals([rig.news(), system.turnsInFlight(), rig.clock.pending()], [["a1", "a2"], 0, 0]);
});

check("a crash costs the message in hand, once; the mailbox waits for the successor", async () => {
  const rig = createRig();
  await rig.start(supervisor("root", "one_for_one", [rig.actor("a")]));
  rig.news();
  const handledBy = (what: string) => (self: Self<Deed>) =>
    void rig.log.push(`${what} by ${self.incarnation}`);
  rig.tell("a", handledBy("one"));
  rig.tell("a", (self) => {
    handledBy("two")(self);
    throw new Error("in the middle of two");
  });
  rig.tell("a", handledBy("three"));
  rig.tell("a", handledBy("four"));
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["one by 0", "two by 0", "crashed a", "start a", "three by 1", "four by 1"]);
});

check("what is sent before the start and during a restart waits", async () => {
  const rig = createRig();
  let isUp = byHand();
  const a = rig.actor("a", { onStart: () => isUp.promise });
  rig.tell("a", () => void rig.log.push("sent before the start"));
  isUp.resolve();
  await rig.start(supervisor("root", "one_for_one", [a]));
  assertEquals(rig.news(), ["start a", "sent before the start"]);
  isUp = byHand();
  await rig.fail("a");
  assertEquals(rig.tell("a", () => void rig.log.push("sent during the restart")), true);
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["crashed a", "start a"]);
  isUp.resolve();
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["sent during the restart"]);
});

check(
  "a turn that outlasts its deadline is a crash exactly then, and its continuation can neither send nor commit",
  async () => {
    const rig = createRig();
    const store = createSlowStore(rig.clock, 20_000);
    let late: unknown;
    await rig.start(supervisor("root", "one_for_one", [rig.actor("a"), rig.actor("b")]));
    rig.tell("a", async (self) => {
      const fenced = self.fence(store);
      await fenced.commit("in time");
      rig.log.push(`late send: ${self.send(self.address, { kind: "Late", act: () => {} })}`);
      self.after(0, { kind: "Late", act: () => {} });
      self.ask(
        self.address,
        () => ({ kind: "Late", act: () => {} }),
        1000,
        () => ({ kind: "Late", act: () => {} }),
      );
      self.trace("late");
      try {
        fenced.commit("too late");
      } catch (error) {
        late = error;
      }
      throw new Error("nobody hears this");
    });
    rig.tell("a", (self) => void rig.log.push(`next by ${self.incarnation}`));
    await rig.clock.advance(0);
    rig.news();
    await rig.clock.advance(9_999);
    assertEquals(rig.news(), []);
    await rig.clock.advance(1);
    assertEquals(rig.news(), ["crashed a", "start a", "next by 1"]);
    assertEquals(rig.system().turnsInFlight(), 1);
    await rig.clock.advance(10_000);
    assertEquals(rig.news(), ["late send: false"]);
    assertEquals([store.committed, rig.system().turnsInFlight(), rig.clock.pending()], [["in time"], 0, 0]);
    assertInstanceOf(late, Fenced);
    const [crash] = rig.facts("crash");
    assertEquals([crash?.error, crash?.message?.kind], [
      "Error: finish a start or a turn within 10000 ms: a did not",
      "Deed",
    ]);
    assertEquals([rig.facts("crash").length, rig.facts("effect").length, rig.facts("message").length], [
      1,
      0,
      2,
    ]);
  },
);

check("a turn deadline of one's own is kept, and a turn that ends just before it is no crash", async () => {
  const rig = createRig();
  const store = createSlowStore(rig.clock, 99);
  await rig.start(supervisor("root", "one_for_one", [rig.actor("a", { turnDeadlineMs: 100 })]));
  for (let turn = 0; turn < 3; turn++) rig.tell("a", () => store.commit("in time"));
  await rig.clock.advance(297);
  assertEquals([store.committed.length, rig.facts("crash").length], [3, 0]);
  rig.tell("a", () => byHand().promise);
  await rig.clock.advance(99);
  assertEquals(rig.facts("crash").length, 0);
  await rig.clock.advance(1);
  assertEquals(rig.facts("crash").length, 1);
});

check("crash(id) ends a turn that awaits, and only that incarnation", async () => {
  const rig = createRig();
  const inHand = byHand();
  const system = await rig.start(supervisor("root", "one_for_one", [rig.actor("a")]));
  rig.tell("a", async () => {
    await inHand.promise;
    throw new Error("nobody hears this");
  }, "Long");
  await rig.clock.advance(0);
  assertEquals([system.crash("a", "by hand"), system.crash("a")], [true, false]);
  await rig.clock.advance(0);
  inHand.resolve();
  await rig.clock.advance(20_000);
  assertEquals(rig.facts("crash").map(({ error, message }) => [error, message?.kind]), [[
    "Error: by hand",
    "Long",
  ]]);
  assertEquals([system.crash("root"), system.crash("nobody")], [false, false]);
});

check("an actor's own timers: in order, cancelled by the call, by a crash and by a stop", async () => {
  const rig = createRig();
  const system = await rig.start(supervisor("root", "one_for_one", [rig.actor("a")]));
  rig.news();
  const note = (what: string): Deed => ({ kind: "Timer", act: () => void rig.log.push(what) });
  rig.tell("a", (self) => {
    self.after(20, note("20"));
    self.after(10, note("10"));
    const cancel = self.after(15, note("cancelled"));
    self.after(12, { kind: "Timer", act: () => cancel() });
  });
  await rig.clock.advance(20);
  assertEquals(rig.news(), ["10", "20"]);
  rig.tell("a", (self) => void self.after(10, note("of the crashed one")));
  await rig.fail("a");
  assertEquals(rig.clock.pending(), 0);
  rig.tell("a", (self) => void self.after(10, note("of the stopped one")));
  await rig.clock.advance(0);
  system.stop();
  await rig.clock.advance(10);
  assertEquals([rig.news(), rig.clock.pending()], [["crashed a", "start a", "stopped a"], 0]);
});

check(
  "a timer that has fired but waits in the mailbox can still be cancelled, and is not the successor's",
  async () => {
    const rig = createRig();
    const store = createSlowStore(rig.clock, 50);
    await rig.start(supervisor("root", "one_for_one", [rig.actor("a")]));
    rig.news();
    const note = (what: string): Deed => ({ kind: "Timer", act: () => void rig.log.push(what) });
    rig.tell("a", async (self) => {
      const cancel = self.after(10, note("cancelled"));
      self.after(20, note("kept"));
      await store.commit("slow");
      cancel();
    });
    await rig.clock.advance(50);
    assertEquals(rig.news(), ["kept"]);
    rig.tell("a", async (self) => {
      const cancel = self.after(10, note("cancelled"));
      await store.commit("slow");
      cancel();
    });
    await rig.clock.advance(50);
    assertEquals([rig.news(), rig.actorNode("a").mailboxDepth], [[], 0]);
    rig.tell("a", async (self) => {
      self.after(10, note("of the crashed one"));
      await store.commit("slow");
      throw new Error("with a timer in the mailbox");
    });
    rig.tell("a", () => void rig.log.push("from outside"));
    await rig.clock.advance(50);
    assertEquals(rig.news(), ["crashed a", "start a", "from outside"]);
  },
);

check(
  "the simulated clock knows when all turns await the store, and names a turn that awaits anything else",
  async () => {
    const clock: SimulatedClock = createSimulatedClock({ startWallMs: 0, settled: () => settled() });
    const store = createSlowStore(clock, 10);
    const kernel = createKernel({ clock, trace: () => {} });
    const address = kernel.address<Deed>("a");
    const system = kernel.start(supervisor("root", "one_for_one", [{
      address,
      start: (self: Self<Deed>) => ({ receive: (deed: Deed) => deed.act(self) }),
    }]));
    const settled = () => system.turnsInFlight() === store.pending();
    await clock.advance(0);
    address.send({
      kind: "Deed",
      act: async () => {
        await store.commit("one");
        for (let i = 0; i < 200; i++) await null;
        await store.commit("two");
      },
    });
    await clock.advance(20);
    assertEquals([store.committed, clock.monotonicMs()], [["one", "two"], 20]);
    address.send({ kind: "Deed", act: () => byHand().promise });
    await assertRejects(() => clock.advance(1), Error, "await the store and nothing else");
  },
);

check(
  "10,000 crashes in the middle of timers, requests and awaiting turns leave nothing behind",
  async () => {
    const rig = createRig();
    const system = await rig.start(supervisor("root", "one_for_one", [rig.actor("a"), rig.actor("b")], {
      intensity: intensity(20, 10),
    }));
    const b = rig.address("b");
    for (let n = 0; n < 10_000; n++) {
      rig.tell("a", (self) => {
        self.after(1000, { kind: "Timer", act: () => {} });
        self.after(0, { kind: "Timer", act: () => {} });
        self.ask(b, () => ({ kind: "Ask", act: () => {} }), 1000, () => ({ kind: "Outcome", act: () => {} }));
        if (n % 2 === 0) throw new Error("at once");
        return Promise.reject(new Error("later"));
      });
      await rig.clock.advance(1);
    }
    const { restarts, mailboxDepth, state } = rig.actorNode("a");
    assertEquals([restarts, mailboxDepth, state, rig.clock.pending(), system.turnsInFlight()], [
      ...[10_000, 0, "running"],
      ...[0, 0],
    ]);
  },
);
