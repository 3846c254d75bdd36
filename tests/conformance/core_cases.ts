/**
 * The Core cases of the OCTT for a charge point, by id and title, in the order of `conformance/octt.md` §3.
 *
 * Law: the list is the lab's; whether a station of ours can run a case is said in `matrix.ts`.
 */

export const coreCases = {
  TC_001_CS: "Cold Boot Charge Point",
  TC_002_CS: "Cold Boot Charge Point - Pending",
  TC_003_CS: "Regular Charging Session - Plugin First",
  TC_004_1_CS: "Regular Charging Session - Identification First",
  TC_004_2_CS: "Identification First - ConnectionTimeOut",
  TC_068_CS: "Stop transaction - IdTag equals the one of StartTransaction",
  TC_069_CS: "Stop transaction - same ParentIdTag",
  TC_005_1_CS: "EV side disconnected - stop=true, unlock=true",
  TC_005_2_CS: "EV side disconnected - stop=true, unlock=false",
  TC_005_3_CS: "EV side disconnected - stop=false, unlock=false",
  TC_007_1_CS: "Regular Start - Cached Id (local)",
  TC_007_2_CS: "Remote Start - Cached Id",
  TC_061_1_CS: "Clear Authorization Cache - Local",
  TC_061_2_CS: "Clear Authorization Cache - Remote",
  TC_010_CS: "Remote Start - Cable Plugged in First",
  TC_011_1_CS: "Remote Start - Remote Start First",
  TC_011_2_CS: "Remote Start - Time Out",
  TC_012_CS: "Remote Stop Charging Session",
  TC_013_CS: "Hard Reset Without transaction",
  TC_014_CS: "Soft Reset Without Transaction",
  TC_015_CS: "Hard Reset With Transaction",
  TC_016_CS: "Soft Reset With Transaction",
  TC_017_1_CS: "Unlock connector - no session, not fixed cable",
  TC_017_2_CS: "Unlock connector - no session, fixed cable",
  TC_018_1_CS: "Unlock Connector - with session, not fixed cable",
  TC_018_2_CS: "Unlock Connector - with session, fixed cable",
  TC_019_CS: "Retrieve configuration",
  TC_021_CS: "Change/set Configuration",
  TC_070_CS: "Sampled Meter Values",
  TC_071_CS: "Clock-aligned Meter Values",
  TC_023_4_CS: "Start local session - Authorize invalid",
  TC_023_5_CS: "Start remote session - Authorize invalid",
  TC_024_CS: "Start Charging Session - Lock Failure",
  TC_026_CS: "Remote Start - Rejected",
  TC_027_CS: "Remote start - connector id shall not be 0",
  TC_028_CS: "Remote Stop Transaction - Rejected",
  TC_030_CS: "Unlock Connector - Unlock Failure",
  TC_031_CS: "Unlock Connector - Unknown Connector",
  TC_032_1_CS: "Power failure - stop before going down",
  TC_032_2_CS: "Power failure - stop after reboot",
  TC_034_CS: "Power Failure with Unavailable Status",
  TC_036_CS: "Connection Loss During Transaction",
  TC_037_1_CS: "Offline Start - Valid IdTag",
  TC_037_2_CS: "Offline Start - Invalid IdTag, StopTransactionOnInvalidId=false",
  TC_037_3_CS: "Offline Start - Invalid IdTag, StopTransactionOnInvalidId=true",
  TC_038_CS: "Offline Stop Transaction",
  TC_039_CS: "Offline Transaction",
  TC_040_1_CS: "Configuration key - NotSupported",
  TC_040_2_CS: "Configuration key - Invalid value",
  TC_041_CS: "Fault Behavior",
  TC_062_CS: "Data Transfer to a Charge Point",
} as const;

export type CoreCaseId = keyof typeof coreCases;

export const coreCaseIds = Object.keys(coreCases) as readonly CoreCaseId[];
