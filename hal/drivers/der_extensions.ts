/**
 * Reads the extensions of an X.509 certificate (RFC 5280 §4.2).
 *
 * Law: pure; what cannot be read throws `NotDer`, and so does one that is there twice. One that is critical and not understood is
 * said to be.
 */
import type { CertificateFacts, KeyUsage } from "../../protocol/certificate_facts.ts";
import { nameConstraints } from "../../protocol/certificate.ts";
import type { Element } from "./der.ts";
import {
  elements,
  isTrue,
  NotDer,
  objectIdentifier,
  only,
  smallInteger,
  TAG,
  tagged,
  textOf,
} from "./der.ts";

export type Extensions = Pick<
  CertificateFacts,
  "basicConstraints" | "keyUsage" | "extendedKeyUsage" | "dnsNames" | "hasNameConstraints" | "unknownCritical"
>;

export function extensionsOf(element: Element | undefined): Extensions {
  let found: Extensions = {
    basicConstraints: null,
    keyUsage: null,
    extendedKeyUsage: null,
    dnsNames: [],
    hasNameConstraints: false,
    unknownCritical: [],
  };
  if (element === undefined) return found;
  const extensions = elements(only(element.content, TAG.sequence).content).map(extensionOf);
  const twice = extensions.find(({ name }, at) => extensions.findIndex((one) => one.name === name) < at);
  if (twice !== undefined) throw new NotDer(`expected the extension ${twice.name} once`);
  for (const { name, isCritical, value } of extensions) {
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
        if (isCritical) found = { ...found, unknownCritical: [...found.unknownCritical, name] };
    }
  }
  return found;
}

/** [2] of a GeneralName (RFC 5280 §4.2.1.6). */
const dnsName = 0x82;

interface Extension {
  readonly name: string;
  readonly isCritical: boolean;
  readonly value: Uint8Array;
}

/** A name, perhaps whether it is critical, and a value. */
function extensionOf(element: Element): Extension {
  const [type, ...rest] = elements(tagged(element, TAG.sequence).content);
  const [value, flag, ...more] = rest.toReversed();
  if (more.length > 0) throw new NotDer("expected an extension of at most three elements");
  return {
    name: objectIdentifier(type),
    isCritical: flag !== undefined && isTrue(flag),
    value: tagged(value, TAG.octetString).content,
  };
}

function basicConstraints(value: Uint8Array): NonNullable<CertificateFacts["basicConstraints"]> {
  const fields = elements(only(value, TAG.sequence).content);
  const flag = fields.find(({ tag }) => tag === TAG.boolean);
  const length = fields.find(({ tag }) => tag === TAG.integer);
  const order = [flag, length].filter((field) => field !== undefined);
  if (order.length !== fields.length || order[0] !== fields[0]) {
    throw new NotDer("expected whether it is a CA's, and how many may be below it, and nothing else");
  }
  return {
    isCa: flag !== undefined && isTrue(flag),
    pathLength: length === undefined ? null : smallInteger(length),
  };
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
