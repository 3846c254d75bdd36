/**
 * What a case is given: the tool on the wire, the hands at the charge point, and what the tester has filled in about both.
 *
 * Law: the parameters are those that the lab's tool asks for (`conformance/octt.md` §2, PIXIT), with its waits shortened.
 */
import type { Hands } from "./hands.ts";
import type { Tool } from "./tool.ts";

export interface Bench {
  readonly tool: Tool;
  readonly hands: Hands;
  readonly station: StationUnderTest;
}

/** A case holds when it resolves. It finds the charge point registered, online and all its connectors Available. */
export type Case = (bench: Bench) => Promise<void>;

/** What the maker has stated of the station (PICS), as far as a case depends on it. */
export interface StationUnderTest {
  readonly connectorIds: readonly number[];
  /** The connector under test. */
  readonly connectorId: number;
  readonly cable: "detachable" | "fixed";
  /** Those of its alternating current; none where it is direct. */
  readonly phases: readonly string[];
  /** One reader for the station, or one at each connector. */
  readonly reader: "station" | "connector";
  /** What the connector gives by itself, in either unit. */
  readonly localLimit: { readonly A: number; readonly W: number };
  /** After a power cut it goes on with the transaction. */
  readonly resumes: boolean;
}

export const idTag1 = "VALID1";
export const idTag2 = "VALID2";
/** Holds the connectors that are not under test. */
export const otherIdTag = "OTHER";
export const invalidIdTag = "STRANGER";
export const parentIdTag = "FAMILY";

export const heartbeatIntervalS = 1;
/** In the answers Rejected and Pending. */
export const bootRetryIntervalS = 2;
export const sampleIntervalS = 1;
export const clockAlignedIntervalS = 2;
export const connectionTimeOutS = 2;
/** For how long nothing may start that must not. */
export const transactionDurationS = 2;
/** In the lab it is 10. */
export const minimumStatusDurationS = 2;
/** Within which a charge point that answers in milliseconds would have done what it must not. */
export const graceMs = 300;
