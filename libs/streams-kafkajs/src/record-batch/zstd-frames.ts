/** A Zstandard frame with data. */
export interface ZstdFrame {
  readonly bytes: Buffer;
  /** The most that decompressing it keeps besides what comes out. */
  readonly windowBytes: number;
}

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const SKIPPABLE_MASK = 0xfffffff0;
const BLOCK_HEADER = 3;
const CHECKSUM = 4;
const RLE = 1;
/** What a byte can become: a block of 128 KiB takes four bytes at least. */
const MAX_GROWTH = 32 * 1024;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];

/**
 * Cuts bytes into Zstandard frames (RFC 8878, 3.1). Several may follow each other; those to be skipped are left out.
 *
 * @throws an error of any kind where something else is between or in them
 */
export function zstdFrames(bytes: Buffer): readonly ZstdFrame[] {
  const frames: ZstdFrame[] = [];
  for (let start = 0; start < bytes.length;) {
    const magic = bytes.readUInt32LE(start);
    if ((magic & SKIPPABLE_MASK) >>> 0 === SKIPPABLE_MAGIC) {
      start += 8 + bytes.readUInt32LE(start + 4);
    } else {
      if (magic !== MAGIC) throw new Error('what follows is no frame');
      const { end, windowBytes } = frameAt(bytes, start);
      const frame = bytes.subarray(start, end);
      frames.push({
        bytes: frame,
        windowBytes: Math.min(windowBytes, frame.length * MAX_GROWTH),
      });
      start = end;
    }
  }
  return frames;
}

function frameAt(
  bytes: Buffer,
  start: number,
): { readonly end: number; readonly windowBytes: number } {
  let position = start + 4;
  const descriptor = bytes.readUInt8(position++);
  const isSingleSegment = (descriptor & 0x20) > 0;
  const hasChecksum = (descriptor & 0x04) > 0;
  const window = isSingleSegment ? undefined : bytes.readUInt8(position++);
  position += DICTIONARY_ID_BYTES[descriptor & 0x03] ?? 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = isSingleSegment && sizeFlag === 0 ? 1 : (CONTENT_SIZE_BYTES[sizeFlag] ?? 0);
  // A single segment is its own window.
  const windowBytes =
    window === undefined ? littleEndian(bytes, position, sizeBytes) : sizeOf(window);
  position += sizeBytes;
  for (let isLast = false; !isLast;) {
    const header = bytes.readUIntLE(position, BLOCK_HEADER);
    const type = (header >> 1) & 3;
    isLast = (header & 1) > 0;
    position += BLOCK_HEADER + (type === RLE ? 1 : header >> 3);
  }
  return { end: position + (hasChecksum ? CHECKSUM : 0), windowBytes };
}

/** A window's size by its descriptor (RFC 8878, 3.1.1.1.2). */
function sizeOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** Sizes of two bytes count from 256 (RFC 8878, 3.1.1.1.4): a bound may be that much too small. */
function littleEndian(bytes: Buffer, position: number, length: number): number {
  return length === 8
    ? Number(bytes.readBigUInt64LE(position))
    : bytes.readUIntLE(position, length);
}
