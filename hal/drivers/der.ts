/**
 * The Distinguished Encoding Rules (X.690), as far as certificates and signing requests need them.
 *
 * Law: pure; what is not DER throws `NotDer`, and no length in the input is trusted further than the input goes.
 */

/** A tag that ASN.1 calls universal, or one that a structure names by its number: `0xa0` is `[0]`. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  bmpString: 0x1e,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  context0: 0xa0,
  context2: 0xa2,
  context3: 0xa3,
} as const;

export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag, length and content. */
  readonly whole: Uint8Array;
}

export class NotDer extends Error {
  override readonly name = "NotDer";
}

/** The one element that `bytes` are. */
export function only(bytes: Uint8Array, tag: number): Element {
  const [element, ...more] = elements(bytes);
  if (element === undefined || more.length > 0) {
    throw new NotDer(`expected one element, not ${more.length + 1}`);
  }
  return tagged(element, tag);
}

/** The elements that stand in `bytes` one after the other, as in a SEQUENCE's content. */
export function elements(bytes: Uint8Array): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = elementAt(bytes, at);
    found.push(element);
    at += element.whole.length;
  }
  return found;
}

/** The same element, which must be there and bear this tag. */
export function tagged(element: Element | undefined, tag: number): Element {
  if (element?.tag !== tag) throw new NotDer(`expected the tag ${tag}, not ${element?.tag ?? "an end"}`);
  return element;
}

/** The octets of an INTEGER, two's complement and none more than it takes. */
export function integerOctets(element: Element | undefined): Uint8Array {
  const { content } = tagged(element, TAG.integer);
  const [first, second = first] = content;
  if (first === undefined) throw new NotDer("expected an INTEGER of at least one octet");
  const isPadded = content.length > 1 && (first === 0 || first === 0xff) && (first ^ (second ?? 0)) < 0x80;
  if (isPadded) throw new NotDer("expected an INTEGER in as few octets as it takes");
  return content;
}

/** 0 to 2^31 - 1. */
export function smallInteger(element: Element | undefined): number {
  const content = integerOctets(element);
  if (content.length > 4 || (content[0] ?? 0) >= 0x80) throw new NotDer("expected a small INTEGER");
  return content.reduce((value, octet) => value * 256 + octet, 0);
}

/** DER writes FF for it; BER, which OpenSSL reads too, whatever is not 00. */
export function isTrue(element: Element | undefined): boolean {
  const { content: [octet = 0, ...more] } = tagged(element, TAG.boolean);
  if (more.length > 0) throw new NotDer("expected a BOOLEAN of one octet");
  return octet !== 0;
}

/** UTF-8, or one of its forerunners, which are parts of it as far as names use them; BMPString is UTF-16. */
export function textOf({ tag, content }: Element): string {
  if (tag === TAG.bmpString && content.length % 2 === 1) throw new NotDer("expected a BMPString of pairs");
  try {
    return new TextDecoder(tag === TAG.bmpString ? "utf-16be" : "utf-8", { fatal: tag === TAG.utf8String })
      .decode(content);
  } catch {
    throw new NotDer("expected UTF-8 in a UTF8String");
  }
}

/** A BIT STRING's octets, of which no bit is unused: a key or a signature. */
export function bitOctets(element: Element | undefined): Uint8Array {
  const { content } = tagged(element, TAG.bitString);
  if (content[0] !== 0) throw new NotDer("expected whole octets in a BIT STRING");
  return content.subarray(1);
}

/** Dotted, as in 1.2.840.113549.1.1.11. */
export function objectIdentifier(element: Element | undefined): string {
  const { content } = tagged(element, TAG.objectIdentifier);
  const arcs: number[] = [];
  let arc = 0;
  for (const octet of content) {
    arc = arc * 128 + (octet & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 128) throw new NotDer("expected a shorter object identifier");
    if (octet < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [first = 0, ...rest] = arcs;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...rest].join(".");
}

/** Tag, length and the contents one after the other. */
export function encoded(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  const head = length < 0x80 ? [tag, length] : [tag, 0x80 | octets(length).length, ...octets(length)];
  return joined(Uint8Array.from(head), ...contents);
}

export function encodedIdentifier(dotted: string): Uint8Array {
  const [top = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const arcs = [top * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      digits.unshift(left % 128 | 0x80);
    }
    return digits;
  });
  return encoded(TAG.objectIdentifier, Uint8Array.from(arcs));
}

function elementAt(bytes: Uint8Array, at: number): Element {
  const [tag, short] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || short === undefined) throw new NotDer("it ends within a tag or a length");
  // Tags beyond 30 take more octets; nothing here has one.
  if ((tag & 0x1f) === 0x1f) throw new NotDer(`expected a tag of one octet, not ${tag}`);
  const lengthOctets = short < 0x80 ? 0 : short & 0x7f;
  if (short === 0x80 || lengthOctets > 4) throw new NotDer(`expected a definite length of at most 4 octets`);
  const start = at + 2 + lengthOctets;
  const length = short < 0x80
    ? short
    : bytes.subarray(at + 2, start).reduce((sum, octet) => sum * 256 + octet, 0);
  const end = start + length;
  if (end > bytes.length) throw new NotDer(`an element of ${length} octets ends after the text`);
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) };
}

function octets(value: number): readonly number[] {
  return value < 256 ? [value] : [...octets(Math.floor(value / 256)), value % 256];
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
