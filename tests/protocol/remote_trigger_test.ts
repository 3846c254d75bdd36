/** What TriggerMessage is answered, and what follows it (OCPP 1.6 §5.17; spec/behaviour.md §15; TC_054, TC_055). */
import { assertEquals } from "@std/assert";
import type { TriggerMessageRequest } from "../../protocol/messages/remote_trigger.ts";
import type { Registration } from "../../protocol/registration.ts";
import type { TriggerAnswer } from "../../protocol/remote_trigger.ts";
import { trigger } from "../../protocol/remote_trigger.ts";

const connectors = 2;
const rejected: TriggerAnswer = { status: "Rejected" };
const notImplemented: TriggerAnswer = { status: "NotImplemented" };

function check(
  sentence: string,
  request: TriggerMessageRequest,
  expected: TriggerAnswer,
  registration: Registration = "Accepted",
): void {
  Deno.test({ name: `TriggerMessage: ${sentence}`, permissions: "none" }, () => {
    assertEquals(trigger(request, registration, connectors), expected);
  });
}

function accepted(triggered: NonNullable<TriggerAnswer["triggered"]>): TriggerAnswer {
  return { status: "Accepted", triggered };
}

const boot = accepted({ kind: "BootNotification" });
const heartbeat = accepted({ kind: "Heartbeat" });

check(
  "errata v4.0 §3.35: no BootNotification once accepted",
  { requestedMessage: "BootNotification" },
  rejected,
);
check("TC_002: BootNotification while Pending", { requestedMessage: "BootNotification" }, boot, "Pending");
check(
  "BootNotification before the first answer",
  { requestedMessage: "BootNotification" },
  boot,
  "Unregistered",
);
check("TC_054: Heartbeat", { requestedMessage: "Heartbeat" }, heartbeat);
check("Heartbeat while Pending", { requestedMessage: "Heartbeat" }, heartbeat, "Pending");
for (const kind of ["DiagnosticsStatusNotification", "FirmwareStatusNotification"] as const) {
  check(`TC_054: ${kind}`, { requestedMessage: kind }, accepted({ kind }));
  check(`${kind} while Pending`, { requestedMessage: kind, connectorId: 9 }, accepted({ kind }), "Pending");
}
for (
  const requestedMessage of [
    "Heartbeat",
    "StatusNotification",
    "MeterValues",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
  ]
) {
  check(
    `§4.2: no ${requestedMessage} before the first answer, when only BootNotification may be sent`,
    { requestedMessage },
    rejected,
    "Unregistered",
  );
}
check(
  "§15: a connectorId that means nothing is ignored",
  { requestedMessage: "Heartbeat", connectorId: 9 },
  heartbeat,
);
check(
  "§15: the same for BootNotification",
  { requestedMessage: "BootNotification", connectorId: 9 },
  boot,
  "Pending",
);
check(
  "TC_054: StatusNotification of one connector",
  { requestedMessage: "StatusNotification", connectorId: 2 },
  accepted({ kind: "StatusNotification", connectorIds: [2] }),
);
check(
  "§15: StatusNotification of the main controller",
  { requestedMessage: "StatusNotification", connectorId: 0 },
  accepted({ kind: "StatusNotification", connectorIds: [0] }),
);
check(
  "§15: StatusNotification of all, the main controller first",
  { requestedMessage: "StatusNotification" },
  accepted({ kind: "StatusNotification", connectorIds: [0, 1, 2] }),
);
check(
  "StatusNotification of a connector that is not there",
  { requestedMessage: "StatusNotification", connectorId: 3 },
  rejected,
);
check(
  "TC_054: MeterValues of one connector",
  { requestedMessage: "MeterValues", connectorId: 1 },
  accepted({ kind: "MeterValues", connectorIds: [1] }),
);
check(
  "§15: MeterValues of all connectors",
  { requestedMessage: "MeterValues" },
  accepted({ kind: "MeterValues", connectorIds: [1, 2] }),
);
check(
  "TC_055: MeterValues of connector n + 1",
  { requestedMessage: "MeterValues", connectorId: 3 },
  rejected,
);
check(
  "MeterValues of connector 0, which has no meter",
  { requestedMessage: "MeterValues", connectorId: 0 },
  rejected,
);
for (
  const requestedMessage of [
    "StartTransaction",
    "StopTransaction",
    "heartbeat",
    "constructor",
    "",
  ]
) {
  check(
    `§15: "${requestedMessage}" is not implemented`,
    { requestedMessage, connectorId: 1 },
    notImplemented,
  );
}
