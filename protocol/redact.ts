/**
 * Takes the secrets out of a frame's text, for whatever shows frames to people: traces, logs, the debug socket.
 *
 * Law: when in doubt it goes. What may be a secret is the AuthorizationKey wherever it is named (security white paper A01) and the
 * credentials in a URL (`ftp://user:password@host`, OCPP 1.6 §6.25, §6.55), a signature in a location's query among them. Not for
 * sending: a text that was changed is written anew.
 */
import { parseJson } from "./frame.ts";

const HIDDEN = "***";

/** Nothing of this in a text, nothing to hide in it. An escape may spell any of the others; folded as `toLowerCase` does. */
const SUSPECT = /authorizationkey|[@?]|\\u/iu;

/** As far as the beginning of a broken text is harmless: message type, id, and an action's name or error code. */
const HARMLESS = /^\s*\[\s*\d(?:\s*,\s*"[\w-]{1,36}"(?:\s*,\s*"[A-Za-z]{1,50}")?)?/;

/** The same text when it holds no secret; else its JSON with each secret replaced; what is no frame is only described. */
export function redactFrame(text: string): string {
  const framed = /^\s*\[/.test(text) && /\]\s*$/.test(text);
  if (framed && !SUSPECT.test(text)) return text;
  const json = parseJson(text);
  if (!framed || json.kind !== "json") {
    return `${HARMLESS.exec(text)?.[0] ?? ""}… (no frame, ${text.length} characters)`;
  }
  const shown = JSON.stringify(redacted(json.value));
  return shown === JSON.stringify(json.value) ? text : shown;
}

function redacted(value: unknown): unknown {
  if (typeof value === "string") return redactedText(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value === "object" && value !== null) return redactedObject(value);
  return value;
}

/** An object that names the key beside its value, as a ChangeConfiguration.req or a KeyValue does, keeps nothing but the name. */
function redactedObject(object: object): unknown {
  const entries = Object.entries(object);
  const namesKey = entries.some(([, value]) => isKeyName(value));
  return Object.fromEntries(entries.map(([name, value]) => {
    if (isKeyName(name)) return [name, HIDDEN];
    if (namesKey) return [name, isKeyName(value) || typeof value === "boolean" ? value : HIDDEN];
    if (typeof value === "string" && /^(?:remote)?location$/i.test(name)) {
      return [name, redactedLocation(value)];
    }
    return [name, redacted(value)];
  }));
}

function isKeyName(value: unknown): boolean {
  return typeof value === "string" && value.trim().toLowerCase() === "authorizationkey";
}

/** Free text that mentions the key may quote it, as JSON in a DataTransfer does. */
function redactedText(text: string): string {
  if (isKeyName(text)) return text;
  if (text.toLowerCase().includes("authorizationkey")) return HIDDEN;
  return text.includes("://") ? withoutCredentials(text) : text;
}

/** Whoever has the query of a signed URL may upload too. A password may hold a question mark: then nothing of either is told. */
function redactedLocation(url: string): string {
  const at = url.indexOf("?");
  if (at < 0) return withoutCredentials(url);
  const isUnclear = url.includes("@", at);
  return isUnclear
    ? withoutCredentials(`${url}@`).slice(0, -1)
    : `${withoutCredentials(url.slice(0, at))}?${HIDDEN}`;
}

/** Everything between the scheme and the last @ goes: a password may hold any character, and `ftp:user@host` is a URL too. */
export function withoutCredentials(url: string): string {
  const at = url.lastIndexOf("@");
  if (at < 0) return url;
  const scheme = /^.*?:(?:\/\/)?/s.exec(url.slice(0, at))?.[0] ?? "";
  return `${scheme}${HIDDEN}${url.slice(at)}`;
}
