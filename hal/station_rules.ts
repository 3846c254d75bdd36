/**
 * What the fields of a station profile must say together.
 *
 * Law: each rule is a fact of the hardware or of OCPP, and speaks up at the field that its author would change.
 */
import type { z } from "zod";
import type { StationProfile } from "./station_profile.ts";

/** Says that the field at `path`, which is `found` now, must be changed, and into what. */
type Refuse = (path: readonly (string | number)[], found: unknown, message: string) => void;

export function checkStation(profile: StationProfile, context: z.RefinementCtx): void {
  const refuse: Refuse = (path, input, message) =>
    context.addIssue({ code: "custom", path: [...path], input, message });
  checkConnectors(profile, refuse);
  checkPowerLoss(profile, refuse);
  checkMeasurands(profile, refuse);
  checkFeatures(profile, refuse);
  checkSecurity(profile, refuse);
  checkFirstValues(profile, refuse);
}

function checkConnectors(profile: StationProfile, refuse: Refuse): void {
  profile.connectors.forEach(({ id }, index) => {
    if (id !== index + 1) {
      refuse(["connectors", index, "id"], id, `write ${index + 1}, its place in the list`);
    }
  });
  refuseRepeated(profile.communication, ["communication"], refuse);

  if (profile.connectors.some((connector) => connector.cable === "detachable")) return;
  const { access, value } = profile.options.UnlockConnectorOnEVSideDisconnect;
  const path = ["options", "UnlockConnectorOnEVSideDisconnect"];
  if (access !== "ReadOnly") {
    refuse([...path, "access"], access, 'write "ReadOnly", for every cable is fixed');
  }
  if (value) refuse([...path, "value"], value, "write false, for every cable is fixed");
}

function checkPowerLoss(profile: StationProfile, refuse: Refuse): void {
  const { onPowerLoss, holdUpTimeS } = profile.powerLoss;
  if (onPowerLoss === "stopBeforeGoingDown" && holdUpTimeS === 0) {
    const message = 'write more than 0, for "stopBeforeGoingDown" needs time to report';
    refuse(["powerLoss", "holdUpTimeS"], holdUpTimeS, message);
  }
}

function checkMeasurands(profile: StationProfile, refuse: Refuse): void {
  const dc = profile.connectors.some((connector) => connector.current === "DC");
  const ac = profile.connectors.some((connector) => connector.current === "AC");
  for (const list of ["sampled", "clockAligned"] as const) {
    const path = ["measurands", list];
    const measurands = profile.measurands[list];
    refuseRepeated(measurands, path, refuse);
    if (!measurands.includes("Energy.Active.Import.Register")) {
      const message = "write Energy.Active.Import.Register among them: it is what OCPP 1.6 §9.1 begins with";
      refuse(path, measurands.join(), message);
    }
    measurands.forEach((measurand, index) => {
      if (measurand === "SoC" && !dc) {
        refuse(
          [...path, index],
          measurand,
          "write one that AC has, for a car tells its state of charge over DC",
        );
      }
      if (measurand === "Frequency" && !ac) refuse([...path, index], measurand, "write one that DC has");
    });
  }
}

function checkFeatures(profile: StationProfile, refuse: Refuse): void {
  const on = profile.featureProfiles;
  refuseRepeated(on, ["featureProfiles"], refuse);
  refuseRepeated(profile.smartCharging.chargingRateUnits, ["smartCharging", "chargingRateUnits"], refuse);
  if (!on.includes("Core")) {
    refuse(["featureProfiles"], on.join(), "write Core among them, for no station does without");
  }
  if (profile.options.reserveConnectorZero && !on.includes("Reservation")) {
    const message = "write false, for the feature profile Reservation is off";
    refuse(["options", "reserveConnectorZero"], true, message);
  }

  const { fileTransferProtocols, secureUpdate } = profile.firmware;
  refuseRepeated(fileTransferProtocols, ["firmware", "fileTransferProtocols"], refuse);
  if (on.includes("FirmwareManagement") && fileTransferProtocols.length === 0) {
    const message = "write at least one, for the feature profile FirmwareManagement is on";
    refuse(["firmware", "fileTransferProtocols"], fileTransferProtocols.join(), message);
  }
  if (secureUpdate && !on.includes("FirmwareManagement")) {
    const message = "write false, for the feature profile FirmwareManagement is off";
    refuse(["firmware", "secureUpdate"], secureUpdate, message);
  }
}

function checkSecurity(profile: StationProfile, refuse: Refuse): void {
  const { securityProfiles, tlsCipherSuites, tlsDriver } = profile.security;
  refuseRepeated(securityProfiles, ["security", "securityProfiles"], refuse);
  refuseRepeated(tlsCipherSuites, ["security", "tlsCipherSuites"], refuse);
  if (tlsCipherSuites.length === 0 && securityProfiles.some((number) => number >= 2)) {
    const message = "write at least one, for security profiles 2 and 3 use TLS";
    refuse(["security", "tlsCipherSuites"], tlsCipherSuites.join(), message);
  }
  if (tlsDriver === "deno" && tlsCipherSuites.some((suite) => suite.startsWith("TLS_RSA_"))) {
    const message = 'write "openssl", for Deno\'s own TLS has no TLS_RSA_… suites';
    refuse(["security", "tlsDriver"], tlsDriver, message);
  }
}

function checkFirstValues(profile: StationProfile, refuse: Refuse): void {
  for (const key of ["MeterValueSampleInterval", "HeartbeatInterval"] as const) {
    const { least, most } = profile.bounds[key];
    const first = profile.firstValues[key];
    if (least <= most && (first < least || first > most)) {
      refuse(["firstValues", key], first, `write ${least} to ${most}, for these are its bounds`);
    }
  }
}

function refuseRepeated(list: readonly (string | number)[], path: readonly string[], refuse: Refuse): void {
  list.forEach((item, index) => {
    if (list.indexOf(item) < index) refuse([...path, index], item, "write each of them once");
  });
}
