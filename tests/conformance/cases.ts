/** Every case by its id; the compiler sees that none is missing. */
import { bootCases } from "./boot_cases.ts";
import { cacheCases } from "./cache_cases.ts";
import { certificateCases } from "./certificate_cases.ts";
import { configurationCases } from "./configuration_cases.ts";
import { connectionCases } from "./connection_cases.ts";
import type { CoreCaseId } from "./core_cases.ts";
import { dataTransferCases } from "./data_transfer_cases.ts";
import type { Case } from "./lab.ts";
import { localListCases } from "./local_list_cases.ts";
import { logCases } from "./log_cases.ts";
import { meterCases } from "./meter_cases.ts";
import { offlineCases } from "./offline_cases.ts";
import type { OptionalCaseId } from "./optional_cases.ts";
import { powerCases } from "./power_cases.ts";
import { remoteCases } from "./remote_cases.ts";
import { reservationCases } from "./reservation_cases.ts";
import { resetCases } from "./reset_cases.ts";
import type { SecurityCase } from "./security_bench.ts";
import type { SecurityCaseId } from "./security_cases.ts";
import { smartChargingCases } from "./smart_charging_cases.ts";
import { startCases } from "./start_cases.ts";
import { stopCases } from "./stop_cases.ts";
import { triggerCases } from "./trigger_cases.ts";
import { unlockCases } from "./unlock_cases.ts";

export const cases: Readonly<Record<CoreCaseId | OptionalCaseId, Case>> = {
  ...bootCases,
  ...startCases,
  ...stopCases,
  ...cacheCases,
  ...remoteCases,
  ...resetCases,
  ...unlockCases,
  ...configurationCases,
  ...meterCases,
  ...powerCases,
  ...offlineCases,
  ...dataTransferCases,
  ...localListCases,
  ...triggerCases,
  ...reservationCases,
  ...smartChargingCases,
};

/** Those of the security extension, which are given doors instead of hands. */
export const casesOfSecurity: Readonly<Record<SecurityCaseId, SecurityCase>> = {
  ...connectionCases,
  ...certificateCases,
  ...logCases,
};
