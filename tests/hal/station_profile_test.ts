/**
 * The station profile: the reference is the certificate's statement row by row, and a broken profile is told why.
 *
 * Law: `conformance/pics.md` is the oracle; each row of its tables is a row here, under its own id.
 */
import { assertEquals } from "@std/assert";
import { judgeHandwritten } from "../../hal/handwritten.ts";
import { StationProfile } from "../../hal/station_profile.ts";
import { acTwoSockets, dcFour, referenceDc } from "./stations.ts";

const profile = referenceDc;
const [connector] = profile.connectors;
const options = profile.options;
const limits = profile.limits;

/** Id in `conformance/pics.md`, what the profile says, what the certificate says. */
const statement: readonly (readonly [string, unknown, unknown])[] = [
  ["Certified profiles", [...profile.featureProfiles].sort(), [
    "Core",
    "FirmwareManagement",
    "LocalAuthListManagement",
    "RemoteTrigger",
    "Reservation",
    "SmartCharging",
  ]],
  ["HFS-1, HFS-2", connector?.cable, "fixed"],
  ["HFS-3, HFS-4", connector?.current, "DC"],
  ["HFS-5..7", connector?.current === "AC" ? connector.phases : "no AC, no phases", "no AC, no phases"],
  ["HFS-8", profile.connectors.map(({ id, connectorType }) => [id, connectorType]), [[1, "cCCS1"]]],
  ["HFS-9", profile.communication, ["Wi-Fi", "Ethernet", "mobile"]],
  ["HFS-10", profile.reader, "station"],
  ["C-01", profile.firstValues.LocalAuthorizeOffline, true],
  ["C-02", options.offlineTxForUnknownId, true],
  ["C-03", options.maxEnergyOnInvalidId, false],
  ["C-04", options.authorizationCache, true],
  ["C-05", options.minimumStatusDuration, false],
  ["C-06.1, C-06.2", options.StopTransactionOnEVSideDisconnect, { access: "ReadOnly", value: true }],
  ["C-09.1", profile.measurands.sampled, ["Energy.Active.Import.Register"]],
  ["C-09.2", profile.measurands.clockAligned, ["Energy.Active.Import.Register"]],
  ["SC-1.1, SC-1.2", profile.smartCharging.chargingRateUnits, ["A"]],
  ["R-1", options.reserveConnectorZero, true],
  ["F-1", profile.firmware.secureUpdate, true],
  ["SEC-1, SEC-2, SEC-3", profile.security.securityProfiles, [1, 2, 3]],
  ["SEC-4", profile.security.tlsCipherSuites, [
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
  ]],
  ["AQ-1", profile.security.removesLastCentralSystemRootCertificate, false],
  ["AQ-2", connector?.lock, false],
  ["AQ-3", profile.security.removesLastChargePointCertificate, false],
  ["AQ-4", profile.firmware.downloadDuringTransaction, false],
  // The driver chooses a connector first only where each has a reader of its own; IEC 61851-1 charging is AC.
  ["AQ-5", profile.reader === "connector", false],
  ["AQ-6", profile.connectors.some(({ current }) => current === "AC"), false],
  ["AQ-7.1, AQ-7.2", profile.powerLoss.onPowerLoss, "stopBeforeGoingDown"],
  ["ORS-1", limits.GetConfigurationMaxKeys, 5],
  ["ORS-2", limits.MeterValuesAlignedDataMaxLength, 200],
  ["ORS-3", limits.MeterValuesSampledDataMaxLength, 200],
  ["ORS-4, ORS-5", profile.bounds.MeterValueSampleInterval, { least: 0, most: 300 }],
  ["ORS-6, ORS-7", profile.bounds.HeartbeatInterval, { least: 60, most: 18_000 }],
  ["ORS-8", limits.StopTransactionMaxMeterValues, 2_147_483_647],
  ["ORS-9", limits.StopTxnAlignedDataMaxLength, 200],
  ["ORS-10", limits.StopTxnSampledDataMaxLength, 200],
  ["ORS-11", profile.firstValues.WebSocketPingInterval, 5],
  ["ORS-12", limits.LocalAuthListMaxLength, 5],
  ["ORS-13", limits.SendLocalListMaxLength, 5],
  ["ORS-14", limits.ChargeProfileMaxStackLevel, 3],
  ["ORS-15", limits.ChargingScheduleMaxPeriods, 300],
  ["ORS-16", profile.firmware.fileTransferProtocols, ["HTTP", "HTTPS", "FTP", "FTPS"]],
  ["output", [connector?.maxPowerW, connector?.maxCurrentA], [50_000, 125]],
  ["output voltage", connector?.current === "DC" && [connector.voltageMinV, connector.voltageMaxV], [
    200,
    1_000,
  ]],
  ["MaxChargingProfilesInstalled", limits.MaxChargingProfilesInstalled, 20],
  ["CertificateStoreMaxLength", limits.CertificateStoreMaxLength, 20],
  ["CertificateSignedMaxChainSize", limits.CertificateSignedMaxChainSize, 10_000],
  ["AdditionalRootCertificateCheck", limits.AdditionalRootCertificateCheck, false],
  ["ConnectionTimeOut", profile.firstValues.ConnectionTimeOut, 60],
  ["TransactionMessageAttempts", profile.firstValues.TransactionMessageAttempts, 3],
  ["TransactionMessageRetryInterval", profile.firstValues.TransactionMessageRetryInterval, 60],
  ["ResetRetries", profile.firstValues.ResetRetries, 1],
  ["hold-up time", profile.powerLoss.holdUpTimeS, 5],
  ["UnlockConnectorOnEVSideDisconnect", options.UnlockConnectorOnEVSideDisconnect, {
    access: "ReadOnly",
    value: false,
  }],
];

for (const [id, said, certified] of statement) {
  Deno.test({
    name: `reference-dc says what the certificate says: ${id}`,
    permissions: "none",
    fn: () => assertEquals(said, certified),
  });
}

Deno.test({
  name: "ac-two-sockets has what the fixed-cable DC station cannot run (octt.md, section 8)",
  permissions: "none",
  fn: () => {
    for (const { cable, lock, current } of acTwoSockets.connectors) {
      assertEquals([cable, lock, current], ["detachable", true, "AC"]);
    }
    assertEquals(acTwoSockets.connectors.length, 2);
    // TC_005_3 needs it writable, TC_032_2 a station without backup power.
    assertEquals(acTwoSockets.options.StopTransactionOnEVSideDisconnect.access, "ReadWrite");
    assertEquals(acTwoSockets.powerLoss, {
      holdUpTimeS: 0,
      onPowerLoss: "resume",
      checkpointIntervalS: 10,
    });
    assertEquals(acTwoSockets.options.maxEnergyOnInvalidId, true);
    assertEquals(acTwoSockets.options.minimumStatusDuration, true);
  },
});

Deno.test({
  name: "dc-four is large: four connectors of 150 kW and 400 A, each with a reader",
  permissions: "none",
  fn: () => {
    assertEquals(dcFour.connectors.map(({ maxPowerW }) => maxPowerW), [150_000, 150_000, 150_000, 150_000]);
    assertEquals(dcFour.connectors.map(({ maxCurrentA }) => maxCurrentA), [400, 400, 400, 400]);
    assertEquals(dcFour.reader, "connector");
    assertEquals(dcFour.measurands.sampled.includes("SoC"), true);
  },
});

/** What is changed in a profile (`a.b.0`: into what), and the beginning of the one complaint that follows. */
const broken: readonly (readonly [StationProfile, Readonly<Record<string, unknown>>, string])[] = [
  [referenceDc, { name: "Große Säule" }, "name: write a name of at most 50 small letters"],
  [referenceDc, { nam: "x" }, 'remove the field "nam", which is not known; did you mean "name"?'],
  [referenceDc, { reader: "both" }, 'reader: write "station" or "connector", not "both"'],
  [referenceDc, { reader: undefined }, 'reader: write "station" or "connector"; it is missing'],
  [referenceDc, { connectors: [] }, "connectors: write at least 1 elements"],
  [referenceDc, { "connectors.0.id": 2 }, "connectors.0.id: write 1, its place in the list, not 2"],
  [referenceDc, { "connectors.0.current": "XX" }, 'connectors.0.current: write "AC" or "DC", not "XX"'],
  [referenceDc, { "connectors.0.maxPowerW": 0 }, "connectors.0.maxPowerW: write more than 0, not 0"],
  [
    referenceDc,
    { "connectors.0.lock": true },
    "connectors.0.lock: write false, for a fixed cable has no lock",
  ],
  [
    referenceDc,
    { "connectors.0.connectorType": "sType2" },
    "connectors.0.connectorType: write a captive one",
  ],
  [referenceDc, { "connectors.0.voltageMinV": 1_001 }, "connectors.0.voltageMinV: write at most voltageMaxV"],
  [referenceDc, { "connectors.0.maxPowerW": 125_001 }, "connectors.0.maxPowerW: write at most 125000, which"],
  [
    referenceDc,
    { "connectors.0.cable": "detachable", "connectors.0.connectorType": "sType2" },
    'connectors.0.cable: write "fixed", for DC flows through no other cable, not "detachable"',
  ],
  [acTwoSockets, { "connectors.1.phases": 4 }, "connectors.1.phases: write 1 or 2 or 3, not 4"],
  [acTwoSockets, { "connectors.1.maxPowerW": 22_081 }, "connectors.1.maxPowerW: write at most 22080, which"],
  [acTwoSockets, { "connectors.0.connectorType": "cType2" }, "connectors.0.connectorType: write a socket"],
  [referenceDc, { communication: ["Ethernet", "Ethernet"] }, "communication.1: write each of them once, not"],
  [
    referenceDc,
    { "options.UnlockConnectorOnEVSideDisconnect.value": true },
    "options.UnlockConnectorOnEVSideDisconnect.value: write false, for every cable is fixed, not true",
  ],
  [
    referenceDc,
    { "options.UnlockConnectorOnEVSideDisconnect.access": "ReadWrite" },
    'options.UnlockConnectorOnEVSideDisconnect.access: write "ReadOnly", for every cable is fixed',
  ],
  [referenceDc, { "powerLoss.holdUpTimeS": 0 }, "powerLoss.holdUpTimeS: write more than 0, for"],
  [referenceDc, { "powerLoss.holdUpTimeS": -1 }, "powerLoss.holdUpTimeS: write at least 0, not -1"],
  [
    referenceDc,
    { "powerLoss.checkpointIntervalS": 11 },
    "powerLoss.checkpointIntervalS: write at most 10, not 11",
  ],
  [
    referenceDc,
    { "measurands.sampled": ["Energy.Active.Import.Register", "Frequency"] },
    'measurands.sampled.1: write one that DC has, not "Frequency"',
  ],
  [
    acTwoSockets,
    { "measurands.clockAligned": ["Energy.Active.Import.Register", "SoC"] },
    "measurands.clockAligned.1: write one that AC has, for a car tells its state of charge over DC",
  ],
  [
    dcFour,
    { "measurands.sampled": ["Voltage"] },
    "measurands.sampled: write Energy.Active.Import.Register among them",
  ],
  [
    referenceDc,
    { featureProfiles: ["FirmwareManagement", "Reservation"] },
    'featureProfiles: write Core among them, for no station does without, not "FirmwareManagement,Reservation"',
  ],
  [
    referenceDc,
    { featureProfiles: ["Core", "FirmwareManagement"] },
    "options.reserveConnectorZero: write false, for the feature profile Reservation is off, not true",
  ],
  [
    referenceDc,
    { featureProfiles: ["Core", "Reservation"] },
    "firmware.secureUpdate: write false, for the feature profile FirmwareManagement is off, not true",
  ],
  [
    referenceDc,
    { "firmware.fileTransferProtocols": [] },
    "firmware.fileTransferProtocols: write at least one, for the feature profile FirmwareManagement is on",
  ],
  [
    referenceDc,
    { "firmware.downloadDuringTransaction": true },
    "firmware.downloadDuringTransaction: write false, not true",
  ],
  [referenceDc, { "smartCharging.chargingRateUnits": ["V"] }, "smartCharging.chargingRateUnits.0: write"],
  [
    referenceDc,
    { "security.securityProfiles": [4] },
    "security.securityProfiles.0: write 1 or 2 or 3, not 4",
  ],
  [
    referenceDc,
    { "security.tlsCipherSuites": [] },
    "security.tlsCipherSuites: write at least one, for security profiles 2 and 3 use TLS",
  ],
  [
    referenceDc,
    { "security.tlsDriver": "deno" },
    'security.tlsDriver: write "openssl", for Deno\'s own TLS has no TLS_RSA_… suites, not "deno"',
  ],
  [
    referenceDc,
    { "limits.SendLocalListMaxLength": 6 },
    "limits.SendLocalListMaxLength: write at most LocalAuthListMaxLength, which is 5, not 6",
  ],
  [
    referenceDc,
    { "limits.CertificateSignedMaxChainSize": 10_001 },
    "limits.CertificateSignedMaxChainSize: write at most 10000, not 10001",
  ],
  [
    referenceDc,
    { "limits.StopTransactionMaxMeterValues": 1 },
    "limits.StopTransactionMaxMeterValues: write at least 2",
  ],
  [
    referenceDc,
    { "bounds.HeartbeatInterval": { least: 20_000, most: 18_000 } },
    'bounds.HeartbeatInterval.least: write at most "most", which is 18000, not 20000',
  ],
  [
    referenceDc,
    { "firstValues.HeartbeatInterval": 59 },
    "firstValues.HeartbeatInterval: write 60 to 18000, for these are its bounds, not 59",
  ],
];

for (const [profile, change, complaint] of broken) {
  Deno.test({
    name: `a profile is refused: ${complaint}`,
    permissions: "none",
    fn: () => {
      const judged = judgeHandwritten(StationProfile, changed(profile, change));
      assertEquals(judged.kind, "refused");
      const problems = judged.kind === "refused" ? judged.problems : [];
      assertEquals(problems.map((problem) => problem.slice(0, complaint.length)), [complaint]);
    },
  });
}

/** A copy with other values at these paths. */
function changed(profile: StationProfile, change: Readonly<Record<string, unknown>>): unknown {
  const copy: Record<string, unknown> = structuredClone(profile);
  for (const [path, value] of Object.entries(change)) {
    const parts = path.split(".");
    const last = parts.pop() ?? "";
    const parent = parts.reduce<object>((object, part) => Reflect.get(object, part) as object, copy);
    Reflect.set(parent, last, value);
  }
  return copy;
}
