/** The matrix says what the shipped station profiles say, and no case is left without a station. */
import { assert, assertEquals } from "@std/assert";
import type { StationProfile } from "../../hal/station_profile.ts";
import { coreCaseIds } from "./core_cases.ts";
import { type Condition, conditions, securityRuns, stationsFor, stationsWith } from "./matrix.ts";
import { optionalCaseIds } from "./optional_cases.ts";
import { securityCaseIds } from "./security_cases.ts";
import type { StationName } from "./stations.ts";
import { shippedProfile, stationNames, stationUnderTest, testProfile } from "./stations.ts";

/** A condition, as a station profile says it. */
const has: Readonly<Record<Condition, (profile: StationProfile) => boolean>> = {
  anything: () => true,
  "a detachable cable": ({ connectors }) =>
    connectors.every(({ cable, lock }) => cable === "detachable" && lock),
  "a fixed cable": ({ connectors }) => connectors.every(({ cable }) => cable === "fixed"),
  "a cache": ({ options }) => options.authorizationCache,
  "StopTransactionOnEVSideDisconnect not fixed at false": ({ options }) => {
    const { access, value } = options.StopTransactionOnEVSideDisconnect;
    return access === "ReadWrite" || value;
  },
  "StopTransactionOnEVSideDisconnect to be set": ({ options }) =>
    options.StopTransactionOnEVSideDisconnect.access === "ReadWrite",
  "backup power, and a stop before going down": ({ powerLoss }) =>
    powerLoss.onPowerLoss === "stopBeforeGoingDown",
  "no backup power": ({ powerLoss }) => powerLoss.holdUpTimeS === 0,
  "the local list": ({ featureProfiles }) => featureProfiles.includes("LocalAuthListManagement"),
  "no local list, or one that can be switched off": () => true,
  "no local list": ({ featureProfiles }) => !featureProfiles.includes("LocalAuthListManagement"),
  "trigger messages": ({ featureProfiles }) => featureProfiles.includes("RemoteTrigger"),
  reservations: ({ featureProfiles }) => featureProfiles.includes("Reservation"),
  "reservations of the charge point": ({ options }) => options.reserveConnectorZero,
  "smart charging": ({ featureProfiles }) => featureProfiles.includes("SmartCharging"),
  "no reservations": ({ featureProfiles }) => !featureProfiles.includes("Reservation"),
  "security profiles, TLS by OpenSSL": ({ security }) =>
    hasEveryProfile(security) && security.tlsDriver === "openssl",
  "security profiles, TLS by Deno": ({ security }) =>
    hasEveryProfile(security) && security.tlsDriver === "deno",
};

function hasEveryProfile({ securityProfiles }: StationProfile["security"]): boolean {
  return ([1, 2, 3] as const).every((profile) => securityProfiles.includes(profile));
}

/** Asked for by every case of the security extension (`securityRuns`). */
const bySecurity = ["security profiles, TLS by OpenSSL", "security profiles, TLS by Deno"] as const;

/** Every case is run on those that ship; what each of the others is there for besides. */
const madeFor: Readonly<Record<Exclude<StationName, typeof stationNames[number]>, readonly Condition[]>> = {
  "core-only": [...new Set(optionalCaseIds.map((id) => conditions[id]))],
  "stop-after-reboot": ["no backup power"],
};

Deno.test("the 51 Core cases are listed", () => {
  assertEquals(coreCaseIds.length, 51);
});

for (const [condition, stations] of Object.entries(stationsWith)) {
  Deno.test(`the stations with ${condition} are those whose profile says so`, () => {
    const made = (Object.keys(madeFor) as (keyof typeof madeFor)[])
      .filter((name) => madeFor[name].includes(condition as Condition));
    const names: readonly StationName[] = [...stationNames, ...made];
    const saying = names.filter((name) => has[condition as Condition](shippedProfile(name)));
    assertEquals<readonly string[]>(stations, saying);
  });
}

Deno.test("the cases of the local list, of trigger messages, of reservations and of smart charging are listed", () => {
  assertEquals(optionalCaseIds.length, 8 + 2 + 16 + 10);
});

Deno.test("the 13 cases of the security extension are listed, each profile of which is run by both drivers of TLS where there is any", () => {
  assertEquals(securityCaseIds.length, 13);
  const byDriver = (driver: "OpenSSL" | "Deno") =>
    securityCaseIds.map((id) =>
      securityRuns(id)
        .filter(({ on }) => stationsWith[`security profiles, TLS by ${driver}`].some((name) => name === on))
        .filter(({ profile }) => profile !== 1)
        .map(({ profile }) => `${id} ${profile}`)
    ).flat();
  assertEquals(byDriver("Deno"), byDriver("OpenSSL"));
  assertEquals(securityCaseIds.filter((id) => securityRuns(id).length === 0), []);
  assertEquals(securityCaseIds.flatMap(securityRuns).length, 45);
});

Deno.test("every case is run by a station", () => {
  assertEquals([...coreCaseIds, ...optionalCaseIds].filter((id) => stationsFor(id).length === 0), []);
});

Deno.test("every condition is some case's, and every offline case finds a station that starts offline (C-02)", () => {
  const asked = new Set<Condition>(["anything", ...bySecurity, ...Object.values(conditions)]);
  assertEquals(Object.keys(stationsWith).filter((condition) => !asked.has(condition as Condition)), []);
  for (const name of stationNames) assert(shippedProfile(name).options.offlineTxForUnknownId);
});

for (const name of stationNames) {
  Deno.test(`the station under test is ${name} but for bounds and first values`, () => {
    const { bounds: _, firstValues: __, ...rest } = testProfile(name);
    const { bounds: ___, firstValues: ____, ...shipped } = shippedProfile(name);
    assertEquals(rest, shipped);
    assert(stationUnderTest(name).connectorIds.includes(stationUnderTest(name).connectorId));
  });
}
