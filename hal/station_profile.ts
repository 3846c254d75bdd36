/**
 * The station profile: one kind of station as a JSON document, with its hardware, its functions and its limits.
 *
 * Law: a profile that its schema has passed contradicts itself nowhere; whoever reads it checks nothing again. The ids in
 * brackets are those of the certificate's statement, `conformance/pics.md`; `hal/stations/reference-dc.json` is that
 * statement exactly. Network and identity (CSMS, charge point id, vendor, model) belong to the configuration file.
 */
import { z } from "zod";
import { ConnectorHardware } from "./connector_hardware.ts";
import { StationBounds, StationFirstValues, StationLimits } from "./station_limits.ts";
import { checkStation } from "./station_rules.ts";

/** The measurands that the meter and board ports can tell (OCPP 1.6 §7.31). */
export const StationMeasurand = z.enum([
  "Energy.Active.Import.Register",
  "Power.Active.Import",
  "Current.Import",
  "Current.Offered",
  "Voltage",
  "SoC",
  "Temperature",
  "Frequency",
]);
export type StationMeasurand = z.infer<typeof StationMeasurand>;

/** SupportedFeatureProfiles (OCPP 1.6 §9.1). */
export const FeatureProfile = z.enum([
  "Core",
  "FirmwareManagement",
  "LocalAuthListManagement",
  "Reservation",
  "SmartCharging",
  "RemoteTrigger",
]);
export type FeatureProfile = z.infer<typeof FeatureProfile>;

/** IANA names of the suites that the two TLS drivers know between them: TLS 1.2, then 1.3. */
export const TlsCipherSuite = z.enum([
  "TLS_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
]);
export type TlsCipherSuite = z.infer<typeof TlsCipherSuite>;

/** What a measurand list may hold; Energy.Active.Import.Register is the default of OCPP and so always one of them. */
const measurands = z.array(StationMeasurand).min(1).readonly();

/** A boolean key that a station may hold fast: with `ReadOnly` ChangeConfiguration is Rejected. */
const fixableBoolean = z.strictObject({
  access: z.enum(["ReadWrite", "ReadOnly"]),
  /** Its first value; with `ReadOnly` its only one. */
  value: z.boolean(),
}).readonly();

/** Functions that a station has or has not; a key whose function is absent is not listed. */
const options = z.strictObject({
  /** AuthorizationCacheEnabled is there (C-04). */
  authorizationCache: z.boolean(),
  /** AllowOfflineTxForUnknownId is there (C-02). */
  offlineTxForUnknownId: z.boolean(),
  /** MaxEnergyOnInvalidId is there (C-03). */
  maxEnergyOnInvalidId: z.boolean(),
  /** MinimumStatusDuration is there (C-05). */
  minimumStatusDuration: z.boolean(),
  /** Fixed at true: the authorization ends when the car is unplugged, C-06.2; else it can be kept, C-06.1. */
  StopTransactionOnEVSideDisconnect: fixableBoolean,
  /** Fixed at false where no connector has a detachable cable (errata v4.0). */
  UnlockConnectorOnEVSideDisconnect: fixableBoolean,
  /** ReserveConnectorZeroSupported. */
  reserveConnectorZero: z.boolean(),
}).readonly();

const smartCharging = z.strictObject({
  /** A limit's unit: `A` per phase (with DC of output current) or `W` in all (SC-1.1, SC-1.2). */
  chargingRateUnits: z.array(z.enum(["A", "W"])).min(1).readonly(),
}).readonly();

const firmware = z.strictObject({
  /** UpdateFirmware and SignedUpdateFirmware download, GetDiagnostics and GetLog upload with these (ORS-16). */
  fileTransferProtocols: z.array(z.enum(["HTTP", "HTTPS", "FTP", "FTPS"])).readonly(),
  /** SignedUpdateFirmware.req is served (F-1). */
  secureUpdate: z.boolean(),
  /** This software waits until the transactions have ended (AQ-4: no). */
  downloadDuringTransaction: z.literal(false),
}).readonly();

const security = z.strictObject({
  /** 1 is Basic authentication, 2 adds TLS, 3 is TLS with a client certificate (SEC-1, SEC-2, SEC-3). */
  securityProfiles: z.array(z.literal([1, 2, 3])).readonly(),
  /** ChangeConfiguration of AuthorizationKey takes 16 to 20 plain characters too, as many central systems send them. */
  plainAuthorizationKey: z.boolean(),
  /** What a TLS connection offers, in this order (SEC-4). */
  tlsCipherSuites: z.array(TlsCipherSuite).readonly(),
  /** The system's OpenSSL 3, which knows them all, or Deno's own, which needs nothing and chooses among its suites itself. */
  tlsDriver: z.enum(["openssl", "deno"]),
  /** This software keeps the last one (AQ-1: no). */
  removesLastCentralSystemRootCertificate: z.literal(false),
  /** This software keeps the last one (AQ-3: no). */
  removesLastChargePointCertificate: z.literal(false),
}).readonly();

const powerLoss = z.strictObject({
  /** Seconds that the board lives on after its power-fail signal; 0 where it has no such signal. */
  holdUpTimeS: z.number().min(0).max(3_600),
  /**
   * `stopBeforeGoingDown`: StopTransaction is reported within the hold-up time (AQ-7.1). `stopAfterReboot`: it is
   * reported when power is back (AQ-7.2). `resume`: the transaction goes on when power is back.
   */
  onPowerLoss: z.enum(["stopBeforeGoingDown", "stopAfterReboot", "resume"]),
  /**
   * Seconds between two checkpoints of a running transaction: how much a cut without warning can cost where the meter does
   * not answer after it. Each is a commit while energy flows, and one a minute while none does.
   */
  checkpointIntervalS: z.int().min(1).max(10),
}).readonly();

/** What the fields' own schemas say; `StationProfile` adds what they must say together. */
const StationFields = z.strictObject({
  /** By which the command line chooses it. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,49}$/, {
    error: 'write a name of at most 50 small letters, digits and "-"',
  }),
  /** One line for a list of stations. */
  description: z.string().min(1).max(200),
  /** NumberOfConnectors is its length (HFS-8). */
  connectors: z.array(ConnectorHardware).min(1).max(100).readonly(),
  /** How it reaches the network (HFS-9). */
  communication: z.array(z.enum(["Wi-Fi", "Ethernet", "mobile"])).min(1).readonly(),
  /**
   * One RFID reader for the station, or one at each connector (HFS-10). Either starts and stops locally (C-07, C-08);
   * with one at each connector the driver chooses the connector before authorization (AQ-5).
   */
  reader: z.enum(["station", "connector"]),
  /** What can be sampled (C-09.1) and measured on the clock's grid (C-09.2). */
  measurands: z.strictObject({ sampled: measurands, clockAligned: measurands }).readonly(),
  powerLoss,
  /** SupportedFeatureProfiles: which of them are on; the security extension is on where `securityProfiles` is not empty. */
  featureProfiles: z.array(FeatureProfile).readonly(),
  options,
  smartCharging,
  firmware,
  security,
  limits: StationLimits,
  bounds: StationBounds,
  firstValues: StationFirstValues,
}).readonly();
export type StationProfile = z.infer<typeof StationFields>;

export const StationProfile = StationFields.superRefine(checkStation);
