/**
 * How the central system refused a transaction message: with a CALLERROR, or with no answer in time (OCPP 1.6 §3.7.1). A lost
 * link is no refusal.
 *
 * Law: what is kept of an answer is bounded, however much a peer had to say.
 */
import { z } from "zod";
import type { CallOutcome } from "./answer.ts";

/** `atMs` is civil time. */
export const Refusal = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("error"),
    atMs: z.number(),
    errorCode: z.string(),
    errorDescription: z.string(),
  }),
  z.object({ kind: z.literal("timeout"), atMs: z.number() }),
]);
export type Refusal = z.infer<typeof Refusal>;

/** Of one message: the attempts of a long standstill look alike, and a record has its limit. */
export const refusalsMax = 10;
/** Twice the longest code of OCPP-J; its descriptions have at most 255 characters. */
const errorCodeMax = 60;
const errorDescriptionMax = 255;

export function refusalOf(
  outcome: Extract<CallOutcome<unknown>, { kind: "error" | "timeout" }>,
  atMs: number,
): Refusal {
  return outcome.kind === "timeout" ? { kind: "timeout", atMs } : {
    kind: "error",
    atMs,
    errorCode: outcome.errorCode.slice(0, errorCodeMax),
    errorDescription: outcome.errorDescription.slice(0, errorDescriptionMax),
  };
}

/** The last `refusalsMax` of them. */
export function withRefusal(refusals: readonly Refusal[] | undefined, refusal: Refusal): Refusal[] {
  return [...refusals ?? [], refusal].slice(-refusalsMax);
}
