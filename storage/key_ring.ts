/**
 * The key ring port: the private keys of this charge point, which were made here and never leave (security white paper A02.FR.05).
 *
 * Law: no function of this port gives a private key away, so no actor, message, trace or log can hold one. The drivers of TLS
 * have a way of their own (`hal/stream.ts`, `PrivateKeys`), which `main.ts` gives to them and to nobody else.
 */

/** RSA where the station's TLS knows nothing but key exchange by RSA. */
export type KeyKind = "P-256" | "RSA-2048";

export type KeyMade =
  /** Durable. `publicKey` is its SubjectPublicKeyInfo in hexadecimal. */
  | { readonly kind: "made"; readonly publicKey: string }
  | { readonly kind: "failed"; readonly error: string };

/** Two drivers: files in the state directory, and memory. */
export interface KeyRing {
  /** Makes the key `keyId` and calls `done` later, once; it may take a second, in which everything else goes on. */
  readonly generate: (keyId: string, kind: KeyKind, done: (made: KeyMade) => void) => void;
  /** SubjectPublicKeyInfo in hexadecimal; null where there is no such key. */
  readonly publicKey: (keyId: string) => string | null;
  /** Over SHA-256: ECDSA in DER, RSA by PKCS#1 v1.5. Throws a `RangeError` where there is no such key. */
  readonly sign: (keyId: string, bytes: Uint8Array) => Uint8Array;
  readonly keyIds: () => readonly string[];
  /** Forgets the key at once, and takes it from the medium. Where that fails it is there again at the next start; never rejects. */
  readonly remove: (keyId: string) => Promise<void>;
}
