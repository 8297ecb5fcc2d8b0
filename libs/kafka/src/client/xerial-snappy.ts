import { compressSync, uncompressSync } from 'snappy';
import { decodeSnappyBlock, snappyLength } from '../record-batch/snappy-block.ts';

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
  const blocks: Buffer[] = [];
  let left = maxBytes;
  for (const block of compressedBlocks(framed)) {
    const plain = uncompress(block, left);
    left -= plain.length;
    blocks.push(plain);
  }
  return Buffer.concat(blocks);
}

/**
 * The same, block by block.
 *
 * @param maxBytes the most that may come out of a single block
 */
export function* xerialSnappyBlocks(framed: Buffer, maxBytes: number): Generator<Buffer> {
  for (const block of compressedBlocks(framed)) yield decodeSnappyBlock(block, maxBytes);
}

function* compressedBlocks(framed: Buffer): Generator<Buffer> {
  if (!framed.subarray(0, MAGIC.length).equals(MAGIC)) {
    yield framed;
    return;
  }
  if (framed.length < HEADER.length) throw new RangeError('a snappy header is cut off');
  let position = HEADER.length;
  while (position < framed.length) {
    if (position + 4 > framed.length) throw new RangeError('a snappy block is cut off');
    const length = framed.readInt32BE(position);
    const start = position + 4;
    position = start + length;
    if (length < 0 || position > framed.length) throw new RangeError('a snappy block is cut off');
    yield framed.subarray(start, position);
  }
}

function uncompress(block: Buffer, maxBytes: number): Buffer {
  if (snappyLength(block).length > maxBytes) {
    throw new RangeError('snappy blocks hold more than is allowed');
  }
  return uncompressSync(block, { asBuffer: true }) as Buffer;
}
