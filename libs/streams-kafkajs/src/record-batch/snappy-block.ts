import { copyBytes, repeatBytes } from './repeat-bytes.ts';

/** Of three bytes come at most 64: a copy's length. A block that claims more lies, and would cost memory. */
const MAX_RATIO = 22;

/** The lowest bits of an element's tag (snappy's format description). */
const LITERAL = 0;
const COPY_1 = 1;
const COPY_2 = 2;
/** A literal's length, from here on, is in so many bytes behind the tag. */
const LONG_LITERAL = 60;

/**
 * @returns the length that a block claims in its first bytes, a varint, and where that ends.
 * @throws RangeError when it does not
 */
function snappyLength(block: Buffer): { readonly length: number; readonly end: number } {
  let length = 0;
  let end = 0;
  for (; end < 5; end += 1) {
    const byte = block[end] ?? 0;
    length += (byte & 0x7f) * 2 ** (7 * end);
    if (byte < 0x80) break;
  }
  if (end >= block.length) throw new RangeError('a snappy block is cut off');
  return { length, end: end + 1 };
}

/**
 * @returns how much a block states to hold
 * @throws RangeError when that cannot be, or is more than allowed
 */
export function snappyBlockBytes(block: Buffer, maxBytes: number): number {
  const { length } = snappyLength(block);
  if (length > maxBytes) throw new RangeError('snappy blocks hold more than is allowed');
  if (length > block.length * MAX_RATIO) throw new RangeError('a snappy block lies about its size');
  return length;
}

/**
 * Decompresses a block of snappy into memory that the collector knows of: what the library gives is
 * outside of its sight, and large blocks would pile up.
 *
 * @param out as large as the block states to be
 * @throws RangeError when the block is damaged
 */
export function decodeSnappyBlock(block: Buffer, out: Buffer): void {
  let at = 0;
  let position = snappyLength(block).end;
  while (position < block.length) {
    const tag = block.readUInt8(position++);
    const kind = tag & 3;
    let length = (tag >> 2) + 1;
    if (kind === LITERAL) {
      const lengthBytes = length - LONG_LITERAL;
      if (lengthBytes > 0) {
        length = block.readUIntLE(position, lengthBytes) + 1;
        position += lengthBytes;
      }
      copyBytes(block, position, { out, at, length });
      position += length;
    } else if (kind === COPY_1) {
      length = ((tag >> 2) & 7) + 4;
      repeatBytes(out, at, ((tag >> 5) << 8) | block.readUInt8(position), length);
      position += 1;
    } else if (kind === COPY_2) {
      repeatBytes(out, at, block.readUInt16LE(position), length);
      position += 2;
    } else {
      repeatBytes(out, at, block.readUInt32LE(position), length);
      position += 4;
    }
    at += length;
  }
  if (at !== out.length) throw new RangeError('a snappy block is shorter than it states');
}
