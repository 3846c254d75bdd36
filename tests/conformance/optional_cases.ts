/**
 * The OCTT's cases of the optional feature profiles, by id and title, in the order of `conformance/octt.md` §4 to §6.
 *
 * Law: the list is the lab's; whether a station of ours can run a case is said in `matrix.ts`.
 */

export const optionalCases = {
  TC_008_1_CS: "Regular Start - Id in Local List (local)",
  TC_008_2_CS: "Remote Start - Id in Local List",
  TC_042_1_CS: "Get Local List Version (not supported)",
  TC_042_2_CS: "Get Local List Version (empty)",
  TC_043_CS: "Send Local Authorization List",
  TC_043_1_CS: "Send Local List - NotSupported",
  TC_043_2_CS: "Send Local List - VersionMismatch",
  TC_043_3_CS: "Send Local List - Failed",
  TC_054_CS: "Trigger Message",
  TC_055_CS: "Trigger Message - Rejected",
  TC_046_1_CS: "Reservation of a Connector - Local start",
  TC_046_2_CS: "Reservation of a Connector - Remote start",
  TC_047_CS: "Reservation of a Connector - Expire",
  TC_048_1_CS: "Reserve connector - Faulted",
  TC_048_2_CS: "Reserve connector - Occupied",
  TC_048_3_CS: "Reserve connector - Unavailable",
  TC_048_4_CS: "Reserve connector - Rejected",
  TC_049_CS: "Reservation of a Charge Point - Transaction",
  TC_050_1_CS: "Reserve Charge Point - Faulted",
  TC_050_2_CS: "Reserve Charge Point - Occupied",
  TC_050_3_CS: "Reserve Charge Point - Unavailable",
  TC_050_4_CS: "Reserve Charge Point - Rejected",
  TC_051_CS: "Cancel Reservation",
  TC_052_CS: "Cancel Reservation - Rejected",
  TC_053_1_CS: "Use a reserved Connector with parentIdTag - Local",
  TC_053_2_CS: "Use a reserved Connector with parentIdTag - Remote",
  TC_056_CS: "Central Smart Charging - TxDefaultProfile",
  TC_057_CS: "Central Smart Charging - TxProfile",
  TC_058_1_CS: "Central Smart Charging - No ongoing transaction",
  TC_058_2_CS: "Central Smart Charging - Wrong transactionId",
  TC_059_CS: "Remote Start with Charging Profile",
  TC_060_CS: "Remote Start with Charging Profile - Rejected",
  TC_066_CS: "Get Composite Schedule",
  TC_067_CS: "Clear Charging Profile",
  TC_072_CS: "Stacking Charging Profiles",
  TC_082_CS: "TxDefaultProfile with ongoing transaction",
} as const;

export type OptionalCaseId = keyof typeof optionalCases;

export const optionalCaseIds = Object.keys(optionalCases) as readonly OptionalCaseId[];
