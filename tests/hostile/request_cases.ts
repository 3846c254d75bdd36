/**
 * Every request of the central system that is served, each place of it in every value class (spec/messages.md §3).
 *
 * Law: the good request of each action does no harm, so that what a case does is the doing of the place that it changes.
 */
import type { RpcErrorCode } from "../../protocol/frame.ts";
import { certificateRequests } from "./certificate_requests.ts";
import type { HostileCase } from "./hostile_case.ts";
import type { ObjectShape, Variation } from "./shapes.ts";
import { object, variations } from "./shapes.ts";

/** The payload as it was read, and how many connectors there are. */
type Statuses = (
  payload: Readonly<Record<string, unknown>>,
  connectors: number,
) => readonly string[] | undefined;

export interface Request {
  readonly action: string;
  /** Where the action alone does not tell it. */
  readonly name?: string;
  readonly shape: ObjectShape;
  /** Which statuses a payload that is taken may have; undefined where that depends on more. */
  readonly statuses: Statuses;
  /** The code of the CALLERROR that a payload of good form is answered with; undefined where it is taken. */
  readonly callError?: (
    payload: Readonly<Record<string, unknown>>,
    connectors: number,
  ) => RpcErrorCode | undefined;
  /** Only this place is changed. */
  readonly place?: string;
}

/** Of no transaction. */
const unknownTransaction = 987_654_321;

const connectorId = { type: "integer", good: "1", least: 0 } as const;
const integer = { type: "integer", good: "1" } as const;
const idTag = { type: "text", good: '"HOSTILE"', most: 20 } as const;
const date = { type: "date", good: '"2026-01-01T00:00:00Z"' } as const;

const schedulePeriod = object(
  { startPeriod: { type: "integer", good: "0" }, limit: { type: "decimal", good: "16.0" } },
  { numberPhases: { type: "integer", good: "3" } },
);

const schedule = object(
  {
    chargingRateUnit: { type: "literal", good: '"A"', of: ["A", "W"] },
    chargingSchedulePeriod: { type: "list", of: schedulePeriod, least: 1 },
  },
  { duration: integer, startSchedule: date, minChargingRate: { type: "decimal", good: "6.0" } },
);

const chargingProfile = object(
  {
    chargingProfileId: integer,
    stackLevel: { type: "integer", good: "0", least: 0 },
    chargingProfilePurpose: {
      type: "literal",
      good: '"TxProfile"',
      of: ["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"],
    },
    chargingProfileKind: { type: "literal", good: '"Relative"', of: ["Absolute", "Recurring", "Relative"] },
    chargingSchedule: schedule,
  },
  {
    transactionId: integer,
    recurrencyKind: { type: "literal", good: '"Daily"', of: ["Daily", "Weekly"] },
    validFrom: date,
    validTo: date,
  },
);

const statusesOfIdTag = ["Accepted", "Blocked", "ConcurrentTx", "Expired", "Invalid"];

const requests: readonly Request[] = [
  {
    action: "ChangeAvailability",
    shape: object({
      connectorId,
      type: { type: "literal", good: '"Operative"', of: ["Inoperative", "Operative"] },
    }),
    statuses: ({ connectorId }, connectors) => Number(connectorId) > connectors ? ["Rejected"] : undefined,
  },
  {
    action: "ChangeConfiguration",
    shape: object({
      key: { type: "text", good: '"BlinkRepeat"', most: 50 },
      value: { type: "text", good: '"1"', most: 500 },
    }),
    // Not one of our keys is among the value classes.
    statuses: () => ["NotSupported"],
  },
  { action: "ClearCache", shape: object({}), statuses: () => ["Accepted"] },
  {
    action: "DataTransfer",
    shape: object({ vendorId: { type: "text", good: '"com.example"', most: 255 } }, {
      messageId: { type: "text", good: '"hello"', most: 50 },
      data: { type: "text", good: '"{\\"a\\":1}"' },
    }),
    statuses: () => ["UnknownVendorId"],
  },
  {
    action: "GetConfiguration",
    shape: object({}, {
      key: { type: "list", least: 0, of: { type: "text", good: '"HeartbeatInterval"', most: 50 } },
    }),
    statuses: () => undefined,
  },
  {
    action: "RemoteStartTransaction",
    shape: object({ idTag }, { connectorId, chargingProfile }),
    statuses: ({ connectorId }, connectors) =>
      connectorId === 0 || Number(connectorId) > connectors ? ["Rejected"] : undefined,
  },
  {
    action: "RemoteStopTransaction",
    shape: object({ transactionId: { type: "integer", good: String(unknownTransaction) } }),
    statuses: ({ transactionId }) => isSmall(Number(transactionId)) ? undefined : ["Rejected"],
  },
  {
    action: "Reset",
    shape: object({ type: { type: "literal", good: '"Soft"', of: ["Hard", "Soft"] } }),
    statuses: () => ["Accepted"],
  },
  {
    action: "TriggerMessage",
    shape: object({ requestedMessage: { type: "text", good: '"Heartbeat"', most: 50 } }, { connectorId }),
    statuses: ({ requestedMessage }) => requestedMessage === "Heartbeat" ? ["Accepted"] : ["NotImplemented"],
  },
  {
    action: "UnlockConnector",
    shape: object({ connectorId }),
    statuses: ({ connectorId }, connectors) =>
      connectorId === 0 || Number(connectorId) > connectors ? ["NotSupported"] : undefined,
  },
  {
    action: "SetChargingProfile",
    shape: object({ connectorId, csChargingProfiles: chargingProfile }),
    statuses: () => undefined,
    // Errata v4.0 §3.39.
    callError: ({ connectorId }, connectors) =>
      Number(connectorId) > connectors ? "PropertyConstraintViolation" : undefined,
  },
  {
    action: "ClearChargingProfile",
    shape: object({}, {
      id: integer,
      connectorId,
      chargingProfilePurpose: {
        type: "literal",
        good: '"TxProfile"',
        of: ["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"],
      },
      stackLevel: { type: "integer", good: "0", least: 0 },
    }),
    statuses: () => undefined,
  },
  {
    action: "GetCompositeSchedule",
    shape: object({ connectorId, duration: integer }, {
      chargingRateUnit: { type: "literal", good: '"A"', of: ["A", "W"] },
    }),
    statuses: ({ connectorId }, connectors) => Number(connectorId) > connectors ? ["Rejected"] : undefined,
  },
  { action: "CancelReservation", shape: object({ reservationId: integer }), statuses: () => ["Rejected"] },
  { action: "GetLocalListVersion", shape: object({}), statuses: () => undefined },
  {
    action: "SendLocalList",
    shape: object(
      {
        // No version that can be sent, so that the good one changes nothing.
        listVersion: { type: "integer", good: "0" },
        updateType: { type: "literal", good: '"Differential"', of: ["Differential", "Full"] },
      },
      {
        localAuthorizationList: {
          type: "list",
          least: 0,
          of: object({ idTag }, {
            idTagInfo: object(
              { status: { type: "literal", good: '"Accepted"', of: statusesOfIdTag } },
              { expiryDate: date, parentIdTag: idTag },
            ),
          }),
        },
      },
    ),
    statuses: () => undefined,
  },
  ...reservations(),
  ...triggers(),
  ...certificateRequests,
];

/** Expired before it began, so that nothing is kept from anybody; every other place is changed. How a connector is comes first (§10). */
function reservations(): readonly Request[] {
  return ["connectorId", "idTag", "parentIdTag", "reservationId"].map((place) => ({
    action: "ReserveNow",
    place,
    shape: object(
      { connectorId, expiryDate: date, idTag, reservationId: integer },
      { parentIdTag: idTag },
    ),
    statuses: () => ["Rejected", "Occupied", "Faulted", "Unavailable"],
  }));
}

/** One for each message that can be asked for, with every connectorId (OCPP 1.6 §7.32). */
function triggers(): readonly Request[] {
  const built = [
    "BootNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "StatusNotification",
  ];
  return [...built, "LogStatusNotification", "StartTransaction"].map((name) => ({
    action: "TriggerMessage",
    name: `TriggerMessage of ${name}`,
    place: "connectorId",
    shape: object({ requestedMessage: { type: "literal", good: `"${name}"`, of: [name] } }, { connectorId }),
    statuses: ({ connectorId }, connectors) => {
      if (!built.includes(name)) return ["NotImplemented"];
      const isOfConnector = name === "MeterValues" || name === "StatusNotification";
      return isOfConnector && Number(connectorId) > connectors ? ["Rejected"] : undefined;
    },
  }));
}

function isSmall(transactionId: number): boolean {
  return transactionId > 0 && transactionId < 1_000_000;
}

export function requestCases(connectors: number): readonly HostileCase[] {
  return requests.flatMap((request) =>
    [...variations(request.shape)]
      .filter(({ place }) => request.place === undefined || place === request.place)
      .map((variation) => caseOf(request, variation, connectors))
  );
}

function caseOf(
  { action, statuses, callError, name: title = action }: Request,
  variation: Variation,
  connectors: number,
): HostileCase {
  const { place, what, json, fate } = variation;
  const name = `${title}${place === "" ? "" : `.${place}`}: ${what}`;
  const texts = ({ own }: { readonly own: string }) => [`[2,"${own}","${action}",${json}]`];
  switch (fate) {
    case "ignored":
      return { name, texts, answers: () => [] };
    case "closed":
      return { name, texts, answers: () => [], closes: true };
    case "taken": {
      const payload = JSON.parse(json) ?? {};
      const verdict = callError?.(payload, connectors);
      if (verdict !== undefined) return { name, texts, answers: ({ own }) => [{ id: own, verdict, action }] };
      const known = statuses(payload, connectors);
      const status = known === undefined ? {} : { statuses: known };
      return { name, texts, answers: ({ own }) => [{ id: own, verdict: "result", action, ...status }] };
    }
    default:
      return { name, texts, answers: ({ own }) => [{ id: own, verdict: fate, action }] };
  }
}
