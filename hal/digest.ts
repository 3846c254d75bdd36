/**
 * The digest port: SHA-256, which the language itself has only as a promise.
 *
 * Law: synchronous, and the same everywhere: the simulation uses the one driver too.
 */
export interface Digest {
  /** Of the text as UTF-8: 64 small hexadecimal digits. */
  readonly sha256: (text: string) => string;
}
