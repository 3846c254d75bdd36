/**
 * What the kernel does about throws that are nobody's turn: its trace's, and its own.
 *
 * Law: whatever the trace throws, the supervisor hears of each ending; a throw of the kernel is the end of the system.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Fact } from "../../actors/otp/trace.ts";
import { byHand, createRig, type Rig, supervisor } from "./rig.ts";

function check(says: string, test: () => Promise<void>): void {
  Deno.test(`kernel: ${says}`, { permissions: "none" }, test);
}

/** Lets what was thrown in the trace out of the clock, and what waits behind it run. */
async function thrown(rig: Rig): Promise<void> {
  await assertRejects(() => rig.clock.advance(0), Error, "No space left on device");
  await rig.clock.advance(0);
}

/** What makes an actor "a" of the rig tell each kind of fact, and how often it has been started then. */
const told: readonly (readonly [Fact["kind"], number, (rig: Rig) => void])[] = [
  ["message", 1, (rig) => rig.tell("a", () => {})],
  ["effect", 1, (rig) => rig.tell("a", (self) => self.trace("SetContactor"))],
  ["overflow", 1, (rig) => [0, 1].forEach(() => rig.tell("a", () => {}))],
  ["crash", 2, (rig) => rig.system().crash("a")],
  ["terminateFailed", 2, (rig) => rig.system().crash("a")],
  ["restart", 2, (rig) => rig.system().crash("a")],
  ["started", 2, (rig) => rig.system().crash("a")],
];

for (const [kind, starts, happen] of told) {
  check(`a trace that throws at "${kind}" is told of where nobody waits, and the actor goes on`, async () => {
    let isFull = false;
    const rig = createRig(undefined, (event) => {
      if (!isFull || event.kind !== kind) return;
      isFull = false;
      throw new Error("No space left on device");
    });
    const terminate = () => {
      if (kind === "terminateFailed") throw new Error("welded");
    };
    await rig.start(
      supervisor("root", "one_for_one", [rig.actor("a", { terminate, mailbox: { mailboxMax: 1 } })]),
    );
    isFull = true;
    happen(rig);
    await thrown(rig);
    rig.tell("a", () => void rig.log.push("handled"));
    await rig.clock.advance(20_000);
    assertEquals(rig.log.filter((line) => line === "start a").length, starts);
    assertEquals([rig.log.at(-1), rig.actorNode("a").state], ["handled", "running"]);
  });
}

check('a trace that throws at "stopped" holds up no stop', async () => {
  const rig = createRig(undefined, (event) => {
    if (event.kind === "stopped") throw new Error("No space left on device");
  });
  const system = await rig.start(supervisor("root", "one_for_one", [rig.actor("a")]));
  system.stop();
  await thrown(rig);
  assertEquals(await system.ended, "stopped");
});

check('a trace that throws at "gaveUp" holds up no give-up', async () => {
  const rig = createRig(undefined, (event) => {
    if (event.kind === "gaveUp") throw new Error("No space left on device");
  });
  const intensity = { restartsMax: 0, withinMs: 1 };
  const system = await rig.start(supervisor("root", "one_for_one", [rig.actor("a")], { intensity }));
  system.crash("a");
  await thrown(rig);
  assertEquals(await system.ended, "gaveUp");
});

/** A tree whose supervisor cannot decide: it stands for a mistake in the kernel. */
async function brokenTree(turnDeadlineMs = 500): Promise<Rig> {
  const rig = createRig();
  const root = supervisor("root", "one_for_one", [rig.actor("a", { turnDeadlineMs })]);
  await rig.start({
    ...root,
    get intensity(): never {
      throw new TypeError("no such child");
    },
  });
  return rig;
}

const ways: Readonly<Record<string, (rig: Rig) => void>> = {
  "after a turn": (rig) =>
    rig.tell("a", () => {
      throw new Error("a fails");
    }),
  "after a turn that awaited": (rig) => rig.tell("a", () => Promise.reject(new Error("a fails"))),
  "at a deadline": (rig) => rig.tell("a", () => byHand().promise),
};

for (const [when, happen] of Object.entries(ways)) {
  check(`what it throws itself ${when} is the end, and who waits for that hears it`, async () => {
    const rig = await brokenTree();
    let heard: unknown = null;
    rig.system().ended.catch((error) => void (heard = error));
    happen(rig);
    await rig.clock.advance(1_000);
    assert(heard instanceof TypeError, String(heard));
    assertEquals(heard.message, "no such child");
  });
}

check("a thrown thing that cannot even be described is the crash of who threw it", async () => {
  const rig = createRig();
  await rig.start(supervisor("root", "one_for_one", [rig.actor("a")]));
  rig.tell("a", () => {
    throw Object.defineProperty(new Error(), "message", {
      get: () => {
        throw new Error("a getter");
      },
    });
  });
  await rig.clock.advance(20_000);
  assertEquals(rig.log.filter((line) => line === "start a").length, 2);
  assertEquals(rig.actorNode("a").state, "running");
});
