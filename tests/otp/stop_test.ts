/**
 * How a tree ends: stopped in reverse within deadlines, or cut off (notes/reliability.md B6).
 *
 * Law: after the end nothing is left on the clock.
 */
import { assertEquals } from "@std/assert";
import type { Self } from "../../actors/otp/actor.ts";
import { byHand, createRig, type Deed, intensity, type Rig, supervisor } from "./rig.ts";

function check(says: string, test: () => Promise<void>): void {
  Deno.test(`stop: ${says}`, { permissions: "none" }, test);
}

/** What has become of a promise, after all that needs no time. */
async function stateOf(rig: Rig, promise: Promise<unknown>): Promise<string> {
  let state = "pending";
  promise.then((value) => state = String(value));
  await rig.clock.advance(0);
  return state;
}

check("branches and actors stop in reverse, then the system has ended", async () => {
  const rig = createRig();
  const system = await rig.start(supervisor("root", "one_for_one", [
    rig.actor("a"),
    supervisor("branch", "rest_for_one", [rig.actor("b"), rig.actor("c")]),
    rig.actor("d"),
  ]));
  assertEquals(await stateOf(rig, system.ended), "pending");
  rig.news();
  const stopped = system.stop();
  assertEquals(await stateOf(rig, stopped), "undefined");
  assertEquals(rig.news(), ["stopped d", "stopped c", "stopped b", "stopped a"]);
  assertEquals(await system.ended, "stopped");
  assertEquals(system.tree().children.map(({ state }) => state), ["stopped", "stopped", "stopped"]);
  assertEquals(await stateOf(rig, system.stop()), "undefined");
  assertEquals(rig.news(), []);
});

check("the turn in hand may finish, and nothing that waits is begun", async () => {
  const rig = createRig();
  const inHand = byHand();
  const system = await rig.start(supervisor("root", "one_for_one", [rig.actor("a"), rig.actor("b")]));
  rig.tell("b", async () => {
    await inHand.promise;
    rig.log.push("b has committed");
  });
  rig.tell("b", () => void rig.log.push("never"), "Waiting");
  await rig.clock.advance(0);
  rig.news();
  const stopped = system.stop();
  assertEquals(await stateOf(rig, stopped), "pending");
  assertEquals([rig.actorNode("b").state, rig.news()], ["stopping", []]);
  inHand.resolve();
  assertEquals(await stateOf(rig, stopped), "undefined");
  assertEquals(rig.news(), ["b has committed", "stopped b", "stopped a"]);
  assertEquals(rig.facts("deadLetter").map(({ actor, message }) => [actor, message]), [["b", "Waiting"]]);
  assertEquals(rig.clock.pending(), 0);
});

check("a turn that outlasts the stop deadline is cut off exactly then, and fenced", async () => {
  const rig = createRig();
  const inHand = byHand();
  const system = await rig.start(supervisor("root", "one_for_one", [rig.actor("a"), rig.actor("b")]));
  rig.tell("b", async (self) => {
    await inHand.promise;
    rig.log.push(`late send: ${self.send(self.address, { kind: "Late", act: () => {} })}`);
  });
  await rig.clock.advance(0);
  rig.news();
  const stopped = system.stop();
  await rig.clock.advance(4_999);
  assertEquals(rig.news(), []);
  await rig.clock.advance(1);
  assertEquals(rig.news(), ["stopped b", "stopped a"]);
  assertEquals(rig.facts("stopped").map(({ actor, how }) => [actor, how]), [["b", "killed"], [
    "a",
    "stopped",
  ]]);
  assertEquals(await stateOf(rig, stopped), "undefined");
  assertEquals(system.turnsInFlight(), 1);
  inHand.resolve();
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["late send: false"]);
  assertEquals([system.turnsInFlight(), rig.clock.pending()], [0, 0]);
});

check("each actor has a stop deadline of its own, and a start in hand is waited for too", async () => {
  const rig = createRig();
  const aIsUp = byHand();
  const system = await rig.start(supervisor("root", "one_for_one", [
    rig.actor("a", { onStart: () => aIsUp.promise, stopDeadlineMs: 50 }),
    rig.actor("b"),
  ]));
  let started = false;
  system.started.then(() => started = true);
  const stopped = system.stop();
  await rig.clock.advance(49);
  assertEquals([rig.news(), started], [["start a"], false]);
  aIsUp.resolve();
  assertEquals(await stateOf(rig, stopped), "undefined");
  assertEquals([rig.news(), started], [["stopped a"], true]);
});

for (const death of ["rejection", "turn deadline", "crash(id)"] as const) {
  check(
    `a child that dies by ${death} while its supervisor stops is reported and not restarted`,
    async () => {
      const rig = createRig();
      const inHand = byHand();
      const system = await rig.start(supervisor("root", "one_for_one", [
        rig.actor("a"),
        rig.actor("b", { turnDeadlineMs: 100 }),
      ]));
      rig.tell("b", () => inHand.promise);
      await rig.clock.advance(0);
      rig.news();
      const stopped = system.stop();
      await rig.clock.advance(99);
      if (death === "rejection") inHand.reject(new Error("b fails while it stops"));
      if (death === "turn deadline") await rig.clock.advance(1);
      if (death === "crash(id)") system.crash("b");
      assertEquals(await stateOf(rig, stopped), "undefined");
      assertEquals(rig.news(), ["crashed b", "stopped a"]);
      assertEquals([rig.facts("crash").length, rig.facts("restart").length], [1, 0]);
      assertEquals([await system.ended, rig.clock.pending()], ["stopped", 0]);
    },
  );
}

check("a sibling that crashes while another is waited for is not restarted", async () => {
  const rig = createRig();
  const inHand = byHand();
  const system = await rig.start(supervisor("root", "one_for_one", [rig.actor("a"), rig.actor("b")]));
  rig.tell("b", () => inHand.promise);
  await rig.clock.advance(0);
  rig.news();
  const stopped = system.stop();
  await rig.clock.advance(0);
  await rig.fail("a");
  inHand.resolve();
  assertEquals(await stateOf(rig, stopped), "undefined");
  assertEquals(rig.news(), ["crashed a", "stopped b"]);
});

check("a restart under way is given up for the stop", async () => {
  const rig = createRig();
  const inHand = byHand();
  const system = await rig.start(supervisor("root", "one_for_all", [rig.actor("a"), rig.actor("b")]));
  rig.tell("b", () => inHand.promise);
  await rig.fail("a");
  rig.news();
  const stopped = system.stop();
  inHand.resolve();
  assertEquals(await stateOf(rig, stopped), "undefined");
  assertEquals(rig.news(), ["stopped b"]);
});

check("a stop during a back-off ends at once and leaves no timer", async () => {
  const rig = createRig();
  const system = await rig.start(supervisor("root", "one_for_one", [
    supervisor("branch", "one_for_one", [rig.actor("a")], {
      intensity: intensity(0, 1000),
      giveUp: { retryInitialMs: 1000, retryMaxMs: 5000 },
    }),
  ]));
  await rig.fail("a");
  assertEquals(rig.clock.pending(), 1);
  assertEquals(await stateOf(rig, system.stop()), "undefined");
  assertEquals([rig.clock.pending(), rig.tell("a", () => {})], [0, false]);
});

check("a stop while a branch gives up into its back-off does not wait for that", async () => {
  const rig = createRig();
  const inHand = byHand();
  const system = await rig.start(supervisor("root", "one_for_one", [
    supervisor("branch", "one_for_one", [rig.actor("a"), rig.actor("b")], {
      intensity: intensity(0, 1000),
      giveUp: { retryInitialMs: 1000, retryMaxMs: 5000 },
    }),
  ]));
  rig.tell("b", () => inHand.promise);
  await rig.fail("a");
  const stopped = system.stop();
  await rig.clock.advance(0);
  inHand.resolve();
  assertEquals(await stateOf(rig, stopped), "undefined");
  assertEquals(rig.clock.pending(), 0);
});

check("a stop asked for while the root gives up does not hide that it gave up", async () => {
  const rig = createRig();
  const inHand = byHand();
  const system = await rig.start(supervisor("root", "one_for_one", [rig.actor("a"), rig.actor("b")], {
    intensity: intensity(0, 1000),
  }));
  rig.tell("b", () => inHand.promise);
  await rig.fail("a");
  const stopped = system.stop();
  inHand.resolve();
  assertEquals(await stateOf(rig, stopped), "undefined");
  assertEquals(await system.ended, "gaveUp");
});

check("a terminate that throws is traced and holds nothing up", async () => {
  const rig = createRig();
  const throws = () => {
    throw new Error("contactor does not answer");
  };
  const system = await rig.start(supervisor("root", "one_for_one", [
    rig.actor("a"),
    rig.actor("b", { terminate: throws }),
  ]));
  await rig.fail("b");
  assertEquals(rig.actorNode("b").incarnation, 1);
  assertEquals(await stateOf(rig, system.stop()), "undefined");
  assertEquals(
    rig.facts("terminateFailed").map(({ actor, error }) => [actor, error]),
    [["b", "Error: contactor does not answer"], ["b", "Error: contactor does not answer"]],
  );
  assertEquals(rig.news(), ["start a", "start b", "start b", "stopped a"]);
});

check("abandon: nothing is terminated, handled, sent or traced any more", async () => {
  const rig = createRig();
  const inHand = byHand();
  const selves: Self<Deed>[] = [];
  const system = await rig.start(supervisor("root", "one_for_one", [
    rig.actor("a", { onStart: (self) => void selves.push(self) }),
    supervisor("branch", "one_for_one", [rig.actor("b")], {
      intensity: intensity(0, 1000),
      giveUp: { retryInitialMs: 1000, retryMaxMs: 1000 },
    }),
  ]));
  rig.tell("a", async (self) => {
    await inHand.promise;
    self.trace("late");
    rig.log.push(`late send: ${self.send(self.address, { kind: "Late", act: () => {} })}`);
  });
  rig.tell("a", () => void rig.log.push("never"));
  await rig.fail("b");
  selves[0]?.after(10, { kind: "Timer", act: () => void rig.log.push("never") });
  const facts = rig.trace.length;
  rig.news();
  system.abandon();
  assertEquals(rig.clock.pending(), 0);
  assertEquals([rig.tell("a", () => {}), rig.tell("b", () => {}), system.crash("a")], [false, false, false]);
  const stopped = system.stop();
  inHand.resolve();
  await rig.clock.advance(10_000);
  assertEquals(rig.news(), ["late send: false"]);
  assertEquals(rig.trace.length, facts);
  assertEquals([await stateOf(rig, stopped), await stateOf(rig, system.ended)], ["pending", "pending"]);
  assertEquals(system.turnsInFlight(), 0);
});

check("abandon: a restart that was due does not take place", async () => {
  const rig = createRig();
  const system = await rig.start(supervisor("root", "one_for_one", [rig.actor("a")]));
  rig.news();
  system.crash("a");
  system.abandon();
  await rig.clock.advance(10_000);
  assertEquals(rig.news(), ["crashed a"]);
});

check("abandon in the middle of a turn: that turn can do nothing more either", async () => {
  const rig = createRig();
  const system = await rig.start(supervisor("root", "one_for_one", [rig.actor("a"), rig.actor("b")]));
  rig.tell("a", (self) => {
    system.abandon();
    rig.log.push(`send: ${self.send(self.address, { kind: "Late", act: () => {} })}`);
    throw new Error("after the power cut");
  });
  rig.news();
  await rig.clock.advance(0);
  assertEquals([rig.news(), rig.facts("crash")], [["send: false"], []]);
});
