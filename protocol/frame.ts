/**
 * OCPP-J frames: text to Call, CallResult and CallError, and back (OCPP-J 1.6 §4).
 *
 * Law: no text makes this throw, and nothing but a CALL is ever answered. The only `JSON.parse` of the house is here, and
 * it never sees a text that nests too deep or holds too many values: whatever walks a payload later may recurse, and is done
 * soon. How long a text may be is for the socket to bound.
 */

/** A request, in either direction. The payload is judged by `parsePayload`, once the action is known. */
export interface Call {
  readonly kind: "Call";
  /** At most 36 characters, unique among the CALLs of one sender on one connection. */
  readonly id: string;
  readonly action: string;
  readonly payload: unknown;
}

/** The answer to a Call, negative business results included. */
export interface CallResult {
  readonly kind: "CallResult";
  readonly id: string;
  readonly payload: unknown;
}

/** Says that a Call could not be processed. */
export interface CallError {
  readonly kind: "CallError";
  readonly id: string;
  readonly errorCode: RpcErrorCode;
  /** At most 255 characters: a longer one is cut when it is sent and when it is received. */
  readonly errorDescription: string;
  readonly errorDetails: Readonly<Record<string, unknown>>;
}

export type Frame = Call | CallResult | CallError;

/** OCPP-J 1.6 §4.2.3; two are misspelt there, and stay so on the wire (OCPP-J errata v1.0 §5.1, §5.2). */
export type RpcErrorCode =
  | "NotImplemented"
  | "NotSupported"
  | "InternalError"
  | "ProtocolError"
  | "SecurityError"
  | "FormationViolation"
  | "PropertyConstraintViolation"
  | "OccurenceConstraintViolation"
  | "TypeConstraintViolation"
  | "GenericError";

/** What became of a received text. `why` quotes nothing from inside a payload, which may be secret. */
export type ParsedFrame =
  | { readonly kind: "frame"; readonly frame: Frame }
  /** A CALL with a known id and a defect: `answer` goes back. */
  | { readonly kind: "refused"; readonly answer: CallError; readonly why: string }
  /** Nothing goes back. `invalid` counts as the security event InvalidMessages; else it is merely not for us. */
  | { readonly kind: "ignored"; readonly why: string; readonly invalid: boolean };

/** What became of a JSON text. */
export type ParsedJson =
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "notJson" }
  /** Not parsed at all; `why` says what there is too much of. */
  | { readonly kind: "tooMuch"; readonly why: string };

/** The deepest OCPP message nests 6 levels, the frame's own array included. */
const DEPTH_MAX = 32;
/**
 * Counted in commas. A local list of 3,000 entries or the longest schedule has fewer; 20,000 bad ones cost the schema about
 * 50 ms, and the event loop should stand still no longer than 100.
 */
const COMMAS_MAX = 20_000;
/** OCPP-J 1.6 §4.1.4. */
const ID_CHARACTERS_MAX = 36;
/** OCPP 1.6 has no limit; OCPP 2.0.1's. */
const DESCRIPTION_CHARACTERS_MAX = 255;

/** The codes by every spelling that is received: one's own, the intended words, and those of OCPP 2.0.1. */
const ERROR_CODES: ReadonlyMap<unknown, RpcErrorCode> = new Map<unknown, RpcErrorCode>([
  ["NotImplemented", "NotImplemented"],
  ["NotSupported", "NotSupported"],
  ["InternalError", "InternalError"],
  ["ProtocolError", "ProtocolError"],
  ["SecurityError", "SecurityError"],
  ["FormationViolation", "FormationViolation"],
  ["FormatViolation", "FormationViolation"],
  ["PropertyConstraintViolation", "PropertyConstraintViolation"],
  ["OccurenceConstraintViolation", "OccurenceConstraintViolation"],
  ["OccurrenceConstraintViolation", "OccurenceConstraintViolation"],
  ["TypeConstraintViolation", "TypeConstraintViolation"],
  ["GenericError", "GenericError"],
]);

/** Reads one received text. An action that is not known is still a frame: the table of actions answers it. */
export function parseFrame(text: string): ParsedFrame {
  const json = parseJson(text);
  if (json.kind === "notJson") return invalid(`a text of ${text.length} characters is not JSON`);
  if (json.kind === "tooMuch") return tooMuch(text, json.why);
  if (!Array.isArray(json.value)) return invalid("a frame is a JSON array, this is none");
  const elements: readonly unknown[] = json.value;
  const type = elements[0];
  switch (type) {
    case 2:
      return parseCall(elements);
    case 3:
      return parseCallResult(elements);
    case 4:
      return parseCallError(elements);
  }
  if (typeof type !== "number") return invalid("a frame begins with its message type number, this does not");
  // OCPP-J 1.6 §4.1.3: whatever a later version means by it is not an error.
  return { kind: "ignored", why: `message type number ${type} is not 2, 3 or 4`, invalid: false };
}

/** A CALL as text. */
export function formatCall(call: Call): string {
  return JSON.stringify([2, call.id, call.action, call.payload]);
}

/** A CALLRESULT as text. */
export function formatCallResult(result: CallResult): string {
  return JSON.stringify([3, result.id, result.payload]);
}

/** A CALLERROR as text. */
export function formatCallError(error: CallError): string {
  return JSON.stringify([4, error.id, error.errorCode, cut(error.errorDescription), error.errorDetails]);
}

/** A CALLERROR without details. */
export function callError(id: string, errorCode: RpcErrorCode, errorDescription: string): CallError {
  return { kind: "CallError", id, errorCode, errorDescription, errorDetails: {} };
}

/** Reads a JSON text of bounded depth and breadth. Never throws. */
export function parseJson(text: string): ParsedJson {
  const why = excess(text);
  if (why !== null) return { kind: "tooMuch", why };
  try {
    return { kind: "json", value: JSON.parse(text) };
  } catch {
    // The engine's message quotes the text around the defect, which may be a secret.
    return { kind: "notJson" };
  }
}

function parseCall(elements: readonly unknown[]): ParsedFrame {
  const [, id, action, payload] = elements;
  // A number cannot be an id, but its sender will know it again from its digits. Anything else names no CALL.
  if (typeof id === "number") {
    return refused(String(id), "the message id is a number, a string would be right");
  }
  if (typeof id !== "string") return invalid("a CALL whose message id is not a string cannot be answered");
  if (id.length > ID_CHARACTERS_MAX) {
    return refused(
      id,
      `the message id has ${id.length} characters, at most ${ID_CHARACTERS_MAX} would be right`,
    );
  }
  if (!id.isWellFormed()) return refused(id, "the message id is not well-formed Unicode text");
  if (elements.length !== 4) return refused(id, `the CALL has ${elements.length} elements, 4 would be right`);
  if (typeof action !== "string") return refused(id, "the action's name is not a string");
  return { kind: "frame", frame: { kind: "Call", id, action, payload: orEmpty(payload) } };
}

function parseCallResult(elements: readonly unknown[]): ParsedFrame {
  const [, id, payload] = elements;
  if (!isId(id)) return invalid("a CALLRESULT whose message id is not one of ours answers nothing");
  if (elements.length !== 3) {
    return invalid(`the CALLRESULT has ${elements.length} elements, 3 would be right`);
  }
  return { kind: "frame", frame: { kind: "CallResult", id, payload: orEmpty(payload) } };
}

/** Its one use is to end a CALL of ours at once, so what decorates id and code may be missing or misshapen. */
function parseCallError(elements: readonly unknown[]): ParsedFrame {
  const [, id, code, description, details] = elements;
  if (!isId(id)) return invalid("a CALLERROR whose message id is not one of ours answers nothing");
  if (typeof code !== "string") return invalid("a CALLERROR names its error code as a string, this does not");
  const known = ERROR_CODES.get(code);
  const text = typeof description === "string" ? description : "";
  const errorDescription = cut(known === undefined ? `${code.slice(0, 50)}: ${text}` : text);
  const errorDetails = isObject(details) ? details : {};
  return {
    kind: "frame",
    frame: { kind: "CallError", id, errorCode: known ?? "GenericError", errorDescription, errorDetails },
  };
}

/** A CALL that was not parsed is still answered, when its id can be read off its beginning. */
function tooMuch(text: string, why: string): ParsedFrame {
  const id = /^\s*\[\s*2\s*,\s*"([^"\\]{0,36})"/.exec(text)?.[1];
  return id === undefined ? invalid(why) : refused(id, why);
}

/** One pass over the text, before anything builds or walks what it says. */
function excess(text: string): string | null {
  let depth = 0;
  let commas = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at);
        break;
      case 0x2c: // ,
        if (++commas > COMMAS_MAX) return `the text has more than ${COMMAS_MAX} values`;
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > DEPTH_MAX) return `the text is nested deeper than ${DEPTH_MAX} levels`;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
    }
  }
  return null;
}

/** The place of the quotation mark that ends the string begun at `start`; what a backslash escapes does not. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1;
  return at;
}

/** `null` is legal for a payload without content (OCPP-J 1.6 §4.2). */
function orEmpty(payload: unknown): unknown {
  return payload === null ? {} : payload;
}

function cut(description: string): string {
  return description.slice(0, DESCRIPTION_CHARACTERS_MAX).toWellFormed();
}

function isId(id: unknown): id is string {
  return typeof id === "string" && id.length <= ID_CHARACTERS_MAX;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refused(id: string, why: string): ParsedFrame {
  return { kind: "refused", answer: callError(id, "FormationViolation", why), why };
}

function invalid(why: string): ParsedFrame {
  return { kind: "ignored", why, invalid: true };
}
