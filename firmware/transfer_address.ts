/**
 * To which addresses a transfer may go, once a name has been looked up: a central system is not to reach through the charger what
 * listens on the charger itself, or what only its own wire reaches (issue 6, Threats).
 *
 * Law: an address that is another one in disguise (IPv4 in IPv6, NAT64, 6to4) is that other one. What cannot be read is refused.
 */

/** `never`: multicast, broadcast, unspecified, reserved. */
export type AddressKind = "ordinary" | LocalKind | "never";

/** Refused, unless whoever runs the charger has said otherwise. */
export const localKinds = ["loopback", "linkLocal"] as const;
export type LocalKind = (typeof localKinds)[number];

export function mayTransferTo(address: string, allowed: readonly LocalKind[]): boolean {
  const kind = addressKind(address);
  return kind === "ordinary" || allowed.some((local) => local === kind);
}

/** In whatever form an address is written. */
export function addressKind(address: string): AddressKind {
  const four = address.includes(":") ? "" : URL.parse(`http://${address}/`)?.hostname ?? "";
  if (/^\d+\.\d+\.\d+\.\d+$/.test(four)) return kindOfFour(four.split(".").map(Number));
  const six = URL.parse(`http://[${address}]/`)?.hostname;
  return six === undefined ? "never" : kindOfSix(groupsOf(six.slice(1, -1)));
}

function kindOfFour([first = 0, second = 0]: readonly number[]): AddressKind {
  if (first === 127) return "loopback";
  if (first === 169 && second === 254) return "linkLocal";
  return first === 0 || first >= 224 ? "never" : "ordinary";
}

function kindOfSix(groups: readonly number[]): AddressKind {
  const [first = 0, second = 0, third = 0, , , sixth = 0, seventh = 0, eighth = 0] = groups;
  const leading = (zeros: number) => groups.slice(0, zeros).every((group) => group === 0);
  if (leading(7) && eighth === 1) return "loopback";
  if (leading(7) && eighth === 0) return "never";
  // ::a.b.c.d, ::ffff:a.b.c.d, and NAT64 (RFC 6052).
  const embeds = leading(6) || (leading(5) && sixth === 0xffff) || (first === 0x64 && second === 0xff9b);
  if (embeds) return kindOfFour(octets(seventh, eighth));
  if (first === 0x2002) return kindOfFour(octets(second, third));
  if ((first & 0xffc0) === 0xfe80) return "linkLocal";
  return (first & 0xff00) === 0xff00 ? "never" : "ordinary";
}

function octets(high: number, low: number): readonly number[] {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff];
}

/** Of the one form in which a URL's parser writes an address: hexadecimal, with one gap at most. */
function groupsOf(address: string): readonly number[] {
  const [before = "", after] = address.split("::");
  const head = numbers(before);
  if (after === undefined) return head;
  const tail = numbers(after);
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function numbers(text: string): readonly number[] {
  return text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));
}
