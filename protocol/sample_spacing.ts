/**
 * Which of the meter values that are taken for StopTransaction's transactionData are kept while a transaction goes on
 * (OCPP 1.6 §4.10; errata v4.0 §3.14; decision D-too-big).
 *
 * Law: never more than `keptSamplesMax`, however long it lasts, the first always among them. Once there are so many, each further
 * one that is kept is twice as far from the one before it, and one of those that stand too close goes: the gaps differ by a factor
 * of two at most. How many were taken before decides alone.
 */

/** Even. About as many of one measurand as a frame has room for. */
export const keptSamplesMax = 1_000;

export type SamplePlace =
  | { readonly kind: "kept" }
  /** For it goes the second behind the one that went last; in a new round the second of all. */
  | { readonly kind: "keptInstead"; readonly isNewRound: boolean }
  | { readonly kind: "leftOut" };

/** Of the one with this number, from 0 on. */
export function samplePlace(number: number): SamplePlace {
  if (number < keptSamplesMax) return { kind: "kept" };
  let gap = 1;
  while (number >= 2 * gap * keptSamplesMax) gap *= 2;
  return number % (2 * gap) === 0
    ? { kind: "keptInstead", isNewRound: number === gap * keptSamplesMax }
    : { kind: "leftOut" };
}
