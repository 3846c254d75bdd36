/**
 * To which addresses a transfer may go, once a name has been looked up: a central system is not to reach through the charger what
 * listens on the charger itself, or what only its own wire reaches (issue 6, Threats).
 *
 * Law: an address that is another one in disguise (IPv4 in IPv6, NAT64, 6to4, Teredo) is that other one. What cannot be read is
 * refused.
 */

/** `never`: multicast, broadcast, unspecified, reserved. */
export type AddressKind = "ordinary" | LocalKind | "never";

/** Refused, unless whoever runs the charger has said otherwise. */
export const localKinds = ["loopback", "linkLocal"] as const;
export type LocalKind = (typeof localKinds)[number];

/** `own`: the addresses of the charger itself, which lead to what listens on it as loopback does. */
export function mayTransferTo(
  address: string,
  allowed: readonly LocalKind[],
  own: readonly string[],
): boolean {
  const kind = addressKind(address, own);
  return kind === "ordinary" || allowed.some((local) => local === kind);
}

/** In whatever form they are written. Where an address may be one of several, the worst of them counts, and a bad one before a void one. */
export function addressKind(address: string, own: readonly string[]): AddressKind {
  const groups = groupsOf(address);
  if (groups === null) return "never";
  const fours = foursIn(groups);
  const meant = [groups, ...fours.map(mapped)].map(String);
  if (own.some((one) => meant.includes(String(groupsOf(one))))) return "loopback";
  const kinds = [kindOfSix(groups, fours.length > 0), ...fours.map(kindOfFour)];
  return kinds.find((kind) => kind === "loopback" || kind === "linkLocal") ??
    kinds.find((kind) => kind === "ordinary") ?? "never";
}

function kindOfFour([first = 0, second = 0]: readonly number[]): AddressKind {
  if (first === 127) return "loopback";
  if (first === 169 && second === 254) return "linkLocal";
  return first === 0 || first >= 224 ? "never" : "ordinary";
}

/** Null where it is but another one's disguise. */
function kindOfSix(groups: readonly number[], isDisguise: boolean): AddressKind | null {
  const [first = 0] = groups;
  if (String(groups) === "0,0,0,0,0,0,0,1") return "loopback";
  if ((first & 0xffc0) === 0xfe80) return "linkLocal";
  if (isDisguise) return null;
  return (first & 0xff00) === 0xff00 ? "never" : "ordinary";
}

/** The IPv4 addresses that it may lead to, four octets each. */
function foursIn(groups: readonly number[]): readonly (readonly number[])[] {
  const bytes = groups.flatMap((group) => [group >> 8, group & 0xff]);
  const at = (octet: number) => bytes.slice(octet, octet + 4);
  const begins = (...prefix: readonly number[]) => prefix.every((group, index) => groups[index] === group);
  // ::a.b.c.d and ::ffff:a.b.c.d (RFC 4291 §2.5.5), ::ffff:0:a.b.c.d (RFC 2765 §2.1), NAT64 (RFC 6052 §2.1).
  const isEmbedding = begins(0, 0, 0, 0, 0, 0) || begins(0, 0, 0, 0, 0, 0xffff) ||
    begins(0, 0, 0, 0, 0xffff, 0) ||
    begins(0x64, 0xff9b, 0, 0, 0, 0);
  if (isEmbedding) return [at(12)];
  // NAT64 of one's own (RFC 8215), whose prefix may have four lengths; the ninth octet is none of the address (RFC 6052 §2.2).
  if (begins(0x64, 0xff9b, 1)) {
    const address = bytes.toSpliced(8, 1);
    return [6, 7, 8, 11].map((octet) => address.slice(octet, octet + 4));
  }
  // 6to4 (RFC 3056 §2).
  if (begins(0x2002)) return [at(2)];
  // Teredo (RFC 4380 §4): its server, and its client turned over.
  if (begins(0x2001, 0)) return [at(4), at(12).map((octet) => octet ^ 0xff)];
  // ISATAP (RFC 5214 §6.1).
  const [, , , , fifth = 0, sixth] = groups;
  return (fifth & 0xfdff) === 0 && sixth === 0x5efe ? [at(12)] : [];
}

function mapped([first = 0, second = 0, third = 0, fourth = 0]: readonly number[]): readonly number[] {
  return [0, 0, 0, 0, 0, 0xffff, first * 256 + second, third * 256 + fourth];
}

/** Eight groups; those of an IPv4 address are ::ffff:a.b.c.d. Null where it is none. */
function groupsOf(address: string): readonly number[] | null {
  const four = address.includes(":") ? "" : URL.parse(`http://${address}/`)?.hostname ?? "";
  if (/^\d+\.\d+\.\d+\.\d+$/.test(four)) return mapped(four.split(".").map(Number));
  const six = URL.parse(`http://[${address}]/`)?.hostname;
  return six === undefined ? null : groupsOfSix(six.slice(1, -1));
}

/** Of the one form in which a URL's parser writes an address: hexadecimal, with one gap at most. */
function groupsOfSix(address: string): readonly number[] {
  const [before = "", after] = address.split("::");
  const head = numbers(before);
  if (after === undefined) return head;
  const tail = numbers(after);
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function numbers(text: string): readonly number[] {
  return text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));
}
