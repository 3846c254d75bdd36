/**
 * Reads an X.509 certificate out of its DER (RFC 5280 §4.1).
 *
 * Law: pure; what cannot be read throws `NotDer`. What is read but not understood is said to be `other` or unknown, never left out.
 */
import type {
  CertificateFacts,
  DistinguishedName,
  PublicKeyFacts,
  SignatureFacts,
} from "../../protocol/certificate_facts.ts";
import type { Element } from "./der.ts";
import {
  bitOctets,
  elements,
  integerOctets,
  NotDer,
  objectIdentifier,
  only,
  smallInteger,
  TAG,
  tagged,
  textOf,
} from "./der.ts";
import { extensionsOf } from "./der_extensions.ts";

export interface DerCertificate {
  readonly facts: Omit<CertificateFacts, "pem">;
  /** What the signature is over. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  /** Of RSA-PSS, in octets. */
  readonly saltLength: number;
  /** The Name of the issuer, and of the subject, whole. */
  readonly issuer: Uint8Array;
  /** SubjectPublicKeyInfo, whole, and the octets of the BIT STRING in it. */
  readonly spki: Uint8Array;
  readonly publicKey: Uint8Array;
}

export function readCertificate(der: Uint8Array): DerCertificate {
  const [toBeSigned, algorithm, signature] = fields(only(der, TAG.sequence), 3);
  const parts = [...elements(tagged(toBeSigned, TAG.sequence).content)];
  const version = parts[0]?.tag === TAG.context0 ? parts.shift() : undefined;
  const [serial, inner, issuer, validity, subject, spki, ...optional] = parts;
  const [notBefore, notAfter] = fields(validity, 2);
  const [keyAlgorithm, key] = fields(spki, 2);
  const signing = signatureOf(algorithm);
  // Each of its optional fields at most once, and in this order: issuerUniqueID, subjectUniqueID, extensions.
  const order = optional.map(({ tag }) => [0x81, 0x82, TAG.context3 as number].indexOf(tag));
  if (order.some((place, at) => place <= (order[at - 1] ?? -1))) {
    throw new NotDer("expected unique identifiers and extensions behind the key, and nothing else");
  }
  // RFC 5280 §4.1.1.2. What is outside of the signature could be changed by anybody.
  if (hex(tagged(inner, TAG.sequence).whole) !== hex(tagged(algorithm, TAG.sequence).whole)) {
    throw new NotDer("expected the same signature algorithm inside and outside");
  }
  return {
    facts: {
      version: version === undefined ? 1 : 1 + smallInteger(only(version.content, TAG.integer)),
      serialNumber: signedHex(integerOctets(serial)),
      subject: nameOf(subject),
      issuer: nameOf(issuer),
      notBeforeMs: timeOf(notBefore),
      notAfterMs: timeOf(notAfter),
      publicKey: publicKeyOf(tagged(spki, TAG.sequence), keyAlgorithm, bitOctets(key)),
      signature: signing.facts,
      ...extensionsOf(optional.find(({ tag }) => tag === TAG.context3)),
    },
    signed: tagged(toBeSigned, TAG.sequence).whole,
    signature: bitOctets(signature),
    saltLength: signing.saltLength,
    issuer: tagged(issuer, TAG.sequence).whole,
    spki: tagged(spki, TAG.sequence).whole,
    publicKey: bitOctets(key),
  };
}

export function hex(bytes: Uint8Array): string {
  return [...bytes].map((octet) => octet.toString(16).padStart(2, "0")).join("").toUpperCase();
}

/** A SEQUENCE of just so many. */
function fields(element: Element | undefined, count: number): readonly Element[] {
  const found = elements(tagged(element, TAG.sequence).content);
  if (found.length !== count) throw new NotDer(`expected ${count} elements, not ${found.length}`);
  return found;
}

/** Two's complement, of any length. */
function signedHex(content: Uint8Array): string {
  const value = BigInt(`0x${hex(content)}`);
  const signed = (content[0] ?? 0) < 0x80 ? value : value - (1n << BigInt(8 * content.length));
  return signed.toString(16).toUpperCase();
}

function nameOf(name: Element | undefined): DistinguishedName {
  const { content, whole } = tagged(name, TAG.sequence);
  const attributes = elements(content).flatMap((set) => elements(tagged(set, TAG.set).content)).map(
    (pair) => {
      const [type, value] = fields(pair, 2);
      return { type: objectIdentifier(type), text: value === undefined ? "" : textOf(value) };
    },
  );
  const of = (type: string) => attributes.filter((one) => one.type === type).map(({ text }) => text);
  return { organizations: of("2.5.4.10"), commonNames: of("2.5.4.3"), encoded: hex(whole) };
}

const times = {
  [TAG.utcTime]: /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/,
  [TAG.generalizedTime]: /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/,
} as const;

/** RFC 5280 §4.1.2.5: UTC, with seconds and without fractions; two digits from 50 on are of the last century. */
function timeOf(element: Element | undefined): number {
  const tag = element?.tag === TAG.generalizedTime ? TAG.generalizedTime : TAG.utcTime;
  const text = new TextDecoder().decode(tagged(element, tag).content);
  const match = times[tag].exec(text);
  if (match === null) {
    throw new NotDer(`expected a time such as 20300131120000Z, not ${JSON.stringify(text)}`);
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const century = tag === TAG.generalizedTime ? 0 : year < 50 ? 2_000 : 1_900;
  const ms = Date.UTC(century + year, month - 1, day, hour, minute, second);
  // A month 13 would be the next year's first.
  if (new Date(ms).toISOString().replace(/[-:T]|\..*/g, "").slice(-text.length + 1) !== text.slice(0, -1)) {
    throw new NotDer(`expected a time that there is, not ${JSON.stringify(text)}`);
  }
  return ms;
}

const curves: Readonly<Record<string, number>> = {
  "1.3.132.0.33": 224,
  "1.2.840.10045.3.1.7": 256,
  "1.3.132.0.34": 384,
  "1.3.132.0.35": 521,
};

function publicKeyOf(spki: Element, algorithm: Element | undefined, key: Uint8Array): PublicKeyFacts {
  const [type, parameters] = elements(tagged(algorithm, TAG.sequence).content);
  const encoded = hex(spki.whole);
  switch (objectIdentifier(type)) {
    // With and without the restriction to PSS (RFC 4055 §1.2).
    case "1.2.840.113549.1.1.1":
    case "1.2.840.113549.1.1.10": {
      const [modulus] = elements(only(key, TAG.sequence).content);
      const digits = signedHex(integerOctets(modulus));
      return { kind: "RSA", bits: BigInt(`0x${digits.replace("-", "")}`).toString(2).length, spki: encoded };
    }
    case "1.2.840.10045.2.1":
      return { kind: "EC", bits: curves[objectIdentifier(parameters)] ?? 0, spki: encoded };
    default:
      return { kind: "other", bits: 0, spki: encoded };
  }
}

const signatures: Readonly<Record<string, SignatureFacts>> = {
  "1.2.840.113549.1.1.5": { kind: "RSA", hash: "SHA1" },
  "1.2.840.113549.1.1.14": { kind: "RSA", hash: "SHA224" },
  "1.2.840.113549.1.1.11": { kind: "RSA", hash: "SHA256" },
  "1.2.840.113549.1.1.12": { kind: "RSA", hash: "SHA384" },
  "1.2.840.113549.1.1.13": { kind: "RSA", hash: "SHA512" },
  "1.2.840.10045.4.1": { kind: "ECDSA", hash: "SHA1" },
  "1.2.840.10045.4.3.1": { kind: "ECDSA", hash: "SHA224" },
  "1.2.840.10045.4.3.2": { kind: "ECDSA", hash: "SHA256" },
  "1.2.840.10045.4.3.3": { kind: "ECDSA", hash: "SHA384" },
  "1.2.840.10045.4.3.4": { kind: "ECDSA", hash: "SHA512" },
};

const hashes: Readonly<Record<string, SignatureFacts["hash"]>> = {
  "1.3.14.3.2.26": "SHA1",
  "2.16.840.1.101.3.4.2.4": "SHA224",
  "2.16.840.1.101.3.4.2.1": "SHA256",
  "2.16.840.1.101.3.4.2.2": "SHA384",
  "2.16.840.1.101.3.4.2.3": "SHA512",
};

function signatureOf(algorithm: Element | undefined): { facts: SignatureFacts; saltLength: number } {
  const [type, parameters] = elements(tagged(algorithm, TAG.sequence).content);
  const name = objectIdentifier(type);
  if (name !== "1.2.840.113549.1.1.10") {
    return { facts: signatures[name] ?? { kind: "other", hash: "other" }, saltLength: 0 };
  }
  // RFC 4055 §3.1: without parameters SHA-1 and a salt of 20 octets are meant.
  const fields = parameters === undefined ? [] : elements(tagged(parameters, TAG.sequence).content);
  const hash = fields.find(({ tag }) => tag === TAG.context0);
  const salt = fields.find(({ tag }) => tag === TAG.context2);
  const [hashName] = hash === undefined ? [] : elements(only(hash.content, TAG.sequence).content);
  return {
    facts: {
      kind: "RSA-PSS",
      hash: hashName === undefined ? "SHA1" : hashes[objectIdentifier(hashName)] ?? "other",
    },
    saltLength: salt === undefined ? 20 : smallInteger(only(salt.content, TAG.integer)),
  };
}
