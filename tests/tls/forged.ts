/**
 * Certificates that no workshop makes: one that is there, with other fields or extensions, and signed anew.
 *
 * Law: what is changed is said in the DER itself, and its signature is right.
 */
import { Buffer } from "node:buffer";
import { createPrivateKey, sign } from "node:crypto";
import { elements, encoded, encodedIdentifier, only, TAG } from "../../hal/drivers/der.ts";

type Parts = readonly Uint8Array[];

export interface Changes {
  /** Of the TBSCertificate: version, serial number, algorithm, issuer, validity, subject, key, extensions. */
  readonly fields?: (parts: Parts) => Parts;
  readonly extensions?: (list: Parts) => Parts;
  /** Behind the signature. */
  readonly behind?: Parts;
}

/** PEM. The key is the issuer's: P-256, as the certificate says. */
export function forged(certificate: string, issuerKey: string, changes: Changes): string {
  const { fields = same, extensions = same, behind = [] } = changes;
  const [information, algorithm] = elements(only(derOf(certificate), TAG.sequence).content);
  const parts = elements(information?.content ?? new Uint8Array(0)).map(({ whole }) => whole);
  const [last] = parts.slice(7);
  const list = last === undefined
    ? []
    : elements(only(only(last, TAG.context3).content, TAG.sequence).content);
  const extended = encoded(
    TAG.context3,
    encoded(TAG.sequence, ...extensions(list.map(({ whole }) => whole))),
  );
  const changed = encoded(TAG.sequence, ...fields([...parts.slice(0, 7), extended]));
  const signature = sign("sha256", changed, createPrivateKey(issuerKey));
  const whole = encoded(
    TAG.sequence,
    changed,
    algorithm?.whole ?? new Uint8Array(0),
    encoded(TAG.bitString, Uint8Array.of(0), signature),
    ...behind,
  );
  const lines = Buffer.from(whole).toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

/** With this value, whatever it is; `critical` says so. */
export function extension(type: string, value: Uint8Array, critical?: "critical"): Uint8Array {
  const flag = critical === undefined ? [] : [encoded(TAG.boolean, Uint8Array.of(0xff))];
  return encoded(TAG.sequence, encodedIdentifier(type), ...flag, encoded(TAG.octetString, value));
}

/** The list without these types. */
export function without(list: Parts, ...types: readonly string[]): Parts {
  const names = types.map((type) => encodedIdentifier(type).join());
  return list.filter((whole) => {
    const [type] = elements(only(whole, TAG.sequence).content);
    return !names.includes(type?.whole.join() ?? "");
  });
}

/** Octets for a garbled value. */
export function octets(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

function same(parts: Parts): Parts {
  return parts;
}

export function derOf(pem: string): Uint8Array {
  return Uint8Array.from(Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64"));
}
