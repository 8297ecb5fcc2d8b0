/** The largest block size a frame can state: 4 MiB. */
const LZ4_HEADER = Buffer.from('04224d184070df', 'hex');
const LZ4_END = Buffer.alloc(4);
const XERIAL_HEADER = Buffer.from('82534e41505059000000000100000001', 'hex');

/**
 * Puts every byte into a block of its own, of LZ4 (3) or of snappy in snappy-java's framing (2):
 * valid, and costly to read.
 */
export function inTinyBlocks(plain: Buffer, codec: number): Buffer {
  // LZ4: a stored block of one byte. Snappy: 3 bytes of block, 1 byte of content, a literal of one byte.
  const lead = Buffer.from(codec === 3 ? '01000080' : '000000030100', 'hex');
  const size = lead.length + 1;
  const blocks = Buffer.alloc(plain.length * size, Buffer.concat([lead, Buffer.alloc(1)]));
  for (let index = 0; index < plain.length; index += 1) {
    blocks[index * size + lead.length] = plain[index] ?? 0;
  }
  return Buffer.concat(codec === 3 ? [LZ4_HEADER, blocks, LZ4_END] : [XERIAL_HEADER, blocks]);
}
