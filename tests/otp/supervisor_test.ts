/**
 * Who is restarted with whom, and in which order, in a running tree (notes/reliability.md B6).
 *
 * Law: the log holds every start and every end, so that bystanders are seen to be left alone.
 */
import { assertEquals } from "@std/assert";
import { Exit, type RestartType } from "../../actors/otp/actor.ts";
import type { Strategy } from "../../actors/otp/restart.ts";
import { byHand, createRig, intensity, supervisor } from "./rig.ts";

function check(says: string, test: () => Promise<void>): void {
  Deno.test(`supervisor: ${says}`, { permissions: "none" }, test);
}

type Death = "Exit" | "throw" | "rejection" | "crash(id)";

const afterDeath: readonly [RestartType, Death, readonly string[]][] = [
  ["permanent", "Exit", ["stopped a", "start a"]],
  ["permanent", "throw", ["crashed a", "start a"]],
  ["permanent", "rejection", ["crashed a", "start a"]],
  ["permanent", "crash(id)", ["crashed a", "start a"]],
  ["transient", "Exit", ["stopped a"]],
  ["transient", "throw", ["crashed a", "start a"]],
  ["transient", "rejection", ["crashed a", "start a"]],
  ["transient", "crash(id)", ["crashed a", "start a"]],
  ["temporary", "Exit", ["stopped a"]],
  ["temporary", "throw", ["crashed a"]],
  ["temporary", "rejection", ["crashed a"]],
  ["temporary", "crash(id)", ["crashed a"]],
];

for (const [type, death, expected] of afterDeath) {
  check(`a ${type} child after ${death}`, async () => {
    const rig = createRig();
    const system = await rig.start(
      supervisor("root", "one_for_one", [rig.actor("bystander"), rig.actor("a", { restart: type })]),
    );
    rig.news();
    switch (death) {
      case "Exit":
        rig.tell("a", () => {
          throw new Exit("done");
        });
        break;
      case "throw":
        rig.tell("a", () => {
          throw new Error("broken");
        });
        break;
      case "rejection":
        rig.tell("a", () => Promise.reject(new Error("broken later")));
        break;
      case "crash(id)":
        assertEquals(system.crash("a"), true);
    }
    await rig.clock.advance(0);
    assertEquals(rig.news(), expected);
    const restarted = expected.includes("start a");
    const { state, restarts, incarnation } = rig.actorNode("a");
    assertEquals([state, restarts, incarnation], restarted ? ["running", 1, 1] : ["stopped", 0, 0]);
    assertEquals(rig.facts("crash").length, death === "Exit" ? 0 : 1);
    assertEquals(rig.facts("restart").length, restarted ? 1 : 0);
    assertEquals(rig.tell("a", () => {}), restarted);
    assertEquals(rig.actorNode("bystander").incarnation, 0);
    assertEquals(rig.supervisorNode("root").state, "running");
  });
}

const afterCrashOfB: readonly [Strategy, readonly string[]][] = [
  ["one_for_one", ["crashed b", "start b"]],
  ["one_for_all", [
    "crashed b",
    "stopped d",
    "stopped c",
    "stopped a",
    "start a",
    "start b",
    "start c",
    "start d",
  ]],
  ["rest_for_one", ["crashed b", "stopped d", "stopped c", "start b", "start c", "start d"]],
];

for (const [strategy, expected] of afterCrashOfB) {
  check(`${strategy} stops in reverse and starts in order`, async () => {
    const rig = createRig();
    await rig.start(supervisor("root", strategy, ["a", "b", "c", "d"].map((id) => rig.actor(id))));
    assertEquals(rig.news(), ["start a", "start b", "start c", "start d"]);
    await rig.fail("b");
    assertEquals(rig.news(), expected);
    const stops = expected.filter((line) => line.startsWith("stopped")).map((line) => line.slice(-1));
    const starts = expected.filter((line) => line.startsWith("start ")).map((line) => line.slice(-1));
    const [restart] = rig.facts("restart");
    assertEquals([restart?.child, restart?.stops, restart?.starts], ["b", stops, starts]);
    assertEquals(rig.supervisorNode("root").state, "running");
  });
}

check("each child starts only when the one before it is up", async () => {
  const rig = createRig();
  const aIsUp = byHand();
  const system = await rig.start(supervisor("root", "one_for_one", [
    rig.actor("a", { onStart: () => aIsUp.promise }),
    rig.actor("b"),
  ]));
  let started = false;
  system.started.then(() => started = true);
  assertEquals(rig.news(), ["start a"]);
  assertEquals([rig.actorNode("a").state, rig.supervisorNode("root").state], ["starting", "starting"]);
  aIsUp.resolve();
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["start b"]);
  assertEquals(started, true);
});

check(
  "one_for_all: a sibling that dies while it is being stopped is restarted once and not counted",
  async () => {
    const rig = createRig();
    const inHand = byHand();
    await rig.start(supervisor("root", "one_for_all", ["a", "b", "c"].map((id) => rig.actor(id)), {
      intensity: intensity(1, 1000),
    }));
    rig.tell("c", () => inHand.promise);
    await rig.clock.advance(0);
    rig.news();
    await rig.fail("b");
    assertEquals(rig.actorNode("c").state, "stopping");
    rig.system().crash("a");
    inHand.reject(new Error("c fails while it is being stopped"));
    await rig.clock.advance(0);
    assertEquals(rig.news(), ["crashed b", "crashed a", "crashed c", "start a", "start b", "start c"]);
    assertEquals(rig.facts("crash").map(({ actor }) => actor), ["b", "a", "c"]);
    assertEquals(rig.facts("restart").length, 1);
  },
);

check("one_for_one: a child is restarted at once while another hangs in its restart", async () => {
  const rig = createRig();
  let hang = false;
  await rig.start(supervisor("root", "one_for_one", [
    rig.actor("a", { onStart: () => hang ? byHand().promise : undefined }),
    rig.actor("b"),
  ]));
  hang = true;
  await rig.fail("a");
  rig.news();
  await rig.fail("b");
  assertEquals(rig.news(), ["crashed b", "start b"]);
  assertEquals([rig.actorNode("a").state, rig.actorNode("b").state], ["restarting", "running"]);
});

check("rest_for_one: a child before the one that is being restarted takes it down again", async () => {
  const rig = createRig();
  let hang = false;
  await rig.start(supervisor("root", "rest_for_one", [
    rig.actor("a"),
    rig.actor("b", { onStart: () => hang ? byHand().promise : undefined, stopDeadlineMs: 100 }),
    rig.actor("c"),
  ]));
  hang = true;
  await rig.fail("b");
  rig.news();
  hang = false;
  await rig.fail("a");
  await rig.clock.advance(100);
  assertEquals(rig.news(), ["crashed a", "stopped b", "start a", "start b", "start c"]);
  assertEquals(rig.facts("restart").map(({ child }) => child), ["b", "a"]);
});

check("one_for_all: a start that fails in the restart takes the others down again, and counts", async () => {
  const rig = createRig();
  let failures = 0;
  await rig.start(supervisor("root", "one_for_all", [
    rig.actor("a"),
    rig.actor("b", {
      onStart: () => {
        if (failures-- > 0) throw new Error("not yet");
      },
    }),
    rig.actor("c"),
  ]));
  failures = 2;
  rig.news();
  await rig.fail("c");
  const again = ["crashed b", "stopped a", "start a", "start b"];
  assertEquals(rig.news(), [
    ...["crashed c", "stopped b", "stopped a", "start a", "start b"],
    ...again,
    ...again,
    "start c",
  ]);
  assertEquals(rig.facts("restart").length, 3);
});

check("a first start that throws is tried again, and the next child waits for it", async () => {
  const rig = createRig();
  await rig.start(supervisor("root", "one_for_one", [
    rig.actor("a", {
      onStart: (self) => {
        if (self.incarnation < 2) throw new Error("not yet");
      },
    }),
    rig.actor("b"),
  ]));
  assertEquals(rig.news(), ["start a", "crashed a", "start a", "crashed a", "start a", "start b"]);
  assertEquals(rig.facts("crash").map(({ message, restarts }) => [message, restarts]), [[null, 0], [
    null,
    1,
  ]]);
});

check("a start that hangs is a crash at its deadline, exactly, and what it does later is void", async () => {
  const rig = createRig();
  const late = byHand();
  await rig.start(supervisor("root", "one_for_one", [
    rig.actor("a", {
      onStart: async (self) => {
        if (self.incarnation > 0) return;
        await late.promise;
        rig.log.push(`late send: ${self.send(self.address, { kind: "Late", act: () => {} })}`);
      },
    }),
  ]));
  await rig.clock.advance(9_999);
  assertEquals(rig.news(), ["start a"]);
  await rig.clock.advance(1);
  assertEquals(rig.news(), ["crashed a", "start a"]);
  late.resolve();
  await rig.clock.advance(0);
  assertEquals(rig.news(), ["late send: false"]);
  assertEquals(rig.actorNode("a").state, "running");
});

check(
  "a temporary child whose start fails stays down, and the others start; so does a transient one that exits",
  async () => {
    const rig = createRig();
    const fails = () => {
      throw new Error("no such device");
    };
    const exits = () => {
      throw new Exit("not needed here");
    };
    await rig.start(supervisor("root", "one_for_one", [
      rig.actor("a", { restart: "temporary", onStart: fails }),
      rig.actor("b", { restart: "transient", onStart: exits }),
      rig.actor("c"),
    ]));
    assertEquals(rig.news(), ["start a", "crashed a", "start b", "stopped b", "start c"]);
    assertEquals(rig.supervisorNode("root").state, "running");
    assertEquals([rig.tell("a", () => {}), rig.tell("b", () => {})], [false, false]);
  },
);

check(
  "a group restart brings a transient child back that had exited, but no temporary one (as in OTP)",
  async () => {
    const rig = createRig();
    await rig.start(supervisor("root", "one_for_all", [
      rig.actor("a", { restart: "transient" }),
      rig.actor("b", { restart: "temporary" }),
      rig.actor("c"),
    ]));
    rig.tell("a", () => {
      throw new Exit("done");
    });
    await rig.clock.advance(0);
    rig.news();
    await rig.fail("c");
    assertEquals(rig.news(), ["crashed c", "stopped b", "start a", "start c"]);
    assertEquals(rig.facts("restart").map(({ stops, starts }) => [stops, starts]), [[["b"], ["a", "c"]]]);
    assertEquals([rig.tell("a", () => {}), rig.tell("b", () => {})], [true, false]);
  },
);

check("a crash in one branch does not touch another", async () => {
  const rig = createRig();
  await rig.start(supervisor("root", "one_for_one", [
    supervisor("charging", "one_for_all", [rig.actor("connector:1"), rig.actor("connector:2")]),
    supervisor("central", "rest_for_one", [rig.actor("link"), rig.actor("outbox")]),
  ]));
  rig.news();
  await rig.fail("link");
  assertEquals(rig.news(), ["crashed link", "stopped outbox", "start link", "start outbox"]);
  assertEquals([rig.actorNode("connector:1").incarnation, rig.actorNode("connector:2").incarnation], [0, 0]);
});

check(
  "a branch that goes down with a sibling stops in reverse, keeps its mailboxes, and comes back whole",
  async () => {
    const rig = createRig();
    await rig.start(supervisor("root", "one_for_all", [
      rig.actor("a"),
      supervisor("branch", "one_for_one", [rig.actor("b"), rig.actor("c", { restart: "temporary" })]),
    ]));
    rig.news();
    const inHand = byHand();
    rig.tell("b", () => inHand.promise);
    await rig.fail("a");
    assertEquals(rig.tell("b", (self) => void rig.log.push(`b handles it as ${self.incarnation}`)), true);
    inHand.resolve();
    await rig.clock.advance(0);
    assertEquals(rig.news(), [
      ...["crashed a", "stopped c", "stopped b", "start a", "start b"],
      ...["b handles it as 1", "start c"],
    ]);
  },
);

check("a branch that waits in its back-off comes back at once when a sibling takes it down", async () => {
  const rig = createRig();
  let isUp = Promise.resolve();
  await rig.start(supervisor("root", "one_for_all", [
    rig.actor("a", { onStart: () => isUp }),
    supervisor("branch", "one_for_one", [
      supervisor("twig", "one_for_one", [rig.actor("b")], { intensity: intensity(0, 1000) }),
      rig.actor("c"),
    ], { intensity: intensity(0, 1000), giveUp: { retryInitialMs: 5000, retryMaxMs: 5000 } }),
  ]));
  await rig.fail("b");
  assertEquals(["branch", "twig"].map((id) => rig.supervisorNode(id).state), ["waiting", "waiting"]);
  rig.news();
  isUp = byHand().promise;
  await rig.fail("a");
  assertEquals(["branch", "twig"].map((id) => rig.supervisorNode(id).state), ["restarting", "restarting"]);
  assertEquals(rig.news(), ["crashed a", "start a"]);
  isUp = Promise.resolve();
  await rig.clock.advance(10_000);
  assertEquals(rig.news(), ["crashed a", "start a", "start b", "start c"]);
  assertEquals(rig.clock.pending(), 0);
});
