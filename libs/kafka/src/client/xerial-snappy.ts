import { compressSync, uncompressSync } from 'snappy';

/** The stream header that xerial's snappy-java, and so Kafka's Java client, writes: magic, version, compatible version. */
const HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
const MAGIC = HEADER.subarray(0, 8);

/** snappy-java's default block: readers hold one block at a time. */
const BLOCK_BYTES = 32 * 1024;

/** Compresses into snappy-java's framing: the header, then blocks, each after its length (int32). */
export function encodeXerialSnappy(plain: Buffer): Buffer {
  const parts: Buffer[] = [HEADER];
  for (let start = 0; start < plain.length; start += BLOCK_BYTES) {
    const block = compressSync(plain.subarray(start, start + BLOCK_BYTES));
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/**
 * Decompresses snappy as producers write it: in snappy-java's framing, or, from some other clients, as
 * one bare block. Blocks tell their size, so nothing is decompressed that would be over the limit.
 *
 * @param maxBytes the most that may come out
 * @throws RangeError when the header or a block is cut off or too much would come out; snappy's own error
 *   when its content is damaged
 */
export function decodeXerialSnappy(framed: Buffer, maxBytes = Infinity): Buffer {
  if (!framed.subarray(0, MAGIC.length).equals(MAGIC)) return uncompress(framed, maxBytes);
  if (framed.length < HEADER.length) throw new RangeError('a snappy header is cut off');
  const blocks: Buffer[] = [];
  let position = HEADER.length;
  let left = maxBytes;
  while (position < framed.length) {
    const length = framed.readInt32BE(position);
    const start = position + 4;
    position = start + length;
    if (length < 0 || position > framed.length) throw new RangeError('a snappy block is cut off');
    const block = uncompress(framed.subarray(start, position), left);
    left -= block.length;
    blocks.push(block);
  }
  return Buffer.concat(blocks);
}

function uncompress(block: Buffer, maxBytes: number): Buffer {
  if (plainLength(block) > maxBytes)
    throw new RangeError('snappy blocks hold more than is allowed');
  return uncompressSync(block, { asBuffer: true }) as Buffer;
}

/** @returns the length that a block claims in its first bytes, as a varint (snappy's format description) */
function plainLength(block: Buffer): number {
  let length = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = block[index] ?? 0;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) break;
  }
  return length;
}
