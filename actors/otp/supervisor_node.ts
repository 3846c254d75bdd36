/**
 * One supervisor in the tree: it knows what it wishes for each child and takes the next step towards that.
 *
 * Law: what to do is decided in `restart.ts`; here it is only done. All its steps are calls of `soon` of its own, so a
 * restart never runs inside the turn that made it necessary.
 */
import type { Cancel } from "../../hal/clock.ts";
import type { RestartType } from "./actor.ts";
import {
  affectedBy,
  type ChildState,
  countRestart,
  isRestarted,
  nextSteps,
  retryDelayMs,
} from "./restart.ts";
import type { Ending } from "./restart.ts";
import type { Runtime } from "./runtime.ts";
import type { SupervisorSpec } from "./supervisor.ts";
import type { Node, NodeState, Parent, SupervisorTreeNode, TreeNode } from "./tree.ts";

type Phase =
  | { readonly kind: "new" | "starting" | "up" | "down" | "closed" }
  /** `report`: the parent wants it. The others: it has given up. */
  | { readonly kind: "stopping"; readonly then: "report" | "escalate" | "wait" }
  | { readonly kind: "waiting"; readonly cancel: Cancel };

interface Child extends ChildState {
  readonly node: Node;
  phase: ChildState["phase"];
  wish: ChildState["wish"];
}

export class SupervisorNode implements Node {
  readonly id: string;
  readonly restart: RestartType;
  restarts = 0;
  readonly #runtime: Runtime;
  readonly #spec: SupervisorSpec;
  readonly #parent: Parent;
  readonly #children: readonly Child[];
  #phase: Phase = { kind: "new" };
  #stepIsDue = false;
  #restartsAtMs: readonly number[] = [];
  /** Give-ups without a quiet time between, and since when it is quiet. */
  #giveUps = 0;
  #quietSinceMs = 0;

  /** `grow` makes the child nodes of this parent. */
  constructor(
    runtime: Runtime,
    spec: SupervisorSpec,
    parent: Parent,
    grow: (spec: SupervisorSpec["children"][number], parent: Parent) => Node,
  ) {
    this.id = spec.id;
    this.restart = spec.restart ?? "permanent";
    this.#runtime = runtime;
    this.#spec = spec;
    this.#parent = parent;
    this.#children = spec.children.map((childSpec) => {
      const node = grow(childSpec, this);
      return { node, type: node.restart, phase: "down", wish: "down" };
    });
  }

  start(): void {
    this.#giveUps = 0;
    this.#begin();
  }

  stop(): void {
    if (this.#phase.kind === "closed") return;
    if (this.#phase.kind === "waiting") this.#phase.cancel();
    const escalates = this.#phase.kind === "stopping" && this.#phase.then === "escalate";
    this.#stopAll({ kind: "stopping", then: escalates ? "escalate" : "report" });
  }

  close(): void {
    this.#phase = { kind: "closed" };
    for (const child of this.#children) child.node.close();
  }

  abandon(): void {
    if (this.#phase.kind === "waiting") this.#phase.cancel();
    this.#phase = { kind: "closed" };
    for (const child of this.#children) child.node.abandon();
  }

  up(node: Node): void {
    this.#find(node).phase = "up";
    this.#wake();
  }

  down(node: Node, ending: Ending): void {
    const child = this.#find(node);
    child.phase = "down";
    if (child.wish === "up") this.#failed(child, ending);
    else if (child.wish === "restart") child.wish = "up";
    else if (this.#phase.kind !== "stopping") node.close();
    this.#wake();
  }

  snapshot(waiting: boolean): SupervisorTreeNode {
    const waits = waiting || this.#phase.kind === "waiting";
    const children: readonly TreeNode[] = this.#children.map((child) => child.node.snapshot(waits));
    const { id, restarts } = this;
    return {
      kind: "supervisor",
      id,
      strategy: this.#spec.strategy,
      state: this.#state(waiting),
      restarts,
      children,
    };
  }

  #state(waiting: boolean): NodeState {
    switch (this.#phase.kind) {
      case "new":
        return waiting ? "waiting" : "starting";
      case "starting":
        return this.restarts > 0 || this.#giveUps > 0 ? "restarting" : "starting";
      case "up":
        return this.#isComplete() ? "running" : "restarting";
      case "stopping":
        return "stopping";
      case "down":
        return waiting ? "waiting" : "restarting";
      case "waiting":
        return "waiting";
      case "closed":
        return "stopped";
    }
  }

  #find(node: Node): Child {
    const child = this.#children.find((child) => child.node === node);
    if (child === undefined) throw new Error(`ask the parent of ${node.id}, not ${this.id}`);
    return child;
  }

  #begin(): void {
    this.#phase = { kind: "starting" };
    this.#restartsAtMs = [];
    for (const child of this.#children) child.wish = "up";
    this.#wake();
  }

  #stopAll(phase: Phase): void {
    this.#phase = phase;
    for (const child of this.#children) child.wish = "down";
    this.#wake();
  }

  #wake(): void {
    if (this.#stepIsDue) return;
    this.#stepIsDue = true;
    this.#runtime.clock.soon(() => {
      this.#stepIsDue = false;
      if (!this.#runtime.abandoned) this.#step();
    });
  }

  #step(): void {
    const { kind } = this.#phase;
    const inOrder = kind === "starting" || this.#spec.strategy !== "one_for_one";
    const { stop, starts } = nextSteps(this.#children, inOrder);
    if (stop !== null) {
      stop.phase = "stopping";
      stop.node.stop();
    }
    for (const child of starts) {
      child.phase = "starting";
      child.node.start();
    }
    this.#settle(this.#phase);
  }

  /** Says what has been reached. */
  #settle(phase: Phase): void {
    if (phase.kind === "starting" && this.#isComplete()) {
      this.#phase = { kind: "up" };
      this.#quietSinceMs = this.#runtime.clock.monotonicMs();
      this.#parent.up(this);
    } else if (phase.kind === "stopping" && this.#children.every((child) => child.phase === "down")) {
      this.#stopped(phase.then);
    }
  }

  #isComplete(): boolean {
    return this.#children.every((child) =>
      child.wish === "down" || (child.wish === "up" && child.phase === "up")
    );
  }

  #failed(failed: Child, ending: Ending): void {
    const { node } = failed;
    if (!isRestarted(node.restart, ending)) {
      failed.wish = "down";
      node.close();
      return;
    }
    const nowMs = this.#runtime.clock.monotonicMs();
    const { strategy, intensity } = this.#spec;
    if (this.#phase.kind === "up" && nowMs - this.#quietSinceMs >= intensity.withinMs) this.#giveUps = 0;
    this.#quietSinceMs = nowMs;
    const counted = countRestart(this.#restartsAtMs, nowMs, intensity);
    if (counted === null) {
      this.#giveUp(node);
      return;
    }
    this.#restartsAtMs = counted;
    node.restarts++;
    const { stops, starts } = affectedBy(strategy, this.#children, failed);
    const stopped = stops.filter((child) => child.phase !== "down").map((child) => child.node.id);
    for (const child of stops) {
      if (!starts.includes(child)) child.wish = "down";
      else child.wish = child.phase === "down" ? "up" : "restart";
    }
    this.#runtime.trace({
      kind: "restart",
      supervisor: this.id,
      child: node.id,
      strategy,
      stops: stopped,
      starts: starts.map((child) => child.node.id),
    });
  }

  #giveUp(child: Node): void {
    const giveUp = this.#spec.giveUp ?? "escalate";
    const then = giveUp === "escalate" ? "escalate" : "wait";
    const retryInMs = giveUp === "escalate" ? null : retryDelayMs(giveUp, this.#giveUps);
    this.#runtime.trace({ kind: "gaveUp", supervisor: this.id, child: child.id, retryInMs });
    this.#stopAll({ kind: "stopping", then });
  }

  #stopped(then: "report" | "escalate" | "wait"): void {
    const { giveUp } = this.#spec;
    if (then === "wait" && giveUp !== undefined && giveUp !== "escalate") {
      const delayMs = retryDelayMs(giveUp, this.#giveUps++);
      this.#phase = { kind: "waiting", cancel: this.#runtime.clock.after(delayMs, () => this.#begin()) };
      this.#parent.up(this);
      return;
    }
    this.#phase = { kind: "down" };
    this.#parent.down(this, then === "escalate" ? "crashed" : "stopped");
  }
}
