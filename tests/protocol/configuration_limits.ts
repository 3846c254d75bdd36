/** A station's limits for the tests of its configuration keys: each number its own, so that no key can pass for another. */
import type { ConfigurationLimits } from "../../protocol/configuration.ts";

export const limits: ConfigurationLimits = {
  numberOfConnectors: 2,
  supportedFeatureProfiles: ["Core", "RemoteTrigger"],
  phaseRotations: ["RST", "RST", "NotApplicable"],
  measurands: {
    sampled: ["Energy.Active.Import.Register", "Power.Active.Import", "SoC"],
    clockAligned: ["Energy.Active.Import.Register", "Voltage"],
  },
  getConfigurationMaxKeys: 4,
  meterValuesAlignedDataMaxLength: 5,
  meterValuesSampledDataMaxLength: 2,
  stopTransactionMaxMeterValues: 1_000,
  stopTxnAlignedDataMaxLength: 1,
  stopTxnSampledDataMaxLength: 6,
  heartbeatIntervalS: { min: 60, max: 18_000, default: 300 },
  meterValueSampleIntervalS: { min: 0, max: 300, default: 61 },
  webSocketPingIntervalS: 5,
  connectionTimeOutS: 45,
  transactionMessageAttempts: 3,
  transactionMessageRetryIntervalS: 62,
  resetRetries: 7,
  localAuthorizeOffline: true,
  localAuthListMaxLength: 63,
  sendLocalListMaxLength: 8,
  chargeProfileMaxStackLevel: 9,
  chargingScheduleMaxPeriods: 64,
  maxChargingProfilesInstalled: 11,
  chargingRateUnits: ["W", "A"],
  currentMaxA: 31.5,
  functions: {
    authorizationCache: true,
    authorizationKey: true,
    localAuthList: true,
    maxEnergyOnInvalidId: true,
    minimumStatusDuration: true,
    offlineTxForUnknownId: true,
    reservation: true,
    security: true,
    smartCharging: true,
  },
  reserveConnectorZero: true,
  stopTransactionOnEVSideDisconnect: { access: "RW", default: false },
  unlockConnectorOnEVSideDisconnect: { access: "RW", default: true },
};

/** The same station with none of the functions that it can do without. */
export const bare: ConfigurationLimits = {
  ...limits,
  functions: {
    authorizationCache: false,
    authorizationKey: false,
    localAuthList: false,
    maxEnergyOnInvalidId: false,
    minimumStatusDuration: false,
    offlineTxForUnknownId: false,
    reservation: false,
    security: false,
    smartCharging: false,
  },
};
