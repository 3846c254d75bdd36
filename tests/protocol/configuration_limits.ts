/** A station's limits for the tests of its configuration keys: each number its own, so that no key can pass for another. */
import type { ConfigurationLimits } from "../../protocol/configuration.ts";

export const limits: ConfigurationLimits = {
  numberOfConnectors: 2,
  supportedFeatureProfiles: ["Core", "RemoteTrigger"],
  measurands: ["Energy.Active.Import.Register", "Power.Active.Import", "SoC"],
  getConfigurationMaxKeys: 4,
  heartbeatIntervalS: { min: 60, max: 18_000, default: 300 },
  meterValueSampleIntervalS: { min: 0, max: 300, default: 61 },
  meterValuesSampledDataMaxLength: 2,
  webSocketPingIntervalS: 5,
  connectionTimeOutS: 45,
  transactionMessageAttempts: 3,
  transactionMessageRetryIntervalS: 62,
  allowOfflineTxForUnknownId: true,
  stopTransactionOnEVSideDisconnect: { access: "RW", default: false },
};
