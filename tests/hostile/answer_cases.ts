/**
 * What a hostile central system answers to the charger's own CALLs (notes/reliability.md C3, rows 11, 17, 20 and 25).
 *
 * Law: an answer that is none is as if there were none; one that breaks its schema is a CALLERROR; one that says too much is an
 * answer all the same (spec/rpc.md §6; decision D-lenient-answers).
 */
import type { Field } from "./shapes.ts";
import { deep, goodJson, object, type ObjectShape, type Variation, variations } from "./shapes.ts";

export interface AnswerCase {
  readonly name: string;
  readonly action: OwnAction;
  readonly texts: (id: string) => readonly string[];
  /** What the charger makes of it; `lost`: the connection is closed on it. */
  readonly takes: "result" | "error" | "nothing" | "lost";
  /** Of a result. */
  readonly payload: Payload;
  /** Instead of at once. */
  readonly afterMs?: number;
}

export interface Payload {
  readonly idTagInfo?: { readonly status: string; readonly expiryDate?: string };
  readonly transactionId?: number;
  readonly status?: string;
  readonly currentTime?: string;
  readonly interval?: number;
}

export type OwnAction =
  | "Authorize"
  | "BootNotification"
  | "Heartbeat"
  | "MeterValues"
  | "StartTransaction"
  | "StatusNotification"
  | "StopTransaction";

const date: Field = { type: "date", good: '"2026-01-01T00:00:00Z"' };
const statuses = ["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"];
const idTagInfo = object({ status: { type: "literal", good: '"Accepted"', of: statuses } }, {
  expiryDate: { type: "date", good: '"2090-01-01T00:00:00Z"' },
  parentIdTag: { type: "text", good: '"GROUP"', most: 20 },
});
const registrations = ["Accepted", "Pending", "Rejected"];

const shapes: readonly (readonly [action: OwnAction, shape: ObjectShape, place?: string])[] = [
  ["Authorize", object({ idTagInfo })],
  ["Heartbeat", object({ currentTime: date })],
  ["MeterValues", object({})],
  ["StartTransaction", object({ idTagInfo, transactionId: { type: "integer", good: "4711" } })],
  ["StatusNotification", object({})],
  ["StopTransaction", object({}, { idTagInfo })],
  ["BootNotification", boot("Accepted")],
  ["BootNotification", boot("Pending"), "interval"],
  ["BootNotification", boot("Rejected"), "interval"],
];

/** As row 20 has them, and around the ends of what a timer can wait. */
const intervals = [
  "0",
  "-1",
  "1",
  "2",
  "59",
  "60",
  "18000",
  "18001",
  "86400",
  "2147483",
  "2147484",
  "1000000000",
  "1e15",
];

export function answerCases(): readonly AnswerCase[] {
  return [
    ...shapes.flatMap(([action, shape, place]) =>
      [...variations(shape)].filter((one) => place === undefined || one.place === place)
        .map((variation) =>
          varied(action, place === undefined ? action : `${action} ${goodJson(shape)}`, variation)
        )
    ),
    ...registrations.flatMap((status) => intervals.map((interval) => booted(status, interval))),
    ...shapes.filter(([, , place]) => place === undefined).flatMap(([action, shape]) =>
      framed(action, goodJson(shape))
    ),
  ];
}

function boot(status: string): ObjectShape {
  return object({
    status: { type: "literal", good: `"${status}"`, of: registrations },
    currentTime: date,
    interval: { type: "integer", good: "300" },
  });
}

function booted(status: string, interval: string): AnswerCase {
  const json = `{"status":"${status}","currentTime":"2026-01-01T00:00:00Z","interval":${interval}}`;
  return answer(
    "BootNotification",
    `${status} with interval ${interval}`,
    "result",
    (id) => [result(id, json)],
    json,
  );
}

function varied(action: OwnAction, title: string, variation: Variation): AnswerCase {
  const { place, what, json } = variation;
  const name = `${title}.conf${place === "" ? "" : `.${place}`}: ${what}`;
  const texts = (id: string) => [result(id, json)];
  const takes = taken(variation);
  return { name, action, texts, takes, payload: takes === "result" ? payloadOf(json) : {} };
}

function taken({ fate, kind }: Variation): AnswerCase["takes"] {
  if (kind === "surplus") return "result";
  if (kind === "excess") return "nothing";
  switch (fate) {
    case "taken":
      return "result";
    case "ignored":
      return "nothing";
    case "closed":
      return "lost";
    default:
      return "error";
  }
}

/** Whatever is wrong with the frame around a good payload, and CALLERRORs of every kind. */
function framed(action: OwnAction, good: string): readonly AnswerCase[] {
  const huge = "x".repeat(200_000);
  const codes = [
    ...[
      "NotImplemented",
      "NotSupported",
      "InternalError",
      "ProtocolError",
      "SecurityError",
      "FormationViolation",
    ],
    ...["PropertyConstraintViolation", "OccurenceConstraintViolation", "OccurrenceConstraintViolation"],
    ...[
      "TypeConstraintViolation",
      "GenericError",
      "FormatViolation",
      "Frobnicated",
      "",
      "__proto__",
      "x".repeat(5_000),
    ],
  ];
  const error = (what: string, tail: string, takes: AnswerCase["takes"] = "error") =>
    answer(action, what, takes, (id) => [`[4,"${id}"${tail}]`]);
  const nothing = (what: string, text: (id: string) => string) =>
    answer(action, what, "nothing", (id) => [text(id)]);
  const taken = (what: string, texts: (id: string) => readonly string[]) =>
    answer(action, what, "result", texts, good);
  return [
    ...codes.map((code) => error(`CALLERROR ${code.slice(0, 40)}`, `,"${code}","",{}`)),
    error("CALLERROR with nothing but a code", ',"GenericError"'),
    error("CALLERROR of nulls", ',"GenericError",null,null'),
    error("CALLERROR of the wrong types", ',"GenericError",7,[1]'),
    error("CALLERROR described in 200000 characters", `,"GenericError","${huge}",{}`),
    error("CALLERROR with 200000 characters of details", `,"GenericError","",{"a":"${huge}"}`),
    error("CALLERROR with details 25 deep", `,"GenericError","",{"a":${deep(25)}}`),
    error("CALLERROR with details 5000 deep", `,"GenericError","",${deep(5_000)}`, "nothing"),
    error("CALLERROR without a code", "", "nothing"),
    error("CALLERROR with a numeric code", ',4,"",{}', "nothing"),
    nothing("no payload", (id) => `[3,"${id}"]`),
    nothing("two payloads", (id) => `[3,"${id}",${good},${good}]`),
    nothing("another id", (id) => `[3,"${id}x",${good}]`),
    nothing("the id in another case", (id) => `[3,"${id.toUpperCase()}x",${good}]`),
    nothing("no id", () => `[3,null,${good}]`),
    nothing("message type 5", (id) => `[5,"${id}",${good}]`),
    nothing("the message type as a string", (id) => `["3","${id}",${good}]`),
    nothing("cut off", (id) => `[3,"${id}",${good}`),
    nothing("nothing but text", () => "OK"),
    answer(action, "no answer at all", "nothing", () => []),
    { ...answer(action, "an answer after 45 s", "nothing", (id) => [result(id, good)]), afterMs: 45_000 },
    { ...taken("an answer after 5 s", (id) => [result(id, good)]), afterMs: 5_000 },
    taken("an answer twice", (id) => [result(id, good), result(id, good)]),
    taken("an answer and then a CALLERROR", (id) => [result(id, good), `[4,"${id}","GenericError","",{}]`]),
    answer(
      action,
      "a CALLERROR and then an answer",
      "error",
      (id) => [`[4,"${id}","GenericError","",{}]`, result(id, good)],
    ),
    taken("an answer to another CALL before it", (id) => [result(`${id}x`, good), result(id, good)]),
    taken("garbage before it", (id) => ["[3,", "\u0000", result(id, good)]),
  ];
}

function answer(
  action: OwnAction,
  what: string,
  takes: AnswerCase["takes"],
  texts: AnswerCase["texts"],
  json = "{}",
): AnswerCase {
  return {
    name: `${action}.conf: ${what}`,
    action,
    texts,
    takes,
    payload: takes === "result" ? payloadOf(json) : {},
  };
}

function result(id: string, json: string): string {
  return `[3,"${id}",${json}]`;
}

function payloadOf(json: string): Payload {
  return JSON.parse(json) ?? {};
}
