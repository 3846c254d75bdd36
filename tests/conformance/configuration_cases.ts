/** Reading and changing configuration keys (`conformance/octt.md` §3, and its table of required keys). */
import { assert, assertEquals } from "@std/assert";
import { type Case, sampleIntervalS } from "./lab.ts";
import type { KeyValue } from "./requests.ts";
import { accepted, assertVerdict, configuration, fullConfiguration, reported, verdict } from "./requests.ts";

type Access = "R" | "RW" | "R or RW";

/** What TC_019 looks for in every charge point. */
const CORE_KEYS: Readonly<Record<string, Access>> = {
  AuthorizeRemoteTxRequests: "R or RW",
  ClockAlignedDataInterval: "RW",
  ConnectionTimeOut: "RW",
  ConnectorPhaseRotation: "RW",
  GetConfigurationMaxKeys: "R",
  HeartbeatInterval: "RW",
  LocalAuthorizeOffline: "RW",
  LocalPreAuthorize: "RW",
  MeterValuesAlignedData: "RW",
  MeterValuesSampledData: "RW",
  MeterValueSampleInterval: "RW",
  NumberOfConnectors: "R",
  ResetRetries: "RW",
  StopTransactionOnInvalidId: "RW",
  StopTxnAlignedData: "RW",
  StopTxnSampledData: "RW",
  SupportedFeatureProfiles: "R",
  TransactionMessageAttempts: "RW",
  TransactionMessageRetryInterval: "RW",
  UnlockConnectorOnEVSideDisconnect: "R or RW",
};

/** And in those that have these feature profiles. */
const PROFILE_KEYS: Readonly<Record<string, Readonly<Record<string, Access>>>> = {
  Core: CORE_KEYS,
  FirmwareManagement: {},
  LocalAuthListManagement: {
    LocalAuthListEnabled: "RW",
    LocalAuthListMaxLength: "R",
    SendLocalListMaxLength: "R",
  },
  Reservation: {},
  SmartCharging: {
    ChargeProfileMaxStackLevel: "R",
    ChargingScheduleAllowedChargingRateUnit: "R",
    ChargingScheduleMaxPeriods: "R",
    MaxChargingProfilesInstalled: "R",
  },
  RemoteTrigger: {},
};

const AUTHORIZATION_KEY = "4F43415F4F4354545F61646D696E5F74657374";

export const configurationCases = {
  async TC_019_CS({ tool }) {
    const status = await verdict(tool, "ChangeConfiguration", {
      key: "AuthorizationKey",
      value: AUTHORIZATION_KEY,
    });
    const profiles = (await reported(tool, "SupportedFeatureProfiles"))?.value?.split(",") ?? [];
    assert(profiles.includes("Core"), `SupportedFeatureProfiles: ${profiles}`);
    assertEquals(profiles.filter((profile) => PROFILE_KEYS[profile] === undefined), []);

    const all = await fullConfiguration(tool);
    const missing = profiles.flatMap((profile) => missingKeys(PROFILE_KEYS[profile] ?? {}, all));
    assertEquals(missing, []);
    if (status !== "NotSupported") {
      const secret = all.find(({ key }) => key === "AuthorizationKey");
      assertEquals(secret, { key: "AuthorizationKey", readonly: false }, "listed, and without its value");
    }

    const most = Number((await reported(tool, "GetConfigurationMaxKeys"))?.value);
    const asked = all.map(({ key }) => key).slice(0, most);
    const answered = configuration(await tool.call("GetConfiguration", { key: asked }));
    assertEquals(answered.unknownKey, []);
    assertEquals(answered.configurationKey.map(({ key }) => key).toSorted(), asked.toSorted());
  },

  async TC_021_CS({ tool }) {
    const key = "MeterValueSampleInterval";
    const value = String(sampleIntervalS);
    assert((await reported(tool, key))?.value !== value);
    await accepted(tool, "ChangeConfiguration", { key, value });
    assertEquals((await reported(tool, key))?.value, value);
  },

  async TC_040_1_CS({ tool }) {
    await assertVerdict(tool, "ChangeConfiguration", { key: "Testing", value: "true" }, "NotSupported");
  },

  async TC_040_2_CS({ tool }) {
    const negative = { key: "MeterValueSampleInterval", value: "-1" };
    const refusals = ["Rejected", "PropertyConstraintViolation"];
    await assertVerdict(tool, "ChangeConfiguration", negative, ...refusals);
  },
} satisfies Record<string, Case>;

/** What is absent, or has not the access that it must have. */
function missingKeys(
  required: Readonly<Record<string, Access>>,
  all: readonly KeyValue[],
): readonly string[] {
  return Object.entries(required).flatMap(([key, access]) => {
    const found = all.find((one) => one.key === key);
    if (found === undefined) return [`${key} is missing`];
    const is = found.readonly ? "R" : "RW";
    return access === is || access === "R or RW" ? [] : [`${key} is ${is}, not ${access}`];
  });
}
