/**
 * The one comparison of identifiers: idTags and parentIdTags are case-insensitive (OCPP 1.6 §7.28 IdToken, CiString20Type).
 */

/** The form that is compared and used in keys. */
export function foldedIdTag(idTag: string): string {
  return idTag.toUpperCase();
}

export function sameIdTag(one: string, other: string): boolean {
  return foldedIdTag(one) === foldedIdTag(other);
}
