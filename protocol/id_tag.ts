/**
 * The one comparison of identifiers: idTags and parentIdTags are case-insensitive (OCPP 1.6 §7.28 IdToken, CiString20Type).
 *
 * Law: only ASCII letters have a case here. Unicode's rules would make one tag of two ("ß" and "SS", "ı" and "I").
 */

/** The form that is compared and used in keys. */
export function foldedIdTag(idTag: string): string {
  return idTag.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

export function sameIdTag(one: string, other: string): boolean {
  return foldedIdTag(one) === foldedIdTag(other);
}
