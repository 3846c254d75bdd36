/**
 * From the judged configuration to who this charger is.
 *
 * Law: the only place that knows where a configuration's fields go in BootNotification and in the credentials.
 */
import type { StationProfile } from "../hal/station_profile.ts";
import type { BootNotificationRequest } from "../protocol/messages/core.ts";
import type { GivenCredentials } from "./credentials.ts";
import type { SimulateConfig } from "./run_config.ts";

export function bootNotificationOf(config: SimulateConfig): BootNotificationRequest {
  return {
    chargePointVendor: config.vendor,
    chargePointModel: config.model,
    ...(config.serialNumber === undefined ? {} : { chargePointSerialNumber: config.serialNumber }),
    ...(config.firmwareVersion === undefined ? {} : { firmwareVersion: config.firmwareVersion }),
  };
}

/** `secrets`: what the files hold that the configuration and the options name. */
export function givenCredentials(
  config: SimulateConfig,
  csms: string,
  profile: StationProfile,
  secrets: Pick<GivenCredentials, "authorizationKey" | "roots">,
): GivenCredentials {
  return {
    ...secrets,
    chargePointId: config.chargePointId,
    csms,
    csmsSecure: config.csmsSecure,
    securityProfile: config.securityProfile,
    securityProfiles: [0, ...profile.security.securityProfiles],
  };
}
