/** The picture that `inspect tree` draws. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ActorTreeNode, TreeNode } from "../../actors/otp/tree.ts";
import { paletteFor, PLAIN } from "../../console/terminal.ts";
import { renderTree } from "../../console/tree.ts";

const ACTOR: ActorTreeNode = {
  kind: "actor",
  id: "link",
  state: "running",
  restarts: 0,
  incarnation: 0,
  mailboxDepth: 0,
  mailboxMax: 64,
  handled: 12,
  lastCrash: null,
};

const CRASHED: ActorTreeNode = {
  ...ACTOR,
  id: "connector:1",
  restarts: 2,
  incarnation: 2,
  mailboxDepth: 3,
  handled: 1204,
  lastCrash: { atMs: 10_000, message: "Plugged", error: "crash was asked for", stack: "at …" },
};

function supervisor(id: string, children: readonly TreeNode[]): TreeNode {
  return { kind: "supervisor", id, strategy: "one_for_one", state: "running", restarts: 0, children };
}

function renderPlain(node: TreeNode): readonly string[] {
  return renderTree(node, { nowMs: 22_500, palette: PLAIN }).split("\n");
}

Deno.test({ name: "each node is a line below its supervisor, in columns", permissions: "none" }, () => {
  const waiting: ActorTreeNode = { ...ACTOR, id: "meter", state: "waiting", incarnation: null, handled: 0 };
  const tree = supervisor("charger", [
    supervisor("charging", [CRASHED, waiting]),
    {
      kind: "supervisor",
      id: "central",
      strategy: "rest_for_one",
      state: "restarting",
      restarts: 1,
      children: [ACTOR],
    },
    supervisor("upkeep", []),
  ]);
  assertEquals(renderPlain(tree), [
    "                         state       restarts  mailbox  handled  last crash",
    "charger one_for_one      running     0",
    "├─ charging one_for_one  running     0",
    "│  ├─ connector:1        running     2         3/64     1204     12 s ago, on Plugged: crash was asked for",
    "│  └─ meter              waiting     0         0/64     0",
    "├─ central rest_for_one  restarting  1",
    "│  └─ link               running     0         0/64     12",
    "└─ upkeep one_for_one    running     0",
  ]);
});

Deno.test({ name: "a crash in a start had no message in hand", permissions: "none" }, () => {
  const crash = { atMs: 22_000, message: null, error: "no store", stack: "" };
  const lines = renderPlain({ ...ACTOR, lastCrash: crash });
  assertEquals(lines[1]?.endsWith("12       500 ms ago, no message: no store"), true);
});

Deno.test({ name: "an error is cut, and cannot steer the terminal", permissions: "none" }, () => {
  const crash = { atMs: 0, message: "\x1b[2J", error: `a\nb${"x".repeat(100)}`, stack: "" };
  const line = renderPlain({ ...ACTOR, lastCrash: crash })[1] ?? "";
  assertStringIncludes(line, `on ·[2J: a·b${"x".repeat(57)}…`);
});

/** One line a case: what is to be noticed, a node, and the coloured cell that makes it be noticed. */
function checkColour(sentence: string, node: TreeNode, cell: string): void {
  Deno.test({ name: `colour tells ${sentence}`, permissions: "none" }, () => {
    const palette = paletteFor({ isTerminal: true, noColor: undefined });
    assertStringIncludes(renderTree(node, { nowMs: 22_500, palette }), cell);
  });
}

checkColour("that all is well", ACTOR, "\x1b[32mrunning\x1b[39m");
checkColour("what is under way", { ...ACTOR, state: "restarting" }, "\x1b[33mrestarting\x1b[39m");
checkColour("what has ended", { ...ACTOR, state: "stopped" }, "\x1b[31mstopped\x1b[39m");
checkColour("who was restarted", CRASHED, "\x1b[33m2\x1b[39m");
checkColour("an error", CRASHED, "\x1b[31mcrash was asked for\x1b[39m");
checkColour("a mailbox that is half full", { ...ACTOR, mailboxDepth: 32 }, "\x1b[33m32/64\x1b[39m");
checkColour("and none that is not", { ...ACTOR, mailboxDepth: 31 }, "  31/64  ");
checkColour("a supervisor from its actors", supervisor("charging", []), "\x1b[1mcharging\x1b[22m");
