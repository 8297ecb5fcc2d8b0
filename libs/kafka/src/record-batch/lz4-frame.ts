import { copyBytes, repeatBytes } from './repeat-bytes.ts';

/** The LZ4 frame format, version 1.6.4: the four bytes that every frame begins with, and bits of its flags. */
const MAGIC = 0x184d2204;
const FLAG = { dictionary: 0x01, contentChecksum: 0x04, contentSize: 0x08, blockChecksum: 0x10 };
const SHORTEST_HEADER = 7;

/** A block holds at most 255 times its bytes: that much one more byte can add to a match's length. */
const MAX_RATIO = 255;

/** The highest bit of a block's size marks one that is stored as it is. */
const SIZE = 0x7fff_ffff;

/** How far back a block may refer, to the blocks before it too. */
const HISTORY = 64 * 1024;
const SHORTEST_MATCH = 4;
/** A length that does not fit into half of the token goes on in bytes of their own. */
const LONG = 15;

interface Block {
  readonly bytes: Buffer;
  readonly isStored: boolean;
  /** What comes out of it at most. */
  readonly bound: number;
}

/** What can be said of a frame without decompressing it. */
export interface Lz4Frame {
  /** The frame alone: what follows it in a batch is not looked at. */
  readonly bytes: Buffer;
  /** What it holds at most: the sum over its blocks of what their size and the frame's block size allow. */
  readonly bound: number;
  readonly blocks: readonly Block[];
}

/**
 * Takes a frame apart. Only the format that Kafka's record batches have is taken: libraries know an older one too, of
 * which nothing is bounded.
 *
 * @throws RangeError when it is no such frame, or cut off
 */
export function lz4Frame(bytes: Buffer): Lz4Frame {
  if (bytes.length < SHORTEST_HEADER || bytes.readUInt32LE(0) !== MAGIC) {
    throw new RangeError('it is no LZ4 frame');
  }
  const flags = bytes.readUInt8(4);
  // Sizes 4 to 7 are 64 KiB, 256 KiB, 1 MiB and 4 MiB.
  const maxBlock = 1 << (8 + 2 * ((bytes.readUInt8(5) >> 4) & 7));
  const blockChecksum = (flags & FLAG.blockChecksum) > 0 ? 4 : 0;
  let position = SHORTEST_HEADER;
  if ((flags & FLAG.contentSize) > 0) position += 8;
  if ((flags & FLAG.dictionary) > 0) position += 4;
  const blocks: Block[] = [];
  for (;;) {
    if (position + 4 > bytes.length) throw new RangeError('an LZ4 frame is cut off');
    const head = bytes.readUInt32LE(position);
    const size = head & SIZE;
    if (size === 0) break;
    const end = position + 4 + size;
    blocks.push({
      bytes: bytes.subarray(position + 4, end),
      isStored: head !== size,
      bound: Math.min(maxBlock, size * MAX_RATIO),
    });
    position = end + blockChecksum;
  }
  position += 4 + ((flags & FLAG.contentChecksum) > 0 ? 4 : 0);
  const bound = blocks.reduce((sum, block) => sum + block.bound, 0);
  return { bytes: bytes.subarray(0, position), bound, blocks };
}

/**
 * Decompresses block by block into memory that the collector knows of: what the library gives is outside of its sight, and
 * large blocks would pile up. Checksums are left to the one of the record batch.
 *
 * @throws RangeError when a block is damaged
 */
export function* decodeLz4Blocks({ blocks }: Lz4Frame): Generator<Buffer> {
  let history: Buffer = Buffer.alloc(0);
  for (const { bytes, isStored, bound } of blocks) {
    const out = Buffer.allocUnsafeSlow(history.length + (isStored ? bytes.length : bound));
    history.copy(out);
    const end = isStored
      ? history.length + bytes.copy(out, history.length)
      : decodeBlock(bytes, out, history.length);
    yield out.subarray(history.length, end);
    history = Buffer.from(out.subarray(Math.max(0, end - HISTORY), end));
  }
}

/** @returns where in `out` the block ends that begins there */
function decodeBlock(block: Buffer, out: Buffer, start: number): number {
  let at = start;
  let position = 0;
  const longLength = (short: number): number => {
    let length = short;
    for (let byte = short === LONG ? 255 : 0; byte === 255;) {
      byte = block.readUInt8(position++);
      length += byte;
    }
    return length;
  };
  while (position < block.length) {
    const token = block.readUInt8(position++);
    const literals = longLength(token >> 4);
    copyBytes(block, position, { out, at, length: literals });
    position += literals;
    at += literals;
    // The last sequence has literals only.
    if (position >= block.length) break;
    const distance = block.readUInt16LE(position);
    position += 2;
    const length = longLength(token & LONG) + SHORTEST_MATCH;
    repeatBytes(out, at, distance, length);
    at += length;
  }
  return at;
}
