/** Whose an action is, and what is answered when nobody serves it (spec/messages.md, Feature profiles → operations). */
import { assertEquals } from "@std/assert";
import type { Action, Direction, FeatureProfile } from "../../protocol/actions.ts";
import {
  findAction,
  isCentralSystemAction,
  requestSchema,
  responseSchema,
  unservedAnswer,
} from "../../protocol/actions.ts";
import type { Answer } from "../../protocol/answer.ts";
import { parsePayload } from "../../protocol/payload.ts";

function test(name: string, body: () => void): void {
  Deno.test({ name, permissions: "none" }, body);
}

/** The specification's own table, one letter a direction: P the charge point asks, C the central system, B both. */
const table: Readonly<Record<FeatureProfile, string>> = {
  Core:
    `P Authorize, P BootNotification, C ChangeAvailability, C ChangeConfiguration, C ClearCache, B DataTransfer,
    C GetConfiguration, P Heartbeat, P MeterValues, C RemoteStartTransaction, C RemoteStopTransaction, C Reset,
    P StartTransaction, P StatusNotification, P StopTransaction, C UnlockConnector`,
  FirmwareManagement:
    "C GetDiagnostics, P DiagnosticsStatusNotification, P FirmwareStatusNotification, C UpdateFirmware",
  LocalAuthListManagement: "C GetLocalListVersion, C SendLocalList",
  Reservation: "C CancelReservation, C ReserveNow",
  SmartCharging: "C ClearChargingProfile, C GetCompositeSchedule, C SetChargingProfile",
  RemoteTrigger: "C TriggerMessage",
  Security:
    `P SignCertificate, C CertificateSigned, C InstallCertificate, C DeleteCertificate, C GetInstalledCertificateIds,
    C ExtendedTriggerMessage, C GetLog, P LogStatusNotification, P SecurityEventNotification, C SignedUpdateFirmware,
    P SignedFirmwareStatusNotification`,
};
const directions: Readonly<Record<string, Direction>> = {
  P: "fromChargePoint",
  C: "fromCentralSystem",
  B: "both",
};

/** Without schemas so far; whoever builds one takes it out. */
const notBuilt = new Set([
  "GetDiagnostics",
  "SignedFirmwareStatusNotification",
  "SignedUpdateFirmware",
  "UpdateFirmware",
]);

for (const [profile, actions] of Object.entries(table)) {
  test(`findAction: ${profile} as in the specification's table`, () => {
    for (const [letter = "", name = ""] of actions.split(",").map((action) => action.trim().split(" "))) {
      const found: Action | null = findAction(name);
      assertEquals([name, found?.profile, found?.direction], [name, profile, directions[letter]]);
      const built = !notBuilt.has(name);
      assertEquals([name, found?.request !== undefined, found?.response !== undefined], [name, built, built]);
      assertEquals([name, isCentralSystemAction(name)], [name, built && letter !== "P"]);
    }
  });
}

const noNames = [
  "",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "reset",
  "Reset ",
  "ResetRequest",
  "Reset\u0000",
];
test("findAction: row 12: nothing else is an action", () => {
  assertEquals(noNames.filter((name) => findAction(name) !== null || isCentralSystemAction(name)), []);
});

function check(name: string, expected: Answer): void {
  test(`unservedAnswer: ${name.slice(0, 30)}`, () => assertEquals(unservedAnswer(name), expected));
}

function result(payload: unknown): Answer {
  return { kind: "result", payload };
}

function notSupported(errorDescription: string): Answer {
  return {
    kind: "error",
    errorCode: "NotSupported",
    errorDescription,
  };
}

function notImplemented(name: string): Answer {
  return {
    kind: "error",
    errorCode: "NotImplemented",
    errorDescription: `OCPP 1.6 has no action ${name}`,
  };
}

check("SetChargingProfile", notSupported("SetChargingProfile (SmartCharging) is not served"));
check("ClearChargingProfile", notSupported("ClearChargingProfile (SmartCharging) is not served"));
check("GetCompositeSchedule", notSupported("GetCompositeSchedule (SmartCharging) is not served"));
check("SendLocalList", result({ status: "NotSupported" }));
check("GetLocalListVersion", result({ listVersion: -1 }));
check("ReserveNow", result({ status: "Rejected" }));
check("CancelReservation", result({ status: "Rejected" }));
check("TriggerMessage", notSupported("TriggerMessage (RemoteTrigger) is not served"));
check("UpdateFirmware", notSupported("UpdateFirmware (FirmwareManagement) is not served"));
check("GetDiagnostics", notSupported("GetDiagnostics (FirmwareManagement) is not served"));
check("ExtendedTriggerMessage", notSupported("ExtendedTriggerMessage (Security) is not served"));
check("Reset", notSupported("Reset (Core) is not served"));
check("Authorize", notSupported("Authorize is for the charge point to send"));
check("Frobnicate", notImplemented(`"Frobnicate"`));
check("", notImplemented(`""`));
check("__proto__", notImplemented(`"__proto__"`));
check("reset", notImplemented(`"reset"`));
check("A".repeat(1_000_000), notImplemented(`"${"A".repeat(50)}"`));

test("requestSchema, responseSchema: belong to the action they are asked for", () => {
  assertEquals(parsePayload(requestSchema("Reset"), { type: "Soft" }), {
    kind: "valid",
    value: { type: "Soft" },
  });
  assertEquals(parsePayload(responseSchema("Reset"), { status: "Accepted" }), {
    kind: "valid",
    value: { status: "Accepted" },
  });
  assertEquals(parsePayload(responseSchema("Reset"), { type: "Soft" }).kind, "invalid");
});
