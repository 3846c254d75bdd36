/**
 * Identifiers, idTags and parentIdTags: their one shape and their one comparison (OCPP 1.6 §7.28 IdToken, CiString20Type).
 *
 * Law: only ASCII letters have a case here. Unicode's rules would make one tag of two ("ß" and "SS", "ı" and "I").
 */
import { IdToken } from "./messages/types.ts";

/** The form that is compared and used in keys. */
export function foldedIdTag(idTag: string): string {
  return idTag.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** Whether something that was read can be an idTag at all. */
export function isIdTag(text: string): boolean {
  return text.length > 0 && IdToken.safeParse(text).success;
}

export function sameIdTag(one: string, other: string): boolean {
  return foldedIdTag(one) === foldedIdTag(other);
}
