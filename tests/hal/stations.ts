/**
 * The shipped station profiles, loaded once for the tests that stand on them.
 *
 * Law: none; what they hold is tested in station_profile_test.ts.
 */
import referenceDcJson from "../../hal/stations/reference-dc.json" with { type: "json" };
import acTwoSocketsJson from "../../hal/stations/ac-two-sockets.json" with { type: "json" };
import dcFourJson from "../../hal/stations/dc-four.json" with { type: "json" };
import { StationProfile } from "../../hal/station_profile.ts";

export const referenceDc: StationProfile = StationProfile.parse(referenceDcJson);
export const acTwoSockets: StationProfile = StationProfile.parse(acTwoSocketsJson);
export const dcFour: StationProfile = StationProfile.parse(dcFourJson);

/** The reference without backup power, as it is built where it has none: it learns of the end at the next boot. */
export const stopAfterReboot: StationProfile = {
  ...referenceDc,
  powerLoss: { ...referenceDc.powerLoss, holdUpTimeS: 0, onPowerLoss: "stopAfterReboot" },
};

/** The reference with every optional feature profile off. */
export const coreOnly: StationProfile = {
  ...referenceDc,
  featureProfiles: ["Core"],
  options: { ...referenceDc.options, reserveConnectorZero: false },
  firmware: { ...referenceDc.firmware, secureUpdate: false },
};
