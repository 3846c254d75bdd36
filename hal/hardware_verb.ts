/**
 * Hardware verbs: what hands, cars and accidents do to a simulated station, as requests in JSON.
 *
 * Law: a verb is answered before its effect. What was asked wrongly is `invalid`, what the thing cannot do is `impossible`.
 */
import { z } from "zod";
import { PhysicalTrouble } from "./physical_state.ts";

/** The end of the cable that a hand is at. */
export const CableSide = z.enum(["both", "ev", "station"]);
export type CableSide = z.infer<typeof CableSide>;

/** What a car is told; what is absent stays as it is. */
export const CarWish = z.strictObject({
  /** Its driver wants it to charge. */
  demand: z.boolean().exactOptional(),
  /** It pauses by itself, until it is told otherwise or leaves. */
  suspended: z.boolean().exactOptional(),
  /** Its state of charge, from now on. */
  socPercent: z.number().min(0).max(100).exactOptional(),
}).readonly();
export type CarWish = z.infer<typeof CarWish>;

/** Whether a trouble keeps the contactor open. */
export const Severity = z.enum(["fault", "warning"]);
export type Severity = z.infer<typeof Severity>;

/** OCPP 1.6 §7.28: printable, at most 20 characters. */
const idTag = z.string().regex(/^[\x20-\x7e]{1,20}$/, { error: "write 1 to 20 printable characters" });
const connectorId = z.int().min(0);
const side = CableSide.default("both");

const verbs = z.discriminatedUnion("verb", [
  z.strictObject({ verb: z.literal("plug"), connectorId, side }),
  z.strictObject({ verb: z.literal("unplug"), connectorId, side }),
  /** With a reader at each connector it says at which; with one for the station it does not. */
  z.strictObject({ verb: z.literal("swipe"), idTag, connectorId: connectorId.exactOptional() }),
  /** Connector 0 is the whole station. Without a severity it is a fault, and EVCommunicationError a warning. */
  z.strictObject({
    verb: z.literal("fault"),
    connectorId,
    ...PhysicalTrouble.unwrap().shape,
    severity: Severity.exactOptional(),
  }),
  /** Whatever is wrong there is over. */
  z.strictObject({ verb: z.literal("clear-fault"), connectorId }),
  z.strictObject({ verb: z.literal("ev"), connectorId, ...CarWish.unwrap().shape }),
  /** `failure`: the lock is stuck where it is. */
  z.strictObject({ verb: z.literal("lock"), connectorId, failure: z.boolean() }),
  /** Somebody opens the housing, or closes it. */
  z.strictObject({ verb: z.literal("tamper"), tampered: z.boolean() }),
  /** `failing`: mains is gone and the board lives on its hold-up energy. `cut`: that is gone as well. */
  z.strictObject({ verb: z.literal("power"), state: z.enum(["on", "failing", "cut"]) }),
]);

/** Which verb it is is asked first: what else may stand there depends on it. */
export const HardwareVerb = z.looseObject({
  verb: z.enum(verbs.options.map((option) => option.shape.verb.value)),
})
  .pipe(verbs);
export type HardwareVerb = z.infer<typeof HardwareVerb>;

export type VerbOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "impossible"; readonly why: string }
  | { readonly kind: "invalid"; readonly why: string };
