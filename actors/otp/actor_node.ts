/**
 * One actor in the tree: starts its incarnations, hands them one message a turn, and ends them.
 *
 * Law: an incarnation ends once: it is fenced, then `terminate` makes the hardware safe, then who waits for it is told.
 */
import type { Cancel } from "../../hal/clock.ts";
import { type ActorSpec, type Behaviour, Exit, type Message, type RestartType } from "./actor.ts";
import { Incarnation } from "./incarnation.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Ending } from "./restart.ts";
import type { Runtime } from "./runtime.ts";
import { describe } from "./trace.ts";
import type { ActorTreeNode, LastCrash, Node, NodeState, Parent } from "./tree.ts";

/** Three missed 3 s fsyncs of a bad SD card and a margin: a store that is slower than this is broken. */
const TURN_DEADLINE_MS = 10_000;
/** The turn in hand may finish its commit; the init system kills at 90 s, after all of them in a row. */
const STOP_DEADLINE_MS = 5_000;

/** `idle` and `busy` are both running. `stopping`: the turn or start in hand may still finish. `closed`: down for good. */
type Phase = "new" | "starting" | "idle" | "busy" | "stopping" | "down" | "closed";

interface Life<M extends Message> {
  readonly incarnation: Incarnation<M>;
  behaviour: Behaviour<M> | null;
  inHand: M | null;
  cancelDeadline: Cancel;
  cancelStop: Cancel;
}

export class ActorNode<M extends Message> implements Node {
  readonly id: string;
  readonly restart: RestartType;
  restarts = 0;
  readonly #runtime: Runtime;
  readonly #mailbox: Mailbox<M>;
  readonly #spec: ActorSpec<M>;
  readonly #parent: Parent;
  readonly #takeTurn = (): void => this.#turn();
  #phase: Phase = "new";
  #life: Life<M> | null = null;
  #turnIsDue = false;
  #starts = 0;
  #handled = 0;
  #lastCrash: LastCrash | null = null;

  constructor(runtime: Runtime, mailbox: Mailbox<M>, spec: ActorSpec<M>, parent: Parent) {
    this.id = spec.address.id;
    this.restart = spec.restart ?? "permanent";
    this.#runtime = runtime;
    this.#mailbox = mailbox;
    this.#spec = spec;
    this.#parent = parent;
    mailbox.onArrival(() => this.#wake());
  }

  start(): void {
    this.#mailbox.open();
    const life: Life<M> = {
      incarnation: new Incarnation(this.#runtime, this.#mailbox, this.#starts++),
      behaviour: null,
      inHand: null,
      cancelDeadline: nothing,
      cancelStop: nothing,
    };
    this.#life = life;
    this.#phase = "starting";
    try {
      const behaviour = this.#spec.start(life.incarnation.self);
      if (behaviour instanceof Promise) this.#await(life, behaviour, (value) => this.#started(life, value));
      else this.#started(life, behaviour);
    } catch (thrown) {
      this.#failed(life, thrown);
    }
  }

  stop(): void {
    const life = this.#life;
    if (life === null) return;
    if (this.#phase === "idle") {
      this.#stopped(life, "stopped");
      return;
    }
    this.#phase = "stopping";
    life.cancelStop = this.#runtime.patience.after(
      this.#spec.stopDeadlineMs ?? STOP_DEADLINE_MS,
      () => this.#stopped(life, "killed"),
    );
  }

  close(): void {
    this.#phase = "closed";
    this.#mailbox.close();
  }

  abandon(): void {
    if (this.#life !== null) this.#fence(this.#life);
    this.close();
  }

  /** Ends the incarnation as if it had thrown this; false when there is none. */
  kill(error: Error): boolean {
    const life = this.#life;
    if (life === null) return false;
    this.#failed(life, error);
    return true;
  }

  inspect(): unknown {
    return this.#life?.behaviour?.inspect?.();
  }

  snapshot(waiting: boolean): ActorTreeNode {
    return {
      kind: "actor",
      id: this.id,
      state: nodeState(this.#phase, waiting, this.#starts > 1),
      restarts: this.restarts,
      incarnation: this.#starts === 0 ? null : this.#starts - 1,
      mailboxDepth: this.#mailbox.depth,
      mailboxMax: this.#mailbox.max,
      handled: this.#handled,
      lastCrash: this.#lastCrash,
    };
  }

  #wake(): void {
    if (this.#phase !== "idle" || this.#turnIsDue || this.#mailbox.depth === 0) return;
    this.#turnIsDue = true;
    this.#runtime.clock.soon(this.#takeTurn);
  }

  #turn(): void {
    this.#turnIsDue = false;
    const life = this.#life;
    // It may have been due to an incarnation that has ended since.
    if (life === null || life.behaviour === null) return;
    const letter = this.#mailbox.take();
    if (letter === undefined) return;
    this.#handled++;
    this.#phase = "busy";
    if (!letter.own) letter.ask?.enter(life.incarnation.held);
    try {
      const message = letter.own ? letter.read() : letter.message;
      life.inHand = message;
      this.#runtime.trace({ kind: "message", actor: this.id, message: message.kind });
      const turn = life.behaviour.receive(message);
      if (turn instanceof Promise) this.#await(life, turn, () => this.#turned(life));
      else this.#turned(life);
    } catch (thrown) {
      this.#failed(life, thrown);
    }
  }

  #started(life: Life<M>, behaviour: Behaviour<M>): void {
    if (!life.incarnation.alive) return;
    life.behaviour = behaviour;
    this.#runtime.trace({ kind: "started", actor: this.id, incarnation: life.incarnation.self.incarnation });
    if (this.#rest(life)) this.#parent.up(this);
  }

  #turned(life: Life<M>): void {
    if (!life.incarnation.alive) return;
    life.inHand = null;
    this.#rest(life);
  }

  /** Nothing is in hand any more: false when it was only waited for to stop. */
  #rest(life: Life<M>): boolean {
    if (this.#phase === "stopping") {
      this.#stopped(life, "stopped");
      return false;
    }
    this.#phase = "idle";
    this.#wake();
    return true;
  }

  /** What comes after the deadline is no longer heard; it only counts as in flight until it has come. */
  #await<T>(life: Life<M>, promise: Promise<T>, then: (value: T) => void): void {
    const runtime = this.#runtime;
    const deadlineMs = this.#spec.turnDeadlineMs ?? TURN_DEADLINE_MS;
    life.cancelDeadline = runtime.patience.after(
      deadlineMs,
      () =>
        this.#failed(life, new Error(`finish a start or a turn within ${deadlineMs} ms: ${this.id} did not`)),
    );
    runtime.turnsInFlight++;
    promise.then((value) => {
      runtime.turnsInFlight--;
      life.cancelDeadline();
      then(value);
    }, (thrown) => {
      runtime.turnsInFlight--;
      this.#failed(life, thrown);
    }).catch(runtime.broken);
  }

  #failed(life: Life<M>, thrown: unknown): void {
    if (!life.incarnation.alive) return;
    if (thrown instanceof Exit) {
      this.#stopped(life, "exited");
      return;
    }
    const { error, stack } = describe(thrown);
    const message = life.inHand;
    const incarnation = life.incarnation.self.incarnation;
    const restarts = this.restarts;
    this.#lastCrash = {
      atMs: this.#runtime.clock.monotonicMs(),
      message: message?.kind ?? null,
      error,
      stack,
    };
    this.#fence(life);
    this.#terminate("crashed");
    this.#runtime.trace({ kind: "crash", actor: this.id, incarnation, message, error, stack, restarts });
    this.#report(life, "crashed");
  }

  #stopped(life: Life<M>, how: "stopped" | "killed" | "exited"): void {
    const incarnation = life.incarnation.self.incarnation;
    this.#fence(life);
    this.#terminate("stopped");
    this.#runtime.trace({ kind: "stopped", actor: this.id, incarnation, how });
    this.#report(life, how === "exited" ? "exited" : "stopped");
  }

  #fence(life: Life<M>): void {
    life.incarnation.end();
    life.cancelDeadline();
    life.cancelStop();
    this.#life = null;
    this.#phase = "down";
  }

  #terminate(reason: "crashed" | "stopped"): void {
    try {
      this.#spec.terminate?.(reason);
    } catch (thrown) {
      this.#runtime.trace({ kind: "terminateFailed", actor: this.id, ...describe(thrown) });
    }
  }

  #report(life: Life<M>, ending: Ending): void {
    for (const ask of life.incarnation.held) ask.fail("crashed");
    this.#parent.down(this, ending);
  }
}

function nodeState(phase: Phase, waiting: boolean, again: boolean): NodeState {
  switch (phase) {
    case "new":
      return waiting ? "waiting" : "starting";
    case "starting":
      return again ? "restarting" : "starting";
    case "idle":
    case "busy":
      return "running";
    case "stopping":
      return "stopping";
    case "down":
      return waiting ? "waiting" : "restarting";
    case "closed":
      return "stopped";
  }
}

function nothing(): void {}
