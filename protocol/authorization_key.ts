/**
 * The AuthorizationKey: text as an operator or a central system writes it, to the bytes that Basic authentication sends.
 *
 * OCPP-J 1.6 §6.2 and security white paper A00.FR.204 to 206: 16 to 20 bytes, written as 32 to 40 hexadecimal digits; many
 * central systems hand it out as 16 to 20 plain characters, which is read as such (TC_085, draft 2025-06).
 */

/** Whether plain characters are read as well. */
interface Forms {
  readonly plain: boolean;
}

export function authorizationKeyExpected(plain: boolean): string {
  return `32 to 40 hexadecimal digits${plain ? ", or 16 to 20 plain characters" : ""}`;
}

/** Null when the text is neither. */
export function authorizationKeyBytes(text: string, forms: Forms): Uint8Array | null {
  if (/^(?:[0-9A-Fa-f]{2}){16,20}$/.test(text)) {
    return Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
  }
  return forms.plain && /^[\x21-\x7e]{16,20}$/.test(text) ? new TextEncoder().encode(text) : null;
}

/** As it is kept: hexadecimal digits. */
export function authorizationKeyText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
