/**
 * CRC-32 (ISO-HDLC, as in Ethernet and zip): what tells a damaged record from a whole one.
 *
 * It finds every error of up to three bits in a record and all but one in 4 billion of the others. It proves nothing about
 * who wrote the record.
 */

/** The CRC of `bytes`, or of what `previous` is the CRC of followed by `bytes`. An unsigned 32 bit number. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  let remainder = ~previous;
  // By index, which is twice as fast as to iterate: every byte of the store passes here.
  for (let at = 0; at < bytes.length; at++) {
    remainder = (remainder >>> 8) ^ (TABLE[(remainder ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  }
  return ~remainder >>> 0;
}

/** The reversed polynomial of x³²+x²⁶+x²³+x²²+x¹⁶+x¹²+x¹¹+x¹⁰+x⁸+x⁷+x⁵+x⁴+x²+x+1. */
const POLYNOMIAL = 0xedb88320;

const TABLE: Int32Array = Int32Array.from({ length: 256 }, function remainderOf(_, byte) {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
  }
  return remainder;
});
