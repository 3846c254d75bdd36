/**
 * The data types that several operations share, as zod schemas and types of the same name (OCPP 1.6 §7).
 *
 * Law: what passes a schema here needs no second look at its form; what it means is judged by the operation. Unknown
 * properties are refused (OCPP-J 1.6 errata v1.0 §3.1), optional ones are left out and never null.
 */
import { z } from "zod";
import { parseDateTimeMs } from "../date_time.ts";

/**
 * Text. The specification wants printable ASCII; that is not enforced, because central systems do send more and nothing
 * here depends on it: text is kept, compared and echoed, never run. Lone surrogates are refused, since they do not survive
 * UTF-8: two different ones would become one key in the store.
 */
export const Text = z.string().refine((text) => text.isWellFormed(), { error: "well-formed Unicode text" });
export type Text = z.infer<typeof Text>;

/** CiString20Type and its kin: at most N characters (§7.15 to §7.19; errata v4.0 §3.58 to §3.62), compared without case. */
export const CiString20 = Text.max(20);
export const CiString25 = Text.max(25);
export const CiString50 = Text.max(50);
export const CiString255 = Text.max(255);
export const CiString500 = Text.max(500);

/** An identification, opaque (§7.28). */
export const IdToken = CiString20;
export type IdToken = z.infer<typeof IdToken>;

/** ISO 8601 text (§3, Time notations), as sent: read it with `parseDateTimeMs`. */
export const DateTime = z.stringFormat("date-time", (text) => parseDateTimeMs(text) !== null, {
  error: "an ISO 8601 date and time such as 2024-01-31T12:00:00Z",
});
export type DateTime = z.infer<typeof DateTime>;

/**
 * A whole number that JavaScript holds exactly: beyond ±(2^53 - 1) an id could not be echoed as it came. OCPP names no
 * width, so 32 bits are not demanded. -0 becomes 0, because as a key in the store the two differ.
 */
export const Integer = z.int().overwrite((value) => value + 0);
export type Integer = z.infer<typeof Integer>;

/** A whole number that cannot be negative. */
export const Natural = Integer.min(0);
export type Natural = z.infer<typeof Natural>;

/** 0 is the charge point itself. Whether 0 or n + 1 makes sense is for the operation to answer, by its status. */
export const ConnectorId = Natural;
export type ConnectorId = z.infer<typeof ConnectorId>;

/** At most one digit after the point (§7.13, §7.14), give or take what binary floating point makes of it. */
export const Decimal = z.number().refine((value) => Math.abs(value * 10 - Math.round(value * 10)) < 1e-6, {
  error: "a number with at most one digit after the point",
});
export type Decimal = z.infer<typeof Decimal>;

/** OCPP 1.6 §7.2. */
export const AuthorizationStatus = z.enum(["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"]);
export type AuthorizationStatus = z.infer<typeof AuthorizationStatus>;

/** OCPP 1.6 §7.27. Without `expiryDate` there is no end. */
export const IdTagInfo = z.strictObject({
  status: AuthorizationStatus,
  expiryDate: DateTime.exactOptional(),
  parentIdTag: IdToken.exactOptional(),
});
export type IdTagInfo = Readonly<z.infer<typeof IdTagInfo>>;

/** OCPP 1.6 §7.29. A known key without a value has none, or may not tell it. */
export const KeyValue = z.strictObject({
  key: CiString50,
  readonly: z.boolean(),
  value: CiString500.exactOptional(),
});
export type KeyValue = Readonly<z.infer<typeof KeyValue>>;

/** OCPP 1.6 §7.6. */
export const ChargePointErrorCode = z.enum([
  "ConnectorLockFailure",
  "EVCommunicationError",
  "GroundFailure",
  "HighTemperature",
  "InternalError",
  "LocalListConflict",
  "NoError",
  "OtherError",
  "OverCurrentFailure",
  "OverVoltage",
  "PowerMeterFailure",
  "PowerSwitchFailure",
  "ReaderFailure",
  "ResetFailure",
  "UnderVoltage",
  "WeakSignal",
]);
export type ChargePointErrorCode = z.infer<typeof ChargePointErrorCode>;

/** OCPP 1.6 §7.7. Connector 0 knows only Available, Unavailable and Faulted. */
export const ChargePointStatus = z.enum([
  "Available",
  "Preparing",
  "Charging",
  "SuspendedEVSE",
  "SuspendedEV",
  "Finishing",
  "Reserved",
  "Unavailable",
  "Faulted",
]);
export type ChargePointStatus = z.infer<typeof ChargePointStatus>;

/** Why a transaction was stopped: the specification's `Reason` (OCPP 1.6 §7.36). Local is meant when it is absent. */
export const StopReason = z.enum([
  "DeAuthorized",
  "EmergencyStop",
  "EVDisconnected",
  "HardReset",
  "Local",
  "Other",
  "PowerLoss",
  "Reboot",
  "Remote",
  "SoftReset",
  "UnlockCommand",
]);
export type StopReason = z.infer<typeof StopReason>;

/** OCPP 1.6 §7.35. Sample.Periodic is meant when it is absent. */
export const ReadingContext = z.enum([
  "Interruption.Begin",
  "Interruption.End",
  "Other",
  "Sample.Clock",
  "Sample.Periodic",
  "Transaction.Begin",
  "Transaction.End",
  "Trigger",
]);
export type ReadingContext = z.infer<typeof ReadingContext>;

/** OCPP 1.6 §7.31. Energy.Active.Import.Register is meant when it is absent. */
export const Measurand = z.enum([
  "Current.Export",
  "Current.Import",
  "Current.Offered",
  "Energy.Active.Export.Register",
  "Energy.Active.Import.Register",
  "Energy.Reactive.Export.Register",
  "Energy.Reactive.Import.Register",
  "Energy.Active.Export.Interval",
  "Energy.Active.Import.Interval",
  "Energy.Reactive.Export.Interval",
  "Energy.Reactive.Import.Interval",
  "Frequency",
  "Power.Active.Export",
  "Power.Active.Import",
  "Power.Factor",
  "Power.Offered",
  "Power.Reactive.Export",
  "Power.Reactive.Import",
  "RPM",
  "SoC",
  "Temperature",
  "Voltage",
]);
export type Measurand = z.infer<typeof Measurand>;

/** OCPP 1.6 §7.34. Absent: the value of all phases together. */
export const Phase = z.enum(["L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"]);
export type Phase = z.infer<typeof Phase>;

/** OCPP 1.6 §7.30. Outlet is meant when it is absent. */
export const Location = z.enum(["Body", "Cable", "EV", "Inlet", "Outlet"]);
export type Location = z.infer<typeof Location>;

/** OCPP 1.6 §7.45. Frequency has none: it is in hertz. The schemas' misspelt `Celcius` is not ours to send (OCPP-J errata §2.1). */
export const UnitOfMeasure = z.enum([
  "Wh",
  "kWh",
  "varh",
  "kvarh",
  "W",
  "kW",
  "VA",
  "kVA",
  "var",
  "kvar",
  "A",
  "V",
  "Celsius",
  "Fahrenheit",
  "K",
  "Percent",
]);
export type UnitOfMeasure = z.infer<typeof UnitOfMeasure>;

/** OCPP 1.6 §7.49. Raw is meant when it is absent. */
export const ValueFormat = z.enum(["Raw", "SignedData"]);
export type ValueFormat = z.infer<typeof ValueFormat>;

/** OCPP 1.6 §7.43. `value` is a decimal number as text, or the hexadecimal form of signed data. */
export const SampledValue = z.strictObject({
  value: Text,
  context: ReadingContext.exactOptional(),
  format: ValueFormat.exactOptional(),
  measurand: Measurand.exactOptional(),
  phase: Phase.exactOptional(),
  location: Location.exactOptional(),
  unit: UnitOfMeasure.exactOptional(),
});
export type SampledValue = Readonly<z.infer<typeof SampledValue>>;

/** OCPP 1.6 §7.33. All of its samples are of one instant. */
export const MeterValue = z.strictObject({
  timestamp: DateTime,
  sampledValue: z.array(SampledValue).min(1).readonly(),
});
export type MeterValue = Readonly<z.infer<typeof MeterValue>>;
