/**
 * Keys and certificates for tests, written here and signed by node's cryptography: they need no command, and no time.
 *
 * Law: what they are made of is said once, in `authority.ts`. `openssl_workshop.ts` makes the same of other stuff, so that
 * nobody's mistake is taken for the rule.
 */
import { Buffer } from "node:buffer";
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import { promisify } from "node:util";
import { elements, encoded, encodedIdentifier, only, TAG } from "../../hal/drivers/der.ts";
import { readCertificate } from "../../hal/drivers/der_certificate.ts";
import type { Certification, Extensions, KeyKind, Workshop } from "./authority.ts";

export const ownWorkshop: Workshop = { makeKey, makeRequest, certify };

const bits = { rsa: 2_048, weak: 1_024 } as const;
const curves = { p256: "P-256", p384: "P-384" } as const;

async function makeKey(kind: KeyKind): Promise<string> {
  const generate = promisify(generateKeyPair);
  const { privateKey } = kind === "rsa" || kind === "weak"
    ? await generate("rsa", { modulusLength: bits[kind] })
    : await generate("ec", { namedCurve: curves[kind] });
  return privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}

/** RFC 2986 §4. */
function makeRequest(privateKey: string, subject: string): Promise<string> {
  const key = createPrivateKey(privateKey);
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  const information = encoded(
    TAG.sequence,
    encoded(TAG.integer, Uint8Array.of(0)),
    nameOf(subject),
    spki,
    encoded(TAG.context0),
  );
  return Promise.resolve(signed("CERTIFICATE REQUEST", information, key));
}

/** RFC 5280 §4.1. */
function certify(order: Certification): Promise<string> {
  const key = createPrivateKey(order.issuerKey);
  const [information] = elements(only(bytesOf(order.request), TAG.sequence).content);
  const [, subject, spki] = elements(information?.content ?? new Uint8Array(0));
  if (subject === undefined || spki === undefined) throw new Error("cannot sign: this is no request");
  const issuer = order.issuer === null ? null : readCertificate(bytesOf(order.issuer));
  const certificate = encoded(
    TAG.sequence,
    encoded(TAG.context0, encoded(TAG.integer, Uint8Array.of(2))),
    encoded(TAG.integer, Uint8Array.of(1, ...randomBytes(15))),
    algorithm(key),
    issuer === null ? subject.whole : Uint8Array.from(Buffer.from(issuer.facts.subject.encoded, "hex")),
    encoded(TAG.sequence, dayFromNow(order.fromDays), dayFromNow(order.toDays)),
    subject.whole,
    spki.whole,
    encoded(TAG.context3, extensionsOf(order.extensions, spki.whole, issuer?.spki ?? spki.whole)),
  );
  return Promise.resolve(signed("CERTIFICATE", certificate, key));
}

const rsaWithSha256 = encoded(
  TAG.sequence,
  encodedIdentifier("1.2.840.113549.1.1.11"),
  encoded(TAG.null),
);
const ecdsaWithSha256 = encoded(TAG.sequence, encodedIdentifier("1.2.840.10045.4.3.2"));

function algorithm({ asymmetricKeyType }: KeyObject): Uint8Array {
  return asymmetricKeyType === "rsa" ? rsaWithSha256 : ecdsaWithSha256;
}

function signed(label: string, content: Uint8Array, key: KeyObject): string {
  const signature = encoded(TAG.bitString, Uint8Array.of(0), sign("sha256", content, key));
  const whole = encoded(TAG.sequence, content, algorithm(key), signature);
  const lines = Buffer.from(whole).toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function bytesOf(pem: string): Uint8Array {
  return Uint8Array.from(Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64"));
}

const attributes: Readonly<Record<string, string>> = { O: "2.5.4.10", CN: "2.5.4.3" };

/** Of `/O=Owner/CN=name`. */
function nameOf(subject: string): Uint8Array {
  const parts = subject.split("/").slice(1).map((part) => {
    const [attribute = "", text = ""] = part.split("=");
    const type = attributes[attribute];
    if (type === undefined) throw new Error(`cannot name ${JSON.stringify(subject)}: use O and CN`);
    return encoded(
      TAG.set,
      encoded(TAG.sequence, encodedIdentifier(type), encodedText(TAG.utf8String, text)),
    );
  });
  return encoded(TAG.sequence, ...parts);
}

/** YYMMDDHHMMSSZ, which lasts until 2049. */
function dayFromNow(days: number): Uint8Array {
  const text = new Date(Date.now() + days * 86_400_000).toISOString().replace(/^..|[-:T]|\.\d+/g, "");
  return encodedText(TAG.utcTime, text);
}

const usageBits = {
  digitalSignature: 0x80,
  keyEncipherment: 0x20,
  keyCertSign: 0x04,
  cRLSign: 0x02,
} as const;
const purposes = { serverAuth: "1.3.6.1.5.5.7.3.1", clientAuth: "1.3.6.1.5.5.7.3.2" } as const;
const isTrue = encoded(TAG.boolean, Uint8Array.of(0xff));
const ia5String = 0x16;

/** RFC 5280 §4.2.1. `own` and `issuer` are SubjectPublicKeyInfo. */
function extensionsOf(asked: Extensions, own: Uint8Array, issuer: Uint8Array): Uint8Array {
  const constraints = [
    ...(asked.ca ? [isTrue] : []),
    ...(asked.pathLength === undefined ? [] : [encoded(TAG.integer, Uint8Array.of(asked.pathLength))]),
  ];
  const found = [
    extension("2.5.29.14", encoded(TAG.octetString, identifierOf(own))),
    extension("2.5.29.35", encoded(TAG.sequence, encoded(0x80, identifierOf(issuer)))),
    extension("2.5.29.19", encoded(TAG.sequence, ...constraints), "critical"),
  ];
  if (asked.keyUsage !== undefined) {
    const usage = asked.keyUsage.reduce((sum, name) => sum | usageBits[name], 0);
    // DER leaves out the bits behind the last one that is set.
    const unused = Math.clz32(usage & -usage) === 32 ? 0 : 31 - Math.clz32(usage & -usage);
    found.push(extension("2.5.29.15", encoded(TAG.bitString, Uint8Array.of(unused, usage)), "critical"));
  }
  if (asked.purposes !== undefined) {
    const identifiers = asked.purposes.map((name) => encodedIdentifier(purposes[name]));
    found.push(extension("2.5.29.37", encoded(TAG.sequence, ...identifiers)));
  }
  if (asked.alternativeNames !== undefined) {
    const names = asked.alternativeNames.split(",").map(alternativeName);
    found.push(extension("2.5.29.17", encoded(TAG.sequence, ...names)));
  }
  if (asked.onlyHostsOf !== undefined) {
    const permitted = encoded(0xa0, encoded(TAG.sequence, alternativeName(`DNS:${asked.onlyHostsOf}`)));
    found.push(extension("2.5.29.30", encoded(TAG.sequence, permitted), "critical"));
  }
  if (asked.constrainsPolicies) {
    const requireExplicitPolicy = encoded(0x80, Uint8Array.of(0));
    found.push(extension("2.5.29.36", encoded(TAG.sequence, requireExplicitPolicy), "critical"));
  }
  if (asked.comment !== undefined) {
    found.push(extension("2.16.840.1.113730.1.13", encodedText(ia5String, asked.comment)));
  }
  return encoded(TAG.sequence, ...found);
}

function extension(type: string, value: Uint8Array, critical?: "critical"): Uint8Array {
  const flag = critical === undefined ? [] : [isTrue];
  return encoded(TAG.sequence, encodedIdentifier(type), ...flag, encoded(TAG.octetString, value));
}

/** RFC 5280 §4.2.1.2: SHA-1 of the key alone. */
function identifierOf(spki: Uint8Array): Uint8Array {
  const [, key] = elements(only(spki, TAG.sequence).content);
  return createHash("sha1").update(key?.content.subarray(1) ?? spki).digest();
}

/** `DNS:…` or `IP:…` with four numbers. */
function alternativeName(name: string): Uint8Array {
  const [kind, value = ""] = name.split(":");
  return kind === "IP"
    ? encoded(0x87, Uint8Array.from(value.split(".").map(Number)))
    : encodedText(0x82, value);
}

function encodedText(tag: number, text: string): Uint8Array {
  return encoded(tag, new TextEncoder().encode(text));
}
