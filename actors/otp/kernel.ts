/**
 * The kernel: makes addresses, starts a tree of supervisors and actors on them, and runs it on a clock.
 *
 * Law: it knows nothing of what the actors do, touches the world only through the clock, and tells all to the trace. What the trace
 * throws changes nothing in the tree; what the kernel itself throws is the end of it.
 */
import type { Clock } from "../../hal/clock.ts";
import type { ActorSpec, Address, Message } from "./actor.ts";
import { ActorNode } from "./actor_node.ts";
import { Mailbox, type MailboxOptions } from "./mailbox.ts";
import type { Ending } from "./restart.ts";
import type { Runtime } from "./runtime.ts";
import type { AnyActorSpec, SupervisorSpec } from "./supervisor.ts";
import { SupervisorNode } from "./supervisor_node.ts";
import type { Fact, Trace } from "./trace.ts";
import type { Node, Parent, SupervisorTreeNode } from "./tree.ts";

export interface Kernel {
  /** Makes a mailbox. All are made before the tree is started; one that no actor reads is closed then. */
  readonly address: <M extends Message>(id: string, options?: MailboxOptions<M>) => Address<M>;
  /** Starts the tree, once. */
  readonly start: (root: SupervisorSpec) => System;
}

export interface System {
  /** The first start of all children has finished, or the system has ended before. */
  readonly started: Promise<void>;
  /** Stops the tree in reverse order, each actor within its deadline. */
  readonly stop: () => Promise<void>;
  /**
   * `gaveUp`: the root has; all is stopped then too. Neither comes after `abandon`. Rejects with what the kernel itself has thrown outside
   * of any turn: nobody is left then who could start again what that concerned, so whoever waits ends the process.
   */
  readonly ended: Promise<"stopped" | "gaveUp">;
  readonly tree: () => SupervisorTreeNode;
  /** An actor's own snapshot; undefined when it has none, is down, or there is no such actor. Throws what it throws. */
  readonly inspect: (id: string) => unknown;
  /** Ends the actor's incarnation at once, as if it had thrown; false when there is none. */
  readonly crash: (id: string, why?: string) => boolean;
  /** A power cut: all is fenced at once, nothing is terminated, handled or traced any more. */
  readonly abandon: () => void;
  /** Starts and turns whose promise has not settled yet, those that were given up included. */
  readonly turnsInFlight: () => number;
}

export interface KernelOptions {
  readonly clock: Clock;
  /** Counts turn and stop deadlines where `clock` is hurried. Default: `clock`. */
  readonly patience?: Clock;
  readonly trace: Trace;
}

export function createKernel({ clock, trace, patience = clock }: KernelOptions): Kernel {
  const ended = Promise.withResolvers<"stopped" | "gaveUp">();
  const runtime: Runtime = {
    clock: watched(clock, ended.reject),
    patience: watched(patience, ended.reject),
    broken: ended.reject,
    trace: (fact) => {
      if (runtime.abandoned) return;
      // Each fact is made to be told once, so it gets its times itself: a copy would be most of what telling costs.
      const event = fact as Fact & { atMs: number; wallMs: number };
      event.atMs = clock.monotonicMs();
      event.wallMs = clock.wallMs();
      try {
        trace(event);
      } catch (thrown) {
        // Thrown where nobody waits for it: an ending that is half told would leave an actor that nobody starts again.
        clock.soon(() => {
          throw thrown;
        });
      }
    },
    turnsInFlight: 0,
    abandoned: false,
  };
  const mailboxes = new Map<string, Mailbox<Message>>();
  let isStarted = false;

  function address<M extends Message>(id: string, options: MailboxOptions<M> = {}): Address<M> {
    if (isStarted) throw new Error(`make the address ${id} before the tree is started`);
    if (mailboxes.has(id)) throw new Error(`give each address an id of its own: ${id} is taken`);
    const mailbox = new Mailbox<M>(runtime, id, options);
    // The messages' type is the address's from here on: only who has the address can send or read.
    mailboxes.set(id, mailbox as unknown as Mailbox<Message>);
    return mailbox.address;
  }

  function start(root: SupervisorSpec): System {
    if (isStarted) throw new Error(`start one tree a kernel: ${root.id} is the second`);
    isStarted = true;
    return startTree(runtime, mailboxes, root, ended);
  }

  return { address, start };
}

/** The same clock; what its calls throw is told to `broken`. */
function watched(clock: Clock, broken: (thrown: unknown) => void): Clock {
  function safely(call: () => void): () => void {
    return () => {
      try {
        call();
      } catch (thrown) {
        broken(thrown);
      }
    };
  }
  return {
    ...clock,
    after: (delayMs, call) => clock.after(delayMs, safely(call)),
    soon: (call) => clock.soon(safely(call)),
  };
}

function startTree(
  runtime: Runtime,
  mailboxes: ReadonlyMap<string, Mailbox<Message>>,
  rootSpec: SupervisorSpec,
  ended: PromiseWithResolvers<"stopped" | "gaveUp">,
): System {
  const actors = new Map<string, ActorNode<Message>>();
  const ids = new Set([rootSpec.id]);
  const started = Promise.withResolvers<void>();

  function grow(spec: AnyActorSpec | SupervisorSpec, parent: Parent): Node {
    const id = "children" in spec ? spec.id : spec.address.id;
    if (ids.has(id)) throw new Error(`give each node of the tree an id of its own: ${id} is taken`);
    ids.add(id);
    if ("children" in spec) return new SupervisorNode(runtime, spec, parent, grow);
    const mailbox = mailboxes.get(id);
    if (mailbox?.address !== spec.address) {
      throw new Error(`make the address ${id} with the kernel that starts it`);
    }
    const node = new ActorNode(runtime, mailbox, spec as unknown as ActorSpec<Message>, parent);
    actors.set(id, node);
    return node;
  }

  const root = new SupervisorNode(runtime, rootSpec, {
    up: () => started.resolve(),
    down: (_: Node, ending: Ending) => {
      root.close();
      started.resolve();
      ended.resolve(ending === "crashed" ? "gaveUp" : "stopped");
    },
  }, grow);
  for (const [id, mailbox] of mailboxes) if (!actors.has(id)) mailbox.close();
  root.start();

  return {
    started: started.promise,
    stop: () => {
      root.stop();
      return ended.promise.then(() => {});
    },
    ended: ended.promise,
    tree: () => root.snapshot(false),
    inspect: (id) => actors.get(id)?.inspect(),
    crash: (id, why = "was told to crash") => actors.get(id)?.kill(new Error(why)) ?? false,
    abandon: () => {
      runtime.abandoned = true;
      root.abandon();
    },
    turnsInFlight: () => runtime.turnsInFlight,
  };
}
