/** Which code and which words a payload's defect gets (OCPP-J 1.6 §4.2.3; spec/rpc.md §5, hostile values of rows 14 to 18). */
import { assert, assertEquals } from "@std/assert";
import type { z } from "zod";
import type { RpcErrorCode } from "../../protocol/frame.ts";
import * as core from "../../protocol/messages/core.ts";
import { TriggerMessageRequest } from "../../protocol/messages/remote_trigger.ts";
import { parsePayload } from "../../protocol/payload.ts";

/** `payload` is JSON text, so that nothing stands here that could not come over the wire. */
function check(schema: z.ZodType, payload: string, errorCode: RpcErrorCode, errorDescription: string): void {
  Deno.test(
    { name: `parsePayload: ${payload.slice(0, 60)}: ${errorDescription}`, permissions: "none" },
    () => {
      assertEquals(parsePayload(schema, JSON.parse(payload)), {
        kind: "invalid",
        errorCode,
        errorDescription,
      });
    },
  );
}

function checkValid(schema: z.ZodType, payload: string, value: unknown): void {
  Deno.test({ name: `parsePayload: ${payload.slice(0, 60)} is valid`, permissions: "none" }, () => {
    assertEquals(parsePayload(schema, JSON.parse(payload)), { kind: "valid", value });
  });
}

const {
  BootNotificationResponse,
  ChangeAvailabilityRequest,
  ChangeConfigurationRequest,
  DataTransferRequest,
  GetConfigurationRequest,
  HeartbeatRequest,
  MeterValuesRequest,
  RemoteStartTransactionRequest,
  ResetRequest,
  StartTransactionResponse,
} = core;

checkValid(ResetRequest, `{"type":"Hard"}`, { type: "Hard" });
checkValid(HeartbeatRequest, `{}`, {});
checkValid(ChangeAvailabilityRequest, `{"connectorId":1.0,"type":"Operative"}`, {
  connectorId: 1,
  type: "Operative",
});
checkValid(StartTransactionResponse, `{"idTagInfo":{"status":"Accepted"},"transactionId":-1}`, {
  idTagInfo: { status: "Accepted" },
  transactionId: -1,
});
checkValid(TriggerMessageRequest, `{"requestedMessage":"Frobnicate"}`, { requestedMessage: "Frobnicate" });
checkValid(DataTransferRequest, `{"vendorId":"\\r\\n\`; reboot\`$(id)<b>%s"}`, {
  vendorId: "\r\n`; reboot`$(id)<b>%s",
});

// Not an object.
check(ResetRequest, `[]`, "FormationViolation", "the payload is an array, not an object");
check(ResetRequest, `"Hard"`, "FormationViolation", "the payload is a string, not an object");
check(ResetRequest, `null`, "FormationViolation", "the payload is null, not an object");

// Missing.
check(ResetRequest, `{}`, "ProtocolError", "type is missing and required");
check(ChangeConfigurationRequest, `{"key":"K"}`, "ProtocolError", "value is missing and required");
check(
  ChangeAvailabilityRequest,
  `{"ConnectorId":1,"type":"Operative"}`,
  "ProtocolError",
  "connectorId is missing and required",
);
check(
  StartTransactionResponse,
  `{"idTagInfo":{},"transactionId":1}`,
  "ProtocolError",
  "idTagInfo.status is missing and required",
);

// Wrong type; null for something optional is one.
check(
  ChangeAvailabilityRequest,
  `{"connectorId":"1","type":"Operative"}`,
  "TypeConstraintViolation",
  "connectorId is a string, not a number",
);
check(
  ChangeAvailabilityRequest,
  `{"connectorId":1.5,"type":"Operative"}`,
  "TypeConstraintViolation",
  "connectorId is 1.5, not an integer",
);
check(
  ChangeAvailabilityRequest,
  `{"connectorId":1e999,"type":"Operative"}`,
  "TypeConstraintViolation",
  "connectorId is Infinity, not a number",
);
check(
  ChangeAvailabilityRequest,
  `{"connectorId":null,"type":"Operative"}`,
  "TypeConstraintViolation",
  "connectorId is null, not a number",
);
check(ResetRequest, `{"type":7}`, "TypeConstraintViolation", "type is a number, not a string");
check(ResetRequest, `{"type":null}`, "TypeConstraintViolation", "type is null, not a string");
check(
  DataTransferRequest,
  `{"vendorId":"v","data":{"a":1}}`,
  "TypeConstraintViolation",
  "data is an object, not a string",
);
check(GetConfigurationRequest, `{"key":"K"}`, "TypeConstraintViolation", "key is a string, not an array");
check(
  GetConfigurationRequest,
  `{"key":["K",7]}`,
  "TypeConstraintViolation",
  "key[1] is a number, not a string",
);

// A literal that does not exist.
check(
  ResetRequest,
  `{"type":"hard"}`,
  "PropertyConstraintViolation",
  `type is "hard", not one of Hard, Soft`,
);
check(
  ResetRequest,
  `{"type":"${"x".repeat(99)}"}`,
  "PropertyConstraintViolation",
  `type is "${"x".repeat(39)}…", not one of Hard, Soft`,
);

// Out of bounds, too long, not well-formed.
check(
  ChangeAvailabilityRequest,
  `{"connectorId":-1,"type":"Operative"}`,
  "PropertyConstraintViolation",
  "connectorId is -1, not at least 0",
);
check(
  StartTransactionResponse,
  `{"idTagInfo":{"status":"Accepted"},"transactionId":9007199254740993}`,
  "PropertyConstraintViolation",
  "transactionId is 9007199254740992, not at most 9007199254740991",
);
check(
  TriggerMessageRequest,
  `{"requestedMessage":"${"x".repeat(51)}"}`,
  "PropertyConstraintViolation",
  "requestedMessage has 51 characters, not at most 50",
);
check(
  DataTransferRequest,
  `{"vendorId":"\\ud800"}`,
  "PropertyConstraintViolation",
  "vendorId is not well-formed Unicode text",
);

// Dates.
check(
  BootNotificationResponse,
  `{"status":"Accepted","currentTime":"2024-02-30T00:00:00Z","interval":300}`,
  "PropertyConstraintViolation",
  `currentTime is "2024-02-30T00:00:00Z", not an ISO 8601 date and time such as 2024-01-31T12:00:00Z`,
);
check(
  BootNotificationResponse,
  `{"status":"Accepted","currentTime":1706702400,"interval":300}`,
  "TypeConstraintViolation",
  "currentTime is a number, not a string",
);

// Too few elements.
check(
  MeterValuesRequest,
  `{"connectorId":1,"meterValue":[]}`,
  "OccurenceConstraintViolation",
  "meterValue has 0 elements, not at least 1",
);

// Properties that OCPP 1.6 does not know.
check(
  HeartbeatRequest,
  `{"now":true}`,
  "FormationViolation",
  `the payload has the property "now", which OCPP 1.6 does not know there`,
);
check(
  HeartbeatRequest,
  `{"__proto__":{}}`,
  "FormationViolation",
  `the payload has the property "__proto__", which OCPP 1.6 does not know there`,
);
check(
  ResetRequest,
  `{"type":"Hard","constructor":{}}`,
  "FormationViolation",
  `the payload has the property "constructor", which OCPP 1.6 does not know there`,
);
check(
  StartTransactionResponse,
  `{"idTagInfo":{"status":"Accepted","${"n".repeat(60)}":1},"transactionId":1}`,
  "FormationViolation",
  `idTagInfo has the property "${"n".repeat(39)}…", which OCPP 1.6 does not know there`,
);

// Charging profiles: what errata v4.0 §3.38 prescribes for their literals, and the places of their defects.
function profile(schedule: string): string {
  return `{"idTag":"T","chargingProfile":{"chargingProfileId":1,"stackLevel":0,"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Relative","chargingSchedule":${schedule}}}`;
}
const unknownUnit = profile(
  `{"chargingRateUnit":"kW","chargingSchedulePeriod":[{"startPeriod":0,"limit":1}]}`,
);
const finePeriod = profile(
  `{"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":10.55}]}`,
);
const noPeriod = profile(`{"chargingRateUnit":"A","chargingSchedulePeriod":[]}`);
const inSchedule = "chargingProfile.chargingSchedule";
check(
  RemoteStartTransactionRequest,
  unknownUnit,
  "PropertyConstraintViolation",
  `${inSchedule}.chargingRateUnit is "kW", not one of A, W`,
);
check(
  RemoteStartTransactionRequest,
  finePeriod,
  "PropertyConstraintViolation",
  `${inSchedule}.chargingSchedulePeriod[0].limit is not a number with at most one digit after the point`,
);
check(
  RemoteStartTransactionRequest,
  noPeriod,
  "OccurenceConstraintViolation",
  `${inSchedule}.chargingSchedulePeriod has 0 elements, not at least 1`,
);

Deno.test(
  { name: "parsePayload: -0 becomes 0, which is another key in the store", permissions: "none" },
  () => {
    const parsed = parsePayload(
      ChangeAvailabilityRequest,
      JSON.parse(`{"connectorId":-0,"type":"Operative"}`),
    );
    assert(parsed.kind === "valid" && Object.is(parsed.value.connectorId, 0));
  },
);

Deno.test({
  name: "parsePayload: the description never quotes a configuration value, whatever is wrong with it",
  permissions: "none",
}, () => {
  for (
    const value of [`"${"5ec4e7".repeat(100)}"`, "5.4e47", `{"5ec4e7":1}`, `["5ec4e7"]`, `"5ec4e7\\ud800"`]
  ) {
    const parsed = parsePayload(
      ChangeConfigurationRequest,
      JSON.parse(`{"key":"AuthorizationKey","value":${value}}`),
    );
    assert(parsed.kind === "invalid");
    assert(!/5ec4e7|5\.?4e/.test(parsed.errorDescription), parsed.errorDescription);
  }
});

Deno.test({ name: "parsePayload: the description has at most 255 characters", permissions: "none" }, () => {
  const value = {
    timestamp: "2024-01-31T12:00:00Z",
    sampledValue: [{ value: "1", measurand: "Frobnication" }],
  };
  const parsed = parsePayload(MeterValuesRequest, { connectorId: 1, meterValue: [value] });
  assert(parsed.kind === "invalid");
  assertEquals(parsed.errorDescription.length, 255);
  assert(
    parsed.errorDescription.startsWith(
      `meterValue[0].sampledValue[0].measurand is "Frobnication", not one of `,
    ),
  );
});
