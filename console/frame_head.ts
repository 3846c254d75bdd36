/**
 * The head of a frame's text: message type, id and action, which is all that counting and pairing need.
 *
 * Law: it looks at the first characters only, since it is asked for every frame that passes; whether the rest is right is
 * the outbox's business (`parseFrame`). An id that is spelt with escapes is taken as it is spelt.
 */

export interface FrameHead {
  readonly kind: "Call" | "CallResult" | "CallError";
  readonly id: string;
  /** Of a Call, else empty. */
  readonly action: string;
}

const KINDS = { "2": "Call", "3": "CallResult", "4": "CallError" } as const;

const HEAD = /^\s*\[\s*([234])\s*,\s*"([^"\\]*(?:\\.[^"\\]*)*)"\s*,(?:\s*"([A-Za-z]{1,50})"\s*,)?/;

/** OCPP-J 1.6 §4.1.4; a longer one is refused, and is not worth remembering. */
const ID_CHARACTERS_MAX = 36;

/** Null when the text does not begin as a frame does, or does not end as one. */
export function frameHead(text: string): FrameHead | null {
  const match = HEAD.exec(text);
  if (match === null || !text.trimEnd().endsWith("]")) return null;
  const [, type, id = "", action = ""] = match;
  if (type !== "2" && type !== "3" && type !== "4") return null;
  if (id.length > ID_CHARACTERS_MAX || (type === "2" && action === "")) return null;
  return { kind: KINDS[type], id, action: type === "2" ? action : "" };
}
