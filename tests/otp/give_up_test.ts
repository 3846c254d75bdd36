/**
 * Restart intensity, escalation, and branches that wait instead (notes/reliability.md B6; Erlang/OTP, `supervisor`).
 *
 * Law: every edge is exact to the millisecond.
 */
import { assertEquals } from "@std/assert";
import { createRig, intensity, type Rig, supervisor } from "./rig.ts";

function check(says: string, test: () => Promise<void>): void {
  Deno.test(`give up: ${says}`, { permissions: "none" }, test);
}

/** A root above a branch that waits 1, 2, 4, then 5 s, and takes one restart a second. */
async function startWaitingBranch(rig: Rig, onStart: () => void = () => {}): Promise<void> {
  await rig.start(supervisor("root", "one_for_one", [
    supervisor("branch", "one_for_one", [rig.actor("a", { onStart }), rig.actor("b")], {
      intensity: intensity(1, 1000),
      giveUp: { retryInitialMs: 1000, retryMaxMs: 5000 },
    }),
    rig.actor("c"),
  ], { intensity: intensity(0, 1000) }));
}

async function giveUpBranch(rig: Rig): Promise<void> {
  await rig.fail("a");
  await rig.fail("a");
}

check("a storm just below the intensity goes on for ever", async () => {
  const rig = createRig();
  await rig.start(supervisor("root", "one_for_one", [rig.actor("a")]));
  // The fourth crash comes 1,001 ms after the first.
  for (const waitMs of [400, 400, 201, 400, 400, 201, 400, 400, 201]) {
    await rig.fail("a");
    await rig.clock.advance(waitMs);
  }
  assertEquals(rig.actorNode("a").restarts, 9);
  assertEquals(rig.facts("gaveUp"), []);
});

check("a storm just above it ends at the crash that is one too many", async () => {
  const rig = createRig();
  const system = await rig.start(supervisor("root", "one_for_one", [rig.actor("a"), rig.actor("b")]));
  let ended = "";
  system.ended.then((how) => ended = how);
  for (const waitMs of [400, 400, 200]) {
    await rig.fail("a");
    await rig.clock.advance(waitMs);
  }
  assertEquals([rig.actorNode("a").restarts, ended], [3, ""]);
  rig.news();
  await rig.fail("a");
  assertEquals(rig.news(), ["crashed a", "stopped b"]);
  assertEquals(ended, "gaveUp");
  assertEquals(rig.facts("gaveUp").map(({ atMs, child, retryInMs }) => [atMs, child, retryInMs]), [[
    1000,
    "a",
    null,
  ]]);
  assertEquals(rig.supervisorNode("root").state, "stopped");
  assertEquals(rig.tell("b", () => {}), false);
});

check("failing starts count as crashes do", async () => {
  const rig = createRig();
  const system = await rig.start(supervisor("root", "one_for_one", [
    rig.actor("a"),
    rig.actor("b", {
      onStart: () => {
        throw new Error("no such device");
      },
    }),
    rig.actor("c"),
  ]));
  await system.started;
  assertEquals(await system.ended, "gaveUp");
  const oneTry = ["start b", "crashed b"];
  assertEquals(rig.news(), ["start a", ...oneTry, ...oneTry, ...oneTry, ...oneTry, "stopped a"]);
});

check("a crash of each of two children counts for both together", async () => {
  const rig = createRig();
  const system = await rig.start(supervisor("root", "one_for_one", [rig.actor("a"), rig.actor("b")], {
    intensity: intensity(1, 1000),
  }));
  await rig.fail("a");
  await rig.fail("b");
  assertEquals(await system.ended, "gaveUp");
});

check(
  "escalation over three levels: each restarts its branch once, the root gives up at the eighth crash",
  async () => {
    const rig = createRig();
    const once = { intensity: intensity(1, 1000) };
    const system = await rig.start(supervisor("top", "one_for_all", [
      rig.actor("first"),
      supervisor("middle", "rest_for_one", [
        supervisor("bottom", "one_for_one", [rig.actor("leaf"), rig.actor("twin")], once),
        rig.actor("after"),
      ], once),
      rig.actor("last"),
    ], once));
    const leafAlone = ["crashed leaf", "start leaf"];
    const middleRestarts = [
      "crashed leaf",
      "stopped twin",
      "stopped after",
      "start leaf",
      "start twin",
      "start after",
    ];
    const topRestarts = [
      ...["crashed leaf", "stopped twin", "stopped after", "stopped last", "stopped first"],
      ...["start first", "start leaf", "start twin", "start after", "start last"],
    ];
    rig.news();
    for (
      const expected of [
        leafAlone,
        middleRestarts,
        leafAlone,
        topRestarts,
        leafAlone,
        middleRestarts,
        leafAlone,
      ]
    ) {
      await rig.fail("leaf");
      assertEquals(rig.news(), expected);
    }
    assertEquals([rig.supervisorNode("middle").restarts, rig.supervisorNode("bottom").restarts], [1, 2]);
    await rig.fail("leaf");
    assertEquals(rig.news(), [
      "crashed leaf",
      "stopped twin",
      "stopped after",
      "stopped last",
      "stopped first",
    ]);
    assertEquals(await system.ended, "gaveUp");
    assertEquals(rig.facts("gaveUp").slice(-3).map(({ supervisor }) => supervisor), [
      "bottom",
      "middle",
      "top",
    ]);
    assertEquals(rig.clock.pending(), 0);
  },
);

check(
  "a supervisor of the temporary type that gives up is not restarted, and its actors have stopped for good",
  async () => {
    const rig = createRig();
    await rig.start(supervisor("root", "one_for_one", [
      supervisor("branch", "one_for_one", [rig.actor("a"), rig.actor("b")], {
        intensity: intensity(0, 1000),
        restart: "temporary",
      }),
      rig.actor("c"),
    ]));
    await rig.fail("a");
    assertEquals([rig.supervisorNode("branch").state, rig.actorNode("c").state], ["stopped", "running"]);
    assertEquals([rig.tell("a", () => {}), rig.tell("b", () => {})], [false, false]);
  },
);

check("a waiting branch never counts at the root, and keeps what is sent to it", async () => {
  const rig = createRig();
  await startWaitingBranch(rig);
  rig.news();
  await giveUpBranch(rig);
  assertEquals(rig.news(), ["crashed a", "start a", "crashed a", "stopped b"]);
  assertEquals(rig.supervisorNode("branch").state, "waiting");
  assertEquals([rig.actorNode("a").state, rig.actorNode("c").state], ["waiting", "running"]);
  assertEquals(rig.supervisorNode("root").state, "running");
  assertEquals(rig.tell("b", () => void rig.log.push("b handles it")), true);
  await rig.clock.advance(999);
  assertEquals(rig.news(), []);
  await rig.clock.advance(1);
  assertEquals(rig.news(), ["start a", "start b", "b handles it"]);
  assertEquals(rig.supervisorNode("branch").state, "running");
});

check("a branch that cannot even start does not keep the next one from starting", async () => {
  const rig = createRig();
  let fails = true;
  await startWaitingBranch(rig, () => {
    if (fails) throw new Error("no network");
  });
  await rig.system().started;
  assertEquals(rig.news(), ["start a", "crashed a", "start a", "crashed a", "start c"]);
  fails = false;
  await rig.clock.advance(1000);
  assertEquals(rig.news(), ["start a", "start b"]);
});

check(
  "the wait doubles up to its limit, and starts over after a quiet time of exactly withinMs",
  async () => {
    const rig = createRig();
    await startWaitingBranch(rig);
    const waits = () => rig.facts("gaveUp").map(({ retryInMs }) => retryInMs);
    for (const waitMs of [1000, 2000, 4000, 5000, 5000]) {
      await giveUpBranch(rig);
      await rig.clock.advance(waitMs - 1);
      assertEquals(rig.supervisorNode("branch").state, "waiting");
      await rig.clock.advance(1);
      assertEquals(rig.supervisorNode("branch").state, "running");
    }
    assertEquals(waits(), [1000, 2000, 4000, 5000, 5000]);
    await rig.clock.advance(999);
    await giveUpBranch(rig);
    assertEquals(waits().at(-1), 5000);
    await rig.clock.advance(5000 + 1000);
    await giveUpBranch(rig);
    assertEquals(waits().at(-1), 1000);
  },
);

check("a branch that is never quiet for withinMs keeps doubling, however long it is up in all", async () => {
  const rig = createRig();
  await startWaitingBranch(rig);
  await giveUpBranch(rig);
  await rig.clock.advance(1000);
  await rig.clock.advance(600);
  await rig.fail("a");
  await rig.clock.advance(600);
  await rig.fail("a");
  assertEquals(rig.facts("gaveUp").map(({ retryInMs }) => retryInMs), [1000, 2000]);
});

check("restarts before a give-up are forgotten after the wait", async () => {
  const rig = createRig();
  await startWaitingBranch(rig);
  await giveUpBranch(rig);
  await rig.clock.advance(1000);
  await rig.fail("a");
  assertEquals(rig.supervisorNode("branch").state, "running");
  await rig.fail("a");
  assertEquals(rig.supervisorNode("branch").state, "waiting");
});
