/** The LZ4 frame format, version 1.6.4: the four bytes that every frame begins with, and bits of its flags. */
const MAGIC = 0x184d2204;
const FLAG = { dictionary: 0x01, contentSize: 0x08, blockChecksum: 0x10 } as const;

/** A block holds at most 255 times its bytes: that much one more byte can add to a match's length. */
const MAX_RATIO = 255;

/**
 * Says, without decompressing, what an LZ4 frame can hold at most: the sum over its blocks of what their
 * size and the frame's block size allow.
 *
 * @returns bytes; 0 for what is no frame, which the decompressor refuses by itself
 */
export function lz4ContentBound(frame: Buffer): number {
  if (frame.length < 7 || frame.readUInt32LE(0) !== MAGIC) return 0;
  const flags = frame.readUInt8(4);
  // Sizes 4 to 7 are 64 KiB, 256 KiB, 1 MiB and 4 MiB.
  const maxBlock = 1 << (8 + 2 * ((frame.readUInt8(5) >> 4) & 7));
  const checksum = (flags & FLAG.blockChecksum) > 0 ? 4 : 0;
  let position = 7;
  if ((flags & FLAG.contentSize) > 0) position += 8;
  if ((flags & FLAG.dictionary) > 0) position += 4;
  let bound = 0;
  while (position + 4 <= frame.length) {
    // The highest bit marks a block that is stored as it is; a block of no bytes ends the frame.
    const size = frame.readUInt32LE(position) & 0x7fff_ffff;
    if (size === 0) break;
    bound += Math.min(maxBlock, size * MAX_RATIO);
    position += 4 + size + checksum;
  }
  return bound;
}
