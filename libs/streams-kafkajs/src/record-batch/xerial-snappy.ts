import { compressSync, uncompressSync } from 'snappy';
import { decodeSnappyBlock, snappyBlockBytes } from './snappy-block.ts';

/**
 * The stream header that xerial's snappy-java, and so Kafka's Java client, writes: magic, version,
 * compatible version.
 */
const HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
const MAGIC = HEADER.subarray(0, 8);

/** snappy-java's default block: readers hold one block at a time. */
const BLOCK_BYTES = 32 * 1024;

/** Of a smaller block the library's call takes longer than its work, and memory that the collector does not see. */
const SMALL_BLOCK = 4 * 1024;

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
  let length = 0;
  for (const block of compressedBlocks(framed)) {
    length += snappyBlockBytes(block, maxBytes - length);
  }
  const plain = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const block of compressedBlocks(framed)) {
    const end = at + snappyBlockBytes(block, length - at);
    if (end - at < SMALL_BLOCK) decodeSnappyBlock(block, plain.subarray(at, end));
    else (uncompressSync(block, { asBuffer: true }) as Buffer).copy(plain, at);
    at = end;
  }
  return plain;
}

/**
 * The same, block by block.
 *
 * @param maxBytes the most that may come out of a single block
 */
export function* xerialSnappyBlocks(framed: Buffer, maxBytes: number): Generator<Buffer> {
  for (const block of compressedBlocks(framed)) {
    const plain = Buffer.allocUnsafeSlow(snappyBlockBytes(block, maxBytes));
    decodeSnappyBlock(block, plain);
    yield plain;
  }
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
