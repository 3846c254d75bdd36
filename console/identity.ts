/**
 * From the judged configuration to who this charger is.
 *
 * Law: the only place that knows where a configuration's fields go in BootNotification.
 */
import type { ChargerIdentity } from "../actors/charger_config.ts";
import type { SimulateConfig } from "./run_config.ts";

export function identityOf(
  config: SimulateConfig,
  csms: string,
  password: Uint8Array | undefined,
): ChargerIdentity {
  return {
    csms,
    chargePointId: config.chargePointId,
    bootNotification: {
      chargePointVendor: config.vendor,
      chargePointModel: config.model,
      ...(config.serialNumber === undefined ? {} : { chargePointSerialNumber: config.serialNumber }),
      ...(config.firmwareVersion === undefined ? {} : { firmwareVersion: config.firmwareVersion }),
    },
    ...(password === undefined ? {} : { password }),
  };
}
