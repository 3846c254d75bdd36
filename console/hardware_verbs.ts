/**
 * The verbs that act on a simulated charger from outside, and how they are done: judged first, done after the answer.
 *
 * Law: what `prepare` finds possible has not happened yet; it happens when it is told to, once.
 */
import { z } from "zod";
import type { HardwareVerb } from "../hal/hardware_verb.ts";

/** The cable to the central system. */
export const NetworkVerb = z.strictObject({ verb: z.literal("network"), up: z.boolean() }).readonly();

/** The medium below the store: `full` and `failing` refuse every commit. */
export const StorageVerb = z.strictObject({
  verb: z.literal("storage"),
  state: z.enum(["full", "failing", "ok"]),
}).readonly();

export type WorldVerb = HardwareVerb | z.infer<typeof NetworkVerb> | z.infer<typeof StorageVerb>;

export type Prepared =
  | { readonly kind: "possible"; readonly act: () => void }
  /** The thing cannot do that now. */
  | { readonly kind: "impossible"; readonly why: string }
  /** It was asked wrongly. */
  | { readonly kind: "invalid"; readonly why: string };

export interface HardwareVerbs {
  readonly prepare: (verb: WorldVerb) => Prepared;
}
