/**
 * Which station runs which case, after `conformance/octt.md` §8, and which cases wait for what is not built yet.
 *
 * Law: data; `matrix_test.ts` holds it against the shipped profiles.
 */
import type { CoreCaseId } from "./core_cases.ts";
import type { OptionalCaseId } from "./optional_cases.ts";
import type { SecurityCaseId } from "./security_cases.ts";
import type { StationName } from "./stations.ts";

/** What a case asks of a product, and the stations that have it. */
export const stationsWith = {
  anything: ["reference-dc", "ac-two-sockets", "dc-four"],
  "a detachable cable": ["ac-two-sockets"],
  "a fixed cable": ["reference-dc", "dc-four"],
  "a cache": ["reference-dc", "ac-two-sockets", "dc-four"],
  "StopTransactionOnEVSideDisconnect not fixed at false": ["reference-dc", "ac-two-sockets", "dc-four"],
  "StopTransactionOnEVSideDisconnect to be set": ["ac-two-sockets", "dc-four"],
  "backup power, and a stop before going down": ["reference-dc", "dc-four"],
  "no backup power": ["ac-two-sockets", "stop-after-reboot"],
  "the local list": ["reference-dc", "ac-two-sockets", "dc-four"],
  "no local list, or one that can be switched off": [
    "reference-dc",
    "ac-two-sockets",
    "dc-four",
    "core-only",
  ],
  "no local list": ["core-only"],
  "trigger messages": ["reference-dc", "ac-two-sockets", "dc-four"],
  reservations: ["reference-dc", "ac-two-sockets", "dc-four"],
  "reservations of the charge point": ["reference-dc", "ac-two-sockets", "dc-four"],
  "no reservations": ["core-only"],
  "smart charging": ["reference-dc", "ac-two-sockets", "dc-four"],
  "security profiles, TLS by OpenSSL": ["reference-dc", "dc-four"],
  "security profiles, TLS by Deno": ["ac-two-sockets"],
} as const satisfies Record<string, readonly StationName[]>;

export type Condition = keyof typeof stationsWith;

/** The cases that not every product can run. AuthorizeRemoteTxRequests is never read-only here, and offline starts are allowed. */
export const conditions: Readonly<
  Partial<Record<CoreCaseId, Condition>> & Record<OptionalCaseId, Condition>
> = {
  TC_005_1_CS: "a detachable cable",
  TC_005_2_CS: "StopTransactionOnEVSideDisconnect not fixed at false",
  TC_005_3_CS: "StopTransactionOnEVSideDisconnect to be set",
  TC_007_1_CS: "a cache",
  TC_007_2_CS: "a cache",
  TC_061_1_CS: "a cache",
  TC_061_2_CS: "a cache",
  TC_017_1_CS: "a detachable cable",
  TC_017_2_CS: "a fixed cable",
  TC_018_1_CS: "a detachable cable",
  TC_018_2_CS: "a fixed cable",
  TC_024_CS: "a detachable cable",
  TC_030_CS: "a detachable cable",
  TC_032_1_CS: "backup power, and a stop before going down",
  TC_032_2_CS: "no backup power",
  TC_008_1_CS: "the local list",
  TC_008_2_CS: "the local list",
  TC_042_1_CS: "no local list, or one that can be switched off",
  TC_042_2_CS: "the local list",
  TC_043_CS: "the local list",
  TC_043_1_CS: "no local list",
  TC_043_2_CS: "the local list",
  TC_043_3_CS: "the local list",
  TC_054_CS: "trigger messages",
  TC_055_CS: "trigger messages",
  TC_046_1_CS: "reservations",
  TC_046_2_CS: "reservations",
  TC_047_CS: "reservations",
  TC_048_1_CS: "reservations",
  TC_048_2_CS: "reservations",
  TC_048_3_CS: "reservations",
  TC_048_4_CS: "no reservations",
  TC_049_CS: "reservations of the charge point",
  TC_050_1_CS: "reservations of the charge point",
  TC_050_2_CS: "reservations of the charge point",
  TC_050_3_CS: "reservations of the charge point",
  TC_050_4_CS: "no reservations",
  TC_051_CS: "reservations",
  TC_052_CS: "reservations",
  TC_053_1_CS: "reservations",
  TC_053_2_CS: "reservations",
  TC_056_CS: "smart charging",
  TC_057_CS: "smart charging",
  TC_058_1_CS: "smart charging",
  TC_058_2_CS: "smart charging",
  TC_059_CS: "smart charging",
  TC_060_CS: "smart charging",
  TC_066_CS: "smart charging",
  TC_067_CS: "smart charging",
  TC_072_CS: "smart charging",
  TC_082_CS: "smart charging",
};

export function stationsFor(id: CoreCaseId | OptionalCaseId): readonly StationName[] {
  return stationsWith[conditions[id] ?? "anything"];
}

export type TestedProfile = 1 | 2 | 3;

/** The security profiles that a case is about; every one of them is asked of every station that has any. */
export const testedProfiles: Readonly<Record<SecurityCaseId, readonly TestedProfile[]>> = {
  TC_073_CS: [1, 2],
  TC_074_CS: [3],
  TC_075_1_CS: [2, 3],
  TC_075_2_CS: [2, 3],
  TC_076_CS: [2, 3],
  TC_077_CS: [3],
  TC_078_CS: [2, 3],
  TC_079_CS: [1, 2, 3],
  TC_083_CS: [1, 2],
  TC_084_CS: [2, 3],
  TC_085_CS: [1, 2],
  TC_086_CS: [2, 3],
  TC_087_CS: [3],
};

export interface SecurityRun {
  readonly profile: TestedProfile;
  readonly on: StationName;
}

/** By each driver of TLS on one station, for in security the others of a driver do not differ; where there is no TLS, on one alone. */
export function securityRuns(id: SecurityCaseId): readonly SecurityRun[] {
  const [byOpenssl] = stationsWith["security profiles, TLS by OpenSSL"];
  const [byDeno] = stationsWith["security profiles, TLS by Deno"];
  return testedProfiles[id].flatMap((profile) => {
    // TC_083 leads from profile 1 to 2.
    const isPlain = profile === 1 && id !== "TC_083_CS";
    return (isPlain ? [byOpenssl] : [byOpenssl, byDeno]).map((on) => ({ profile, on }));
  });
}
