/**
 * The tree of a running system: how its nodes speak to each other, and what it looks like from outside.
 *
 * Law: a node answers each `start` with one `up` or `down`, and each later end with one `down`.
 */
import type { RestartType } from "./actor.ts";
import type { Ending, Strategy } from "./restart.ts";

/** A child, as its supervisor sees it. */
export interface Node {
  readonly id: string;
  readonly restart: RestartType;
  /** How often its failure was answered by a new start. Counted by its supervisor. */
  restarts: number;
  readonly start: () => void;
  readonly stop: () => void;
  /** It is down and stays down: its mailboxes are closed. */
  readonly close: () => void;
  /** A power cut. */
  readonly abandon: () => void;
  /** `waiting`: a supervisor above waits before it starts its children again. */
  readonly snapshot: (waiting: boolean) => TreeNode;
}

/** A supervisor, as its child sees it. */
export interface Parent {
  /** Said again when it is up already, it means nothing. */
  readonly up: (child: Node) => void;
  readonly down: (child: Node, ending: Ending) => void;
}

/** `waiting`: for a back-off to end. `stopped`: for good. */
export type NodeState = "starting" | "running" | "restarting" | "waiting" | "stopping" | "stopped";

export type TreeNode = SupervisorTreeNode | ActorTreeNode;

export interface SupervisorTreeNode {
  readonly kind: "supervisor";
  readonly id: string;
  readonly strategy: Strategy;
  readonly state: NodeState;
  readonly restarts: number;
  readonly children: readonly TreeNode[];
}

export interface ActorTreeNode {
  readonly kind: "actor";
  readonly id: string;
  readonly state: NodeState;
  readonly restarts: number;
  /** Null before the first start. Higher than `restarts` when it was also restarted with others. */
  readonly incarnation: number | null;
  readonly mailboxDepth: number;
  readonly mailboxMax: number;
  /** Messages taken, over all incarnations. */
  readonly handled: number;
  readonly lastCrash: LastCrash | null;
}

export interface LastCrash {
  /** Monotonic, as in the trace. */
  readonly atMs: number;
  /** The kind of what it had in hand. */
  readonly message: string | null;
  readonly error: string;
  readonly stack: string;
}
