/**
 * What a supervisor is told: a list of children, and what to do when one fails. A supervisor is data, not a program.
 *
 * Law: `tree.ts` of the house is written in these, and nothing else says what fails with what.
 */
import type { ActorSpec, Address, Behaviour, RestartType } from "./actor.ts";
import type { GiveUp, Intensity, Strategy } from "./restart.ts";

/** An `ActorSpec` of any messages: they differ from child to child and are no business of the supervisor. */
export interface AnyActorSpec extends Omit<ActorSpec<never>, "address" | "start"> {
  readonly address: Address<never>;
  readonly start: (self: never) => Behaviour<never> | Promise<Behaviour<never>>;
}

export interface SupervisorSpec {
  readonly id: string;
  readonly strategy: Strategy;
  readonly intensity: Intensity;
  /** Default `escalate`: its children are stopped and it counts as a crashed child of its parent. */
  readonly giveUp?: GiveUp;
  /** Default `permanent`. Of the root it says nothing. */
  readonly restart?: RestartType;
  /** In the order of their starts. */
  readonly children: readonly (AnyActorSpec | SupervisorSpec)[];
}
