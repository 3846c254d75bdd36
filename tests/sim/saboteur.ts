/**
 * Makes actors fail at a chosen message, in their start, or be slow: bugs and bad luck that the supervisors must bear.
 *
 * Law: it changes nothing but when an actor fails or how long a turn takes; the actors and the kernel are the production ones.
 */
import type { Behaviour } from "../../actors/otp/actor.ts";
import type { AnyActorSpec, SupervisorSpec } from "../../actors/otp/supervisor.ts";
import type { Clock } from "../../hal/clock.ts";

/** What an actor does instead of working as it should. */
export type Sabotage =
  /** The `nth` message from now makes it throw: before the message is handled, or after. */
  | { readonly kind: "throws"; readonly nth: number; readonly handled: boolean }
  /** So many of its next starts throw. */
  | { readonly kind: "failsToStart"; readonly starts: number }
  /** So many of its next turns take so much longer; beyond the turn's deadline that is a crash. */
  | { readonly kind: "slow"; readonly turns: number; readonly extraMs: number };

export interface Saboteur {
  readonly order: (actor: string, sabotage: Sabotage) => void;
  readonly heal: () => void;
  /** The life of the charger is over, and the turns that were being slow with it. */
  readonly forget: () => void;
  /** Turns that are being slow: promises that only time will resolve. */
  readonly asleep: () => number;
  readonly sabotaged: (root: SupervisorSpec) => SupervisorSpec;
}

interface Orders {
  throws: { nth: number; readonly handled: boolean } | null;
  failedStarts: number;
  slow: { turns: number; readonly extraMs: number } | null;
}

export function createSaboteur(clock: Clock, reached: (point: string) => void): Saboteur {
  const orders = new Map<string, Orders>();
  let asleep = 0;
  let life = 0;

  function ordersFor(actor: string): Orders {
    const known = orders.get(actor) ?? { throws: null, failedStarts: 0, slow: null };
    orders.set(actor, known);
    return known;
  }

  function sleep(ms: number): Promise<void> {
    asleep += 1;
    const ofLife = life;
    return new Promise((resolve) =>
      clock.after(ms, () => {
        if (ofLife !== life) return;
        asleep -= 1;
        resolve();
      })
    );
  }

  /** Whether this message is the one. */
  function strikes(mine: Orders): { readonly handled: boolean } | null {
    if (mine.throws === null || --mine.throws.nth > 0) return null;
    const { handled } = mine.throws;
    mine.throws = null;
    reached(`crash ${handled ? "after" : "before"} the message`);
    return { handled };
  }

  function receive(behaviour: Behaviour<never>, mine: Orders, message: never): void | Promise<void> {
    const strike = strikes(mine);
    if (strike !== null && !strike.handled) throw new Error("sabotaged before the message");
    const done = behaviour.receive(message);
    if (strike === null && mine.slow === null) return done;
    return finish(done, mine, strike !== null);
  }

  async function finish(done: void | Promise<void>, mine: Orders, strikes: boolean): Promise<void> {
    await done;
    if (strikes) throw new Error("sabotaged after the message");
    if (mine.slow === null) return;
    const { extraMs } = mine.slow;
    mine.slow.turns -= 1;
    if (mine.slow.turns <= 0) mine.slow = null;
    reached("slow turn");
    await sleep(extraMs);
  }

  function actor(spec: AnyActorSpec): AnyActorSpec {
    const mine = ordersFor(spec.address.id);
    return {
      ...spec,
      start: async (self: never) => {
        if (mine.failedStarts > 0) {
          mine.failedStarts -= 1;
          reached("failed start");
          throw new Error("sabotaged in its start");
        }
        const behaviour = await spec.start(self);
        return {
          receive: (message: never) => receive(behaviour, mine, message),
          inspect: () => behaviour.inspect?.(),
        };
      },
    };
  }

  function sabotaged(root: SupervisorSpec): SupervisorSpec {
    return {
      ...root,
      children: root.children.map((child) => "children" in child ? sabotaged(child) : actor(child)),
    };
  }

  return {
    order: (name, sabotage) => {
      const mine = orders.get(name);
      if (mine === undefined) return;
      switch (sabotage.kind) {
        case "throws":
          mine.throws = { nth: sabotage.nth, handled: sabotage.handled };
          return;
        case "failsToStart":
          mine.failedStarts = sabotage.starts;
          return;
        case "slow":
          mine.slow = { turns: sabotage.turns, extraMs: sabotage.extraMs };
      }
    },
    heal: () => {
      for (const mine of orders.values()) {
        mine.throws = null;
        mine.failedStarts = 0;
        mine.slow = null;
      }
    },
    forget: () => {
      life += 1;
      asleep = 0;
    },
    asleep: () => asleep,
    sabotaged,
  };
}
