/**
 * Reads an X.509 certificate out of its DER (RFC 5280 §4.1).
 *
 * Law: pure; what cannot be read throws `NotDer`. What is read but not understood is said to be `other` or unknown, never left out.
 */
import type {
  CertificateFacts,
  DistinguishedName,
  KeyUsage,
  PublicKeyFacts,
  SignatureFacts,
} from "../../protocol/certificate_facts.ts";
import { nameConstraints } from "../../protocol/certificate.ts";
import type { Element } from "./der.ts";
import { bitOctets, elements, NotDer, objectIdentifier, only, TAG, tagged } from "./der.ts";

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
  const [toBeSigned, algorithm, signature] = elements(only(der, TAG.sequence).content);
  const parts = [...elements(tagged(toBeSigned, TAG.sequence).content)];
  const version = parts[0]?.tag === TAG.context0 ? parts.shift() : undefined;
  const [serial, inner, issuer, validity, subject, spki, ...optional] = parts;
  const [notBefore, notAfter] = elements(tagged(validity, TAG.sequence).content);
  const [keyAlgorithm, key] = elements(tagged(spki, TAG.sequence).content);
  const signing = signatureOf(algorithm);
  // RFC 5280 §4.1.1.2. What is outside of the signature could be changed by anybody.
  if (hex(tagged(inner, TAG.sequence).whole) !== hex(tagged(algorithm, TAG.sequence).whole)) {
    throw new NotDer("expected the same signature algorithm inside and outside");
  }
  return {
    facts: {
      version: version === undefined ? 1 : 1 + smallInteger(only(version.content, TAG.integer)),
      serialNumber: serialNumber(tagged(serial, TAG.integer).content),
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

/** Two's complement, of any length. */
function serialNumber(content: Uint8Array): string {
  if (content.length === 0) throw new NotDer("expected a serial number of at least one octet");
  const value = BigInt(`0x${hex(content)}`);
  const signed = (content[0] ?? 0) < 0x80 ? value : value - (1n << BigInt(8 * content.length));
  return signed.toString(16).toUpperCase();
}

function smallInteger(element: Element): number {
  return Number(BigInt(`0x0${hex(element.content)}`));
}

function nameOf(name: Element | undefined): DistinguishedName {
  const { content, whole } = tagged(name, TAG.sequence);
  const attributes = elements(content).flatMap((set) => elements(tagged(set, TAG.set).content)).map(
    (pair) => {
      const [type, value] = elements(tagged(pair, TAG.sequence).content);
      if (value === undefined) throw new NotDer("expected a value in a name");
      return { type: objectIdentifier(type), text: textOf(value) };
    },
  );
  const of = (type: string) => attributes.filter((one) => one.type === type).map(({ text }) => text);
  return { organizations: of("2.5.4.10"), commonNames: of("2.5.4.3"), encoded: hex(whole) };
}

/** UTF-8, or one of its forerunners, which are parts of it as far as names use them; BMPString is UTF-16. */
function textOf({ tag, content }: Element): string {
  return new TextDecoder(tag === TAG.bmpString ? "utf-16be" : "utf-8").decode(content);
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
  return Date.UTC(century + year, month - 1, day, hour, minute, second);
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
      const digits = serialNumber(tagged(modulus, TAG.integer).content);
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

type Extensions = Pick<
  CertificateFacts,
  "basicConstraints" | "keyUsage" | "extendedKeyUsage" | "dnsNames" | "hasNameConstraints" | "unknownCritical"
>;

/** Those whose being critical nobody need mind: key identifiers and policies restrict nothing here. */
const harmless = new Set(["2.5.29.14", "2.5.29.32", "2.5.29.35"]);
/** [2] of a GeneralName (RFC 5280 §4.2.1.6). */
const dnsName = 0x82;

function extensionsOf(element: Element | undefined): Extensions {
  let found: Extensions = {
    basicConstraints: null,
    keyUsage: null,
    extendedKeyUsage: null,
    dnsNames: [],
    hasNameConstraints: false,
    unknownCritical: [],
  };
  if (element === undefined) return found;
  for (const extension of elements(only(element.content, TAG.sequence).content)) {
    const [type, ...rest] = elements(tagged(extension, TAG.sequence).content);
    const isCritical = rest[0]?.tag === TAG.boolean && rest[0].content[0] !== 0;
    const value = tagged(rest.at(-1), TAG.octetString).content;
    const name = objectIdentifier(type);
    switch (name) {
      case "2.5.29.17": {
        const hosts = elements(only(value, TAG.sequence).content).filter(({ tag }) => tag === dnsName);
        found = { ...found, dnsNames: hosts.map(textOf) };
        break;
      }
      case "2.5.29.19":
        found = { ...found, basicConstraints: basicConstraints(value) };
        break;
      case "2.5.29.15":
        found = { ...found, keyUsage: keyUsage(value) };
        break;
      case "2.5.29.37": {
        const purposes = elements(only(value, TAG.sequence).content).map(objectIdentifier);
        found = { ...found, extendedKeyUsage: purposes };
        break;
      }
      default:
        if (name === nameConstraints) found = { ...found, hasNameConstraints: true };
        if (isCritical && !harmless.has(name)) {
          found = { ...found, unknownCritical: [...found.unknownCritical, name] };
        }
    }
  }
  return found;
}

function basicConstraints(value: Uint8Array): NonNullable<CertificateFacts["basicConstraints"]> {
  const fields = elements(only(value, TAG.sequence).content);
  const isCa = fields[0]?.tag === TAG.boolean && fields[0].content[0] !== 0;
  const length = fields.find(({ tag }) => tag === TAG.integer);
  return { isCa, pathLength: length === undefined ? null : smallInteger(length) };
}

/** Bit 0 is the highest of the first octet (RFC 5280 §4.2.1.3). */
function keyUsage(value: Uint8Array): readonly KeyUsage[] {
  const [, first = 0, second = 0] = only(value, TAG.bitString).content;
  const bits = first * 256 + second;
  const usages: KeyUsage[] = [];
  if ((bits & 0x8000) !== 0) usages.push("digitalSignature");
  if ((bits & 0x2000) !== 0) usages.push("keyEncipherment");
  if ((bits & 0x0400) !== 0) usages.push("keyCertSign");
  if ((bits & ~0xa400) !== 0) usages.push("other");
  return usages;
}
