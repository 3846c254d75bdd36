/**
 * Seeded entropy, for runs that can be replayed. Worthless for keys.
 *
 * Law: what a stream gives depends on the seed, the stream's name and how often it was asked, and on nothing else.
 */
import type { Entropy } from "../entropy.ts";

/** Draws 32 random bits. */
type Generator = () => number;

export function createSimulatedEntropy(seed: string): Entropy {
  // One a name, and the names are written in the source: it does not grow.
  const generators = new Map<string, Generator>();

  function generator(stream: string): Generator {
    const known = generators.get(stream);
    if (known !== undefined) return known;
    // Two names never share a stream by running into their seeds: JSON keeps them apart.
    const made = smallFastCounter(JSON.stringify([seed, stream]));
    generators.set(stream, made);
    return made;
  }

  return {
    fraction: (stream) => {
      const draw = generator(stream);
      return ((draw() >>> 5) * 2 ** 26 + (draw() >>> 6)) / 2 ** 53;
    },
    uuid: (stream) => uuidOf(generator(stream)),
  };
}

/** Chris Doty-Humphrey's sfc32 (PractRand): 128 bits of state, three of which the name's hash fills. */
function smallFastCounter(name: string): Generator {
  let a = hash(name, 0x9e3779b9);
  let b = hash(name, 0x243f6a88);
  let c = hash(name, 0xb7e15162);
  let counter = 1;
  const draw = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum | 0;
    return sum >>> 0;
  };
  // Its author's own advice: the first dozen still show the seed.
  for (let i = 0; i < 12; i++) draw();
  return draw;
}

/** FNV-1a with another beginning, and the last mixing of MurmurHash3, which spreads one letter over all bits. */
function hash(text: string, beginning: number): number {
  let h = beginning;
  for (const letter of text) h = Math.imul(h ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** RFC 9562 §5.4: 122 random bits, version 4, variant 10. */
function uuidOf(draw: Generator): string {
  const one = draw();
  const two = draw() & 0xffff0fff | 0x00004000;
  const three = draw() & 0x3fffffff | 0x80000000;
  const four = draw();
  return `${high(one)}${low(one)}-${high(two)}-${low(two)}-${high(three)}-` +
    `${low(three)}${high(four)}${low(four)}`;
}

/** Two digits a byte, by the byte: each CALL has an id, and to write numbers beyond 2^31 to base 16 is slow. */
const hexBytes: readonly string[] = Array.from({ length: 256 }, function hexOf(_, byte) {
  return byte.toString(16).padStart(2, "0");
});

function high(bits: number): string {
  return `${hexBytes[bits >>> 24]}${hexBytes[(bits >>> 16) & 0xff]}`;
}

function low(bits: number): string {
  return `${hexBytes[(bits >>> 8) & 0xff]}${hexBytes[bits & 0xff]}`;
}
