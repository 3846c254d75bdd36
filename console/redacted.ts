/**
 * Any value as it may be shown to people: plain JSON without its secrets.
 *
 * Law: whatever the debug socket answers has gone through here (security white paper A01). On top of what `redactFrame`
 * hides, whatever is *named* as a password or a key goes, and so do bytes, which may be one.
 */
import { parseJson } from "../protocol/frame.ts";
import { redactFrame } from "../protocol/redact.ts";

const HIDDEN = "***";
const NOT_SHOWN = "(cannot be shown)";

/** Fields whose values are passwords or keys, in whatever they stand. */
const SECRET_NAME = /authorizationkey|password|privatekey/i;

/** A shorter text would be found by accident in places where it is none. */
const QUOTED_CHARACTERS_MIN = 4;

/** What JSON cannot say (functions, cycles) is left out or replaced. */
export function redacted(value: unknown): unknown {
  const json = toJson(value, withoutNamedSecrets);
  if (json === undefined) return NOT_SHOWN;
  const shown = parseJson(redactFrame(`[${json}]`));
  return shown.kind === "json" && Array.isArray(shown.value) ? shown.value[0] : NOT_SHOWN;
}

/** A frame's text as its JSON array; a text that is none as it is, as long as it mentions no key. */
export function redactedFrame(text: string): unknown[] | string {
  const parsed = parseJson(text);
  const shown = redacted(parsed.kind === "json" && Array.isArray(parsed.value) ? parsed.value : text);
  return Array.isArray(shown) ? shown : String(shown);
}

/**
 * An error's text or stack, line by line, so that one line that mentions a key does not take the others with it. What is
 * secret in `inHand`, the message whose handling threw it, is taken out too: a good error quotes the offending value.
 */
export function redactedError(text: string, inHand: unknown): string {
  const before = parseJson(toJson(inHand, (_, inner) => inner) ?? "null");
  const secrets = before.kind === "json" ? hiddenTexts(before.value, redacted(inHand)) : [];
  const quotable = secrets.filter((secret) => secret.length >= QUOTED_CHARACTERS_MIN);
  // The longest first: one may be a part of another.
  quotable.sort((one, other) => other.length - one.length);
  let left = text;
  for (const secret of quotable) left = left.replaceAll(secret, HIDDEN);
  return left.split("\n").map((line) => String(redacted(line))).join("\n");
}

/** Undefined for what is no JSON: a cycle, a bigint, a function. */
function toJson(value: unknown, replacer: (name: string, inner: unknown) => unknown): string | undefined {
  try {
    return JSON.stringify(value, replacer);
  } catch {
    return undefined;
  }
}

function withoutNamedSecrets(name: string, inner: unknown): unknown {
  if (SECRET_NAME.test(name)) return HIDDEN;
  return ArrayBuffer.isView(inner) ? `(${inner.byteLength} bytes)` : inner;
}

/** The texts in `before` that `after` does not show; of JSON in a text also those within it. */
function hiddenTexts(before: unknown, after: unknown): readonly string[] {
  if (before === after) return [];
  if (typeof before === "string") {
    const inner = parseJson(before);
    const isNested = inner.kind === "json" && typeof inner.value === "object";
    return isNested ? [before, ...hiddenTexts(inner.value, redacted(inner.value))] : [before];
  }
  if (typeof before !== "object" || before === null) return [];
  const shown = typeof after === "object" && after !== null ? new Map(Object.entries(after)) : new Map();
  return Object.entries(before).flatMap(([name, inner]) => hiddenTexts(inner, shown.get(name)));
}
