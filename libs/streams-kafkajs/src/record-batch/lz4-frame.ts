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
/** Blocks that give less are given together. */
const PART_BYTES = 256 * 1024;

interface Block {
  readonly bytes: Buffer;
  readonly isStored: boolean;
  /** What comes out of it at most. */
  readonly bound: number;
  /** Where the next one begins. */
  readonly next: number;
}

/** What can be said of a frame without decompressing it. */
export interface Lz4Frame {
  /** The frame alone: what follows it in a batch is not looked at. */
  readonly bytes: Buffer;
  /** What it holds at most: the sum over its blocks of what their size and the frame's block size allow. */
  readonly bound: number;
  readonly maxBlock: number;
  /** Taken from the bytes one by one: a frame may have millions. */
  readonly blocks: Iterable<Block>;
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
  let start = SHORTEST_HEADER;
  if ((flags & FLAG.contentSize) > 0) start += 8;
  if ((flags & FLAG.dictionary) > 0) start += 4;
  const blocks = { [Symbol.iterator]: () => blocksOf(bytes, { start, maxBlock, blockChecksum }) };
  let bound = 0;
  let end = start;
  for (const block of blocks) {
    bound += block.bound;
    end = block.next;
  }
  // The end mark, which is a size of zero.
  end += 4 + ((flags & FLAG.contentChecksum) > 0 ? 4 : 0);
  return { bytes: bytes.subarray(0, end), bound, maxBlock, blocks };
}

function* blocksOf(
  bytes: Buffer,
  {
    start,
    maxBlock,
    blockChecksum,
  }: { readonly start: number; readonly maxBlock: number; readonly blockChecksum: number },
): Generator<Block> {
  for (let position = start; ;) {
    if (position + 4 > bytes.length) throw new RangeError('an LZ4 frame is cut off');
    const head = bytes.readUInt32LE(position);
    const size = head & SIZE;
    if (size === 0) return;
    if (size > maxBlock) throw new RangeError('an LZ4 block is larger than its frame allows');
    const isStored = head !== size;
    const bound = isStored ? size : Math.min(maxBlock, size * MAX_RATIO);
    const end = position + 4 + size;
    position = end + blockChecksum;
    yield { bytes: bytes.subarray(end - size, end), isStored, bound, next: position };
  }
}

/**
 * Decompresses block by block into memory that the collector knows of: what the library gives is
 * outside of its sight, and large blocks would pile up. What is given has no more memory than it
 * needs: small blocks come together, as a copy. Checksums are left to the one of the record batch.
 *
 * @throws RangeError when a block is damaged
 */
export function* decodeLz4Blocks({ blocks, bound: most, maxBlock }: Lz4Frame): Generator<Buffer> {
  const window = Buffer.allocUnsafeSlow(Math.min(most, HISTORY + Math.max(maxBlock, PART_BYTES)));
  let given = 0;
  let end = 0;
  for (const { bytes, isStored, bound } of blocks) {
    if (end + bound > window.length) {
      if (end > given) yield Buffer.from(window.subarray(given, end));
      const history = Math.min(HISTORY, end);
      window.copyWithin(0, end - history, end);
      given = end = history;
    }
    end = isStored
      ? end + bytes.copy(window, end)
      : decodeBlock(bytes, window.subarray(0, end + bound), end);
  }
  if (end > given) yield Buffer.from(window.subarray(given, end));
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
