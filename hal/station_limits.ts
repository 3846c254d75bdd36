/**
 * A station's limits and first values: what its configuration keys say and how far they may be turned.
 *
 * Law: a field that is an OCPP configuration key bears that key's name and unit (OCPP 1.6 §9 and errata v4.0). The ids in
 * brackets are those of the certificate's statement, `conformance/pics.md`.
 */
import { z } from "zod";

/** The greatest value of a signed 32-bit integer, which is what central systems store such keys in. */
const INTEGER_MAX = 2_147_483_647;

const count = z.int().min(1).max(INTEGER_MAX);
const countOrNone = z.int().min(0).max(INTEGER_MAX);
const seconds = z.int().min(0).max(INTEGER_MAX);

/** Values of read-only keys. The limit of a feature profile that is off has no effect. */
export const StationLimits = z.strictObject({
  /** Keys in one GetConfiguration.req; more are a CALLERROR OccurenceConstraintViolation (ORS-1). */
  GetConfigurationMaxKeys: count,
  /** Measurands in a list (ORS-2). */
  MeterValuesAlignedDataMaxLength: count,
  /** Measurands in a list (ORS-3). */
  MeterValuesSampledDataMaxLength: count,
  /** Meter values in the transactionData of a StopTransaction.req; begin and end are always two of them (ORS-8). */
  StopTransactionMaxMeterValues: z.int().min(2).max(INTEGER_MAX),
  /** Measurands in a list (ORS-9). */
  StopTxnAlignedDataMaxLength: count,
  /** Measurands in a list (ORS-10). */
  StopTxnSampledDataMaxLength: count,
  /** Identifications that the local list holds (ORS-12). */
  LocalAuthListMaxLength: count,
  /** Identifications in one SendLocalList.req (ORS-13); an update is one commit, which takes no more than 400. */
  SendLocalListMaxLength: z.int().min(1).max(400),
  /** The highest stackLevel (ORS-14). */
  ChargeProfileMaxStackLevel: countOrNone,
  /** Periods in one charging schedule (ORS-15); a profile is one record, which holds no more than 1,000. */
  ChargingScheduleMaxPeriods: z.int().min(1).max(1_000),
  /** Charging profiles at a time; TC_066 needs 3. All of them can be cleared in one commit, which takes no more than 400. */
  MaxChargingProfilesInstalled: z.int().min(1).max(400),
  /** Root certificates at a time (white paper, edition 3, §7). */
  CertificateStoreMaxLength: count,
  /** Characters of a certificate chain; the white paper's message holds no more than 10,000. */
  CertificateSignedMaxChainSize: z.int().min(1).max(10_000),
  /** With true there is one central system root, and only one that it signed may replace it (white paper §7). */
  AdditionalRootCertificateCheck: z.boolean(),
}).superRefine((limits, context) => {
  if (limits.SendLocalListMaxLength > limits.LocalAuthListMaxLength) {
    context.addIssue({
      code: "custom",
      path: ["SendLocalListMaxLength"],
      input: limits.SendLocalListMaxLength,
      message: `write at most LocalAuthListMaxLength, which is ${limits.LocalAuthListMaxLength}`,
    });
  }
}).readonly();
export type StationLimits = z.infer<typeof StationLimits>;

const Bounds = z.strictObject({ least: seconds, most: seconds }).superRefine((bounds, context) => {
  const { least, most } = bounds;
  if (least > most) {
    const message = `write at most "most", which is ${most}`;
    context.addIssue({ code: "custom", path: ["least"], input: least, message });
  }
}).readonly();

/** How far a key may be turned, both ends included; beyond them ChangeConfiguration is Rejected. In seconds. */
export const StationBounds = z.strictObject({
  /** 0 is off (ORS-4, ORS-5). */
  MeterValueSampleInterval: Bounds,
  /** For ChangeConfiguration; BootNotification.conf may go below and is clamped at the top (ORS-6, ORS-7). */
  HeartbeatInterval: Bounds,
}).readonly();
export type StationBounds = z.infer<typeof StationBounds>;

/** What these keys say at the very first boot; from then on it is what was stored. */
export const StationFirstValues = z.strictObject({
  /** Start offline for identifications that are known to be valid (C-01 is yes where it is true). */
  LocalAuthorizeOffline: z.boolean(),
  /** Seconds between two samples in a transaction; 0 is off. */
  MeterValueSampleInterval: seconds,
  /** Seconds of silence after which a Heartbeat is sent, until a BootNotification.conf names its own. */
  HeartbeatInterval: z.int().min(1).max(INTEGER_MAX),
  /** Seconds between two pings; 0 is none (ORS-11). */
  WebSocketPingInterval: seconds,
  /** Seconds that a driver has to plug in. */
  ConnectionTimeOut: z.int().min(1).max(INTEGER_MAX),
  /** How often a transaction message is sent that the central system fails to process, the first time included. */
  TransactionMessageAttempts: count,
  /** Seconds to the first retry; the second waits twice as long, and so on. */
  TransactionMessageRetryInterval: seconds,
  /** How often an unsuccessful reset is tried again. */
  ResetRetries: countOrNone,
}).readonly();
export type StationFirstValues = z.infer<typeof StationFirstValues>;
