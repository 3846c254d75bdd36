/**
 * The picture of a running system: supervisors and actors as `inspect tree` draws them.
 *
 * Law: a node is one line, and its columns stand below each other, so that what differs is seen.
 */
import type { ActorTreeNode, LastCrash, NodeState, TreeNode } from "../actors/otp/tree.ts";
import { alignColumns, formatDuration, type Palette, printable } from "./terminal.ts";

/** How the picture is painted. `nowMs` is read from the clock that dates the crashes, which is monotonic. */
export interface Painting {
  readonly nowMs: number;
  readonly palette: Palette;
}

/** A crash's error is cut after so many characters: the whole of it, with its stack, is in `--json`. */
const ERROR_CHARACTERS_MAX = 60;

/** The tree below `root`, a line a node, without a line break at the end. */
export function renderTree(root: TreeNode, painting: Painting): string {
  const head = ["", "state", "restarts", "mailbox", "handled", "last crash"].map(painting.palette.dim);
  return alignColumns([head, ...rowsOf(root, "", "", painting)]).join("\n");
}

/** `lead` stands before the node itself, `below` before each of its children. */
function rowsOf(
  node: TreeNode,
  lead: string,
  below: string,
  painting: Painting,
): readonly (readonly string[])[] {
  const { dim, bold } = painting.palette;
  switch (node.kind) {
    case "actor":
      return [[dim(lead) + printable(node.id), ...actorCells(node, painting)]];
    case "supervisor": {
      const name = `${dim(lead)}${bold(printable(node.id))} ${dim(node.strategy)}`;
      const cells = [
        paintState(node.state, painting.palette),
        paintRestarts(node.restarts, painting.palette),
      ];
      const children = node.children.flatMap((child, i) => {
        const last = i === node.children.length - 1;
        return rowsOf(child, below + (last ? "└─ " : "├─ "), below + (last ? "   " : "│  "), painting);
      });
      return [[name, ...cells], ...children];
    }
  }
}

function actorCells(node: ActorTreeNode, painting: Painting): readonly string[] {
  const { palette } = painting;
  const mailbox = `${node.mailboxDepth}/${node.mailboxMax}`;
  return [
    paintState(node.state, palette),
    paintRestarts(node.restarts, palette),
    // Half full is where one starts to ask who is slow.
    node.mailboxDepth * 2 >= node.mailboxMax ? palette.busy(mailbox) : mailbox,
    String(node.handled),
    node.lastCrash === null ? "" : paintCrash(node.lastCrash, painting),
  ];
}

function paintState(state: NodeState, palette: Palette): string {
  switch (state) {
    case "running":
      return palette.good(state);
    case "starting":
    case "restarting":
    case "waiting":
    case "stopping":
      return palette.busy(state);
    case "stopped":
      return palette.bad(state);
  }
}

function paintRestarts(restarts: number, palette: Palette): string {
  return restarts === 0 ? "0" : palette.busy(String(restarts));
}

function paintCrash({ atMs, message, error }: LastCrash, { nowMs, palette }: Painting): string {
  const text = printable(error);
  const cut = text.length > ERROR_CHARACTERS_MAX ? `${text.slice(0, ERROR_CHARACTERS_MAX)}…` : text;
  return `${formatDuration(nowMs - atMs)} ago, ${
    message === null ? "no message" : `on ${printable(message)}`
  }: ${palette.bad(cut)}`;
}
