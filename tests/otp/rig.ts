/**
 * A tree of actors that do what their messages say, on a simulated clock, with a log of their starts and ends.
 *
 * Law: a test that uses it says all it does; there is nothing here but what every kernel test needs.
 */
import type { ActorSpec, Address, Behaviour, Message, Self } from "../../actors/otp/actor.ts";
import { createKernel, type System } from "../../actors/otp/kernel.ts";
import type { MailboxOptions } from "../../actors/otp/mailbox.ts";
import type { Intensity, Strategy } from "../../actors/otp/restart.ts";
import type { SupervisorSpec } from "../../actors/otp/supervisor.ts";
import type { Fact, Trace, TraceEvent } from "../../actors/otp/trace.ts";
import type { ActorTreeNode, SupervisorTreeNode, TreeNode } from "../../actors/otp/tree.ts";
import { createSimulatedClock, type SimulatedClock } from "../../hal/drivers/simulated_clock.ts";

/** What its receiver is to do with it. */
export interface Deed extends Message {
  readonly act: (self: Self<Deed>) => void | Promise<void>;
}

export type ActorOptions =
  & Partial<Omit<ActorSpec<Deed>, "address" | "start">>
  & {
    readonly mailbox?: MailboxOptions<Deed>;
    readonly onStart?: (self: Self<Deed>) => void | Promise<void>;
  };

export interface Rig {
  readonly clock: SimulatedClock;
  readonly trace: readonly TraceEvent[];
  /** `start a`, `crashed a`, `stopped a` (the last two from `terminate`), and what a test adds. */
  readonly log: string[];
  /** The log since the last call. */
  readonly news: () => readonly string[];
  readonly actor: (id: string, options?: ActorOptions) => ActorSpec<Deed>;
  /** Starts the tree and lets it come up. */
  readonly start: (root: SupervisorSpec) => Promise<System>;
  readonly system: () => System;
  readonly address: (id: string) => Address<Deed>;
  readonly tell: (id: string, act: Deed["act"], kind?: string) => boolean;
  /** Makes the actor throw, and lets follow what needs no time. */
  readonly fail: (id: string) => Promise<void>;
  readonly facts: <K extends Fact["kind"]>(kind: K) => readonly Extract<TraceEvent, { readonly kind: K }>[];
  readonly actorNode: (id: string) => ActorTreeNode;
  readonly supervisorNode: (id: string) => SupervisorTreeNode;
}

/** `told` hears each event of the trace too, and may throw. */
export function createRig(pick?: (ready: number) => number, told: Trace = () => {}): Rig {
  const clock = createSimulatedClock({ startWallMs: 0, ...(pick === undefined ? {} : { pick }) });
  const trace: TraceEvent[] = [];
  const kernel = createKernel({
    clock,
    trace: (event) => {
      trace.push(event);
      told(event);
    },
  });
  const addresses = new Map<string, Address<Deed>>();
  const log: string[] = [];
  let system: System | undefined;

  function actor(id: string, { mailbox, onStart, ...options }: ActorOptions = {}): ActorSpec<Deed> {
    const spec: ActorSpec<Deed> = {
      address: kernel.address<Deed>(id, mailbox),
      start: (self) => {
        log.push(`start ${id}`);
        const behaviour: Behaviour<Deed> = { receive: (deed) => deed.act(self) };
        const starting = onStart?.(self);
        return starting instanceof Promise ? starting.then(() => behaviour) : behaviour;
      },
      terminate: (reason) => void log.push(`${reason} ${id}`),
      ...options,
    };
    addresses.set(id, spec.address);
    return spec;
  }

  function running(): System {
    if (system === undefined) throw new Error("start the rig first");
    return system;
  }

  function address(id: string): Address<Deed> {
    const found = addresses.get(id);
    if (found === undefined) throw new Error(`make the actor ${id} first`);
    return found;
  }

  function tell(id: string, act: Deed["act"], kind = "Deed"): boolean {
    return address(id).send({ kind, act });
  }

  function node(id: string): TreeNode {
    const found = flatten(running().tree()).find((node) => node.id === id);
    if (found === undefined) throw new Error(`look for a node of the tree, not ${id}`);
    return found;
  }

  return {
    clock,
    trace,
    log,
    news: () => log.splice(0),
    actor,
    start: async (root) => {
      system = kernel.start(root);
      await clock.advance(0);
      return system;
    },
    system: running,
    address,
    tell,
    fail: async (id) => {
      tell(id, () => {
        throw new Error(`${id} fails`);
      });
      await clock.advance(0);
    },
    facts: <K extends Fact["kind"]>(kind: K) =>
      trace.filter((event): event is Extract<TraceEvent, { readonly kind: K }> => event.kind === kind),
    actorNode: (id) => {
      const found = node(id);
      if (found.kind !== "actor") throw new Error(`look for an actor, not ${id}`);
      return found;
    },
    supervisorNode: (id) => {
      const found = node(id);
      if (found.kind !== "supervisor") throw new Error(`look for a supervisor, not ${id}`);
      return found;
    },
  };
}

/** Three restarts within a second, unless it is said otherwise. */
export function supervisor(
  id: string,
  strategy: Strategy,
  children: SupervisorSpec["children"],
  options: Partial<SupervisorSpec> = {},
): SupervisorSpec {
  return { id, strategy, intensity: intensity(3, 1000), children, ...options };
}

export function intensity(restartsMax: number, withinMs: number): Intensity {
  return { restartsMax, withinMs };
}

/** A promise that a test settles by hand. */
export function byHand<T = void>(): PromiseWithResolvers<T> {
  return Promise.withResolvers<T>();
}

function flatten(node: TreeNode): readonly TreeNode[] {
  return node.kind === "actor" ? [node] : [node, ...node.children.flatMap(flatten)];
}
