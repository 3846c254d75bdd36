/**
 * A request gets exactly one outcome, whatever happens to who was asked (notes/reliability.md B6; architecture, rule 1).
 *
 * Law: the asker logs each outcome that reaches it, so that a second one would be seen.
 */
import { assertEquals } from "@std/assert";
import { type Address, Exit, type Outcome, type Reply, type Self } from "../../actors/otp/actor.ts";
import { Ask, type Asked } from "../../actors/otp/ask.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { byHand, createRig, type Deed, type Rig, supervisor } from "./rig.ts";

function check(says: string, test: () => Promise<void>): void {
  Deno.test(`ask: ${says}`, { permissions: "none" }, test);
}

/** Makes `asker` ask `asked` to do this, with a second to answer. */
function ask(rig: Rig, act: (reply: Reply<number>, self: Self<Deed>) => void | Promise<void>): void {
  rig.tell("asker", (self) => askOf(rig, self, rig.address("asked"), act));
}

function askOf(
  rig: Rig,
  self: Self<Deed>,
  to: Address<Deed>,
  act: (reply: Reply<number>, self: Self<Deed>) => void | Promise<void>,
): void {
  self.ask<Deed, number>(
    to,
    (reply) => ({ kind: "Request", act: (asked) => act(reply, asked) }),
    1000,
    (outcome) => ({ kind: "Outcome", act: () => void rig.log.push(text(outcome)) }),
  );
}

function text(outcome: Outcome<number>): string {
  return outcome.kind === "reply" ? `reply ${outcome.value}` : outcome.kind;
}

async function startPair(rig: Rig): Promise<void> {
  await rig.start(supervisor("root", "one_for_one", [
    rig.actor("asker"),
    rig.actor("asked", {
      restart: "transient",
      mailbox: { mailboxMax: 2, droppable: (deed) => deed.kind === "Sample" },
    }),
  ]));
  rig.news();
}

function fails(): never {
  throw new Error("asked fails");
}

check("the reply comes back as a message, once", async () => {
  const rig = createRig();
  await startPair(rig);
  ask(rig, (reply) => {
    reply(1);
    reply(2);
  });
  await rig.clock.advance(2000);
  assertEquals([rig.news(), rig.clock.pending()], [["reply 1"], 0]);
});

check("a reply may come in a later turn, or from another actor that was handed it", async () => {
  const rig = createRig();
  await startPair(rig);
  ask(rig, (reply, self) => void self.after(500, { kind: "Timer", act: () => reply(1) }));
  ask(rig, (reply, self) => void self.send(rig.address("asker"), { kind: "Handed", act: () => reply(2) }));
  await rig.clock.advance(2000);
  assertEquals(rig.news(), ["reply 2", "reply 1"]);
});

check("without a reply the time-out comes, exactly, and a late reply is void", async () => {
  const rig = createRig();
  await startPair(rig);
  ask(rig, (reply, self) => void self.after(1001, { kind: "Timer", act: () => reply(1) }));
  await rig.clock.advance(999);
  assertEquals(rig.news(), []);
  await rig.clock.advance(1);
  assertEquals(rig.news(), ["timeout"]);
  await rig.clock.advance(1000);
  assertEquals(rig.news(), []);
});

check("a crash while the request is in hand", async () => {
  const rig = createRig();
  await startPair(rig);
  ask(rig, fails);
  ask(rig, () => Promise.reject(new Error("asked fails later")));
  await rig.clock.advance(0);
  assertEquals(rig.news(), [
    "crashed asked",
    "start asked",
    "crashed",
    "crashed asked",
    "crashed",
    "start asked",
  ]);
});

check("a crash after the reply costs nothing", async () => {
  const rig = createRig();
  await startPair(rig);
  ask(rig, (reply) => {
    reply(1);
    fails();
  });
  await rig.clock.advance(2000);
  assertEquals(rig.news(), ["crashed asked", "reply 1", "start asked"]);
});

check("a crash after the reply was put off fails it; a reply that the dead one kept is void", async () => {
  const rig = createRig();
  await startPair(rig);
  const kept: Reply<number>[] = [];
  ask(rig, (reply) => void kept.push(reply));
  await rig.clock.advance(0);
  await rig.fail("asked");
  assertEquals(rig.news(), ["crashed asked", "crashed", "start asked"]);
  kept[0]?.(1);
  await rig.clock.advance(2000);
  assertEquals(rig.news(), []);
});

check("a restart together with a sibling fails what was put off", async () => {
  const rig = createRig();
  await rig.start(supervisor("root", "one_for_one", [
    rig.actor("asker"),
    supervisor("pair", "one_for_all", [rig.actor("asked"), rig.actor("sibling")]),
  ]));
  ask(rig, () => {});
  await rig.clock.advance(0);
  rig.news();
  await rig.fail("sibling");
  assertEquals(rig.news(), ["crashed sibling", "stopped asked", "crashed", "start asked", "start sibling"]);
});

check("a request that still waits in the mailbox is answered by the successor", async () => {
  const rig = createRig();
  await startPair(rig);
  rig.tell("asked", fails);
  ask(rig, (reply, self) => reply(self.incarnation));
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["crashed asked", "start asked", "reply 1"]);
});

check("a full mailbox refuses; a request that makes room for a newer message is refused too", async () => {
  const rig = createRig();
  await startPair(rig);
  const inHand = byHand();
  rig.tell("asked", () => inHand.promise);
  await rig.clock.advance(0);
  rig.tell("asker", (self) =>
    self.ask<Deed, number>(
      rig.address("asked"),
      () => ({ kind: "Sample", act: () => {} }),
      1000,
      (outcome) => ({ kind: "Outcome", act: () => void rig.log.push(`sample ${text(outcome)}`) }),
    ));
  rig.tell("asker", () => void rig.tell("asked", () => {}));
  ask(rig, (reply) => reply(1));
  ask(rig, (reply) => reply(2));
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["sample refused", "refused"]);
  inHand.resolve();
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["reply 1"]);
});

check("who has stopped for good: what waits and what comes is answered", async () => {
  const rig = createRig();
  await startPair(rig);
  rig.tell("asked", () => {
    throw new Exit("done");
  });
  ask(rig, (reply) => reply(1));
  await rig.clock.advance(0);
  ask(rig, (reply) => reply(2));
  await rig.clock.advance(2000);
  assertEquals(rig.news(), ["stopped asked", "stopped", "stopped"]);
  assertEquals(rig.facts("deadLetter").map(({ actor, message }) => [actor, message]), [
    ["asked", "Request"],
    ["asked", "Request"],
  ]);
  assertEquals(rig.clock.pending(), 0);
});

check("an asker that was restarted meanwhile hears nothing, not even what waits in its mailbox", async () => {
  const rig = createRig();
  await startPair(rig);
  ask(rig, (reply, self) => void self.after(500, { kind: "Timer", act: () => reply(1) }));
  await rig.clock.advance(0);
  await rig.fail("asker");
  assertEquals(rig.clock.pending(), 1);
  await rig.clock.advance(2000);
  assertEquals(rig.news(), ["crashed asker", "start asker"]);
  const inHand = byHand();
  rig.tell("asker", async (self) => {
    askOf(rig, self, rig.address("asked"), (reply) => reply(2));
    await inHand.promise;
  });
  await rig.clock.advance(0);
  assertEquals(rig.actorNode("asker").mailboxDepth, 1);
  inHand.reject(new Error("asker fails"));
  await rig.clock.advance(2000);
  assertEquals([rig.news(), rig.actorNode("asker").mailboxDepth], [["crashed asker", "start asker"], 0]);
});

check("an outcome comes even when the asker's own mailbox is full", async () => {
  const rig = createRig();
  await rig.start(supervisor("root", "one_for_one", [
    rig.actor("asker", { mailbox: { mailboxMax: 1 } }),
    rig.actor("asked"),
  ]));
  rig.news();
  const inHand = byHand();
  rig.tell("asker", async (self) => {
    askOf(rig, self, rig.address("asked"), (reply) => reply(1));
    self.after(0, { kind: "Timer", act: () => void rig.log.push("timer") });
    await inHand.promise;
  });
  await rig.clock.advance(0);
  assertEquals(rig.tell("asker", () => {}), false);
  inHand.resolve();
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["reply 1", "timer"]);
});

check(
  "a throw in turning the outcome into a message is the asker's crash, not that of who was asked",
  async () => {
    const rig = createRig();
    await startPair(rig);
    rig.tell("asker", (self) =>
      self.ask<Deed, number>(
        rig.address("asked"),
        (reply) => ({ kind: "Request", act: () => reply(1) }),
        1000,
        () => fails(),
      ));
    await rig.clock.advance(0);
    assertEquals(rig.facts("crash").map(({ actor, message }) => [actor, message]), [["asker", null]]);
  },
);

check("an actor may ask itself", async () => {
  const rig = createRig();
  await startPair(rig);
  rig.tell("asked", (self) => askOf(rig, self, self.address, (reply) => reply(1)));
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["reply 1"]);
});

check("an address that is not the kernel's, as in a test of one actor, is asked by its send", async () => {
  const rig = createRig();
  await startPair(rig);
  const takes = { id: "fake", send: (deed: Deed) => (deed.act(undefined as never), true) };
  const refuses = { id: "fake", send: () => false };
  rig.tell("asker", (self) => askOf(rig, self, takes, (reply) => reply(1)));
  rig.tell("asker", (self) => askOf(rig, self, refuses, (reply) => reply(2)));
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["reply 1", "refused"]);
});

check("a settled request stands in no book any more, and in none that it would enter later", () => {
  const clock = createSimulatedClock({ startWallMs: 0 });
  const outcomes: Outcome<number>[] = [];
  const asker = new Set<Asked>();
  const holder = new Set<Asked>();
  for (let n = 0; n < 10_000; n++) {
    const request = new Ask<number>((outcome) => outcomes.push(outcome));
    request.enter(asker);
    request.expireAfter(1000, clock);
    request.enter(holder);
    if (n % 2 === 0) request.settle({ kind: "reply", value: n });
    else request.fail("crashed");
    request.enter(holder);
    request.expireAfter(1000, clock);
  }
  assertEquals([asker.size, holder.size, clock.pending(), outcomes.length], [0, 0, 0, 10_000]);
  return Promise.resolve();
});
