/**
 * What a case waits for: messages of the charge point by their action and the fields that matter, in the lab's own words.
 *
 * Law: data. The two exceptions that the lab makes to every order (`conformance/octt.md` §2) are made here, once.
 */
import type { StationUnderTest } from "./lab.ts";

export type Payload = Readonly<Record<string, unknown>>;

/** A CALL of the charge point, and how it was answered. */
export interface Heard {
  readonly action: string;
  readonly payload: Payload;
  readonly answer: Payload;
  /** When it came in, on a clock that only runs forward. */
  readonly atMs: number;
}

/** One of these. */
export interface Expected {
  readonly anyOf: readonly Pattern[];
}

/** A message whose fields have one of the values each; `undefined` is a field that is left out. */
interface Pattern {
  readonly action: string;
  readonly fields: Readonly<Record<string, readonly unknown[]>>;
}

/** A list within is what may come in any order. */
export type Order = readonly (Expected | readonly Expected[])[];

export function boot(): Expected {
  return one("BootNotification", {});
}

/** SN(status), one of these; all but Faulted come without an error. */
export function status(connectorId: number, ...statuses: readonly string[]): Expected {
  const errorCode = statuses.includes("Faulted") ? {} : { errorCode: ["NoError"] };
  return one("StatusNotification", { connectorId: [connectorId], status: statuses, ...errorCode });
}

/** SN(all): one for each connector and 0, in any order, all of this status but for the connector under test. */
export function allStatuses(
  station: StationUnderTest,
  others: string,
  ...underTest: readonly string[]
): readonly Expected[] {
  return [0, ...station.connectorIds].map((id) =>
    id === station.connectorId && underTest.length > 0 ? status(id, ...underTest) : status(id, others)
  );
}

/** A file transfer that is not under way (OCPP 1.6 §7.24, §7.25). */
export function idle(action: "DiagnosticsStatusNotification" | "FirmwareStatusNotification"): Expected {
  return one(action, { status: ["Idle"] });
}

/** Of the upload that this GetLog asked for (security white paper N01). */
export function logStatus(status: string, requestId: number): Expected {
  return one("LogStatusNotification", { status: [status], requestId: [requestId] });
}

export function authorize(idTag: string): Expected {
  return one("Authorize", { idTag: [idTag] });
}

/** Without a reservation unless one is named. */
export function start(connectorId: number, idTag: string, reservationId?: number): Expected {
  return one("StartTransaction", {
    connectorId: [connectorId],
    idTag: [idTag],
    reservationId: [reservationId],
  });
}

/** `reason`: one of these; undefined where it may be left out. */
export function stop(
  transactionId: number,
  reason: readonly (string | undefined)[],
  fields: Readonly<Record<string, readonly unknown[]>> = {},
): Expected {
  return one("StopTransaction", { transactionId: [transactionId], reason, ...fields });
}

/** The central system's word about a tag is not what its local list says (OCPP 1.6 §3.5.2). */
export function localListConflict(): Expected {
  return one("StatusNotification", { connectorId: [0], errorCode: ["LocalListConflict"] });
}

/** OCPP 1.6 §7.36: a stop without a reason is a local one. */
export const local: readonly (string | undefined)[] = ["Local", undefined];

/** Whichever of these comes. */
export function or(...expected: readonly Expected[]): Expected {
  return { anyOf: expected.flatMap(({ anyOf }) => anyOf) };
}

export function fits(expected: Expected, { action, payload }: Pick<Heard, "action" | "payload">): boolean {
  return expected.anyOf.some((pattern) =>
    pattern.action === action &&
    Object.entries(pattern.fields).every(([name, values]) => values.includes(payload[name]))
  );
}

/** The order in groups, within each of which any order will do: of one message, or of two that may always swap. */
export function groupsOf(order: Order): readonly (readonly Expected[])[] {
  const groups: (readonly Expected[])[] = [];
  for (const wanted of order) {
    const last = groups.at(-1);
    if ("anyOf" in wanted && last?.length === 1 && last[0] !== undefined && maySwap(last[0], wanted)) {
      groups[groups.length - 1] = [last[0], wanted];
    } else groups.push("anyOf" in wanted ? [wanted] : wanted);
  }
  return groups;
}

export function told(expected: Expected): string {
  return expected.anyOf.map(({ action, fields }) => {
    const said = Object.entries(fields).map(([name, values]) => `${name}=${values.join("|")}`);
    return [action, ...said].join(" ");
  }).join(" or ");
}

function maySwap(one: Expected, other: Expected): boolean {
  return [[one, other], [other, one]].some(([first, second]) =>
    isStatus(first, "Charging") && isAction(second, "StartTransaction") ||
    isStatus(first, "Finishing") && isAction(second, "StopTransaction")
  );
}

function isStatus(expected: Expected | undefined, name: string): boolean {
  return isAction(expected, "StatusNotification") &&
    expected?.anyOf.some(({ fields }) => fields["status"]?.includes(name)) === true;
}

function isAction(expected: Expected | undefined, name: string): boolean {
  return expected?.anyOf.every(({ action }) => action === name) === true;
}

function one(action: string, fields: Pattern["fields"]): Expected {
  return { anyOf: [{ action, fields }] };
}
