import { brotliCompressSync, brotliDecompressSync, constants, crc32 } from 'node:zlib';
import { MAX_BODY_BYTES } from './bounds.ts';

/** First byte of every section: docs/snapshot-format.md. */
const FORMAT_VERSION = 2;
/** Second byte: how the body is written. */
const PLAIN = 0;
const BROTLI = 1;
const HEADER_BYTES = 6;
/** Below it compression saves less than it costs: the batch that a small section is in is compressed. */
const COMPRESS_FROM_BYTES = 1024;
/** Smaller and faster than deflate here: docs/decisions/0004-snapshot-format.md. */
const COMPRESSION = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const DECOMPRESSION = { maxOutputLength: MAX_BODY_BYTES };

/** The bytes are no section that this version can read. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

/** @returns the bytes of a section with that body */
export function sealed(body: Buffer): Buffer {
  const compressed =
    body.length < COMPRESS_FROM_BYTES ? undefined : brotliCompressSync(body, COMPRESSION);
  const isSmaller = compressed !== undefined && compressed.length < body.length;
  const written = isSmaller ? compressed : body;
  const section = Buffer.allocUnsafe(HEADER_BYTES + written.length);
  section.writeUInt8(FORMAT_VERSION);
  section.writeUInt8(isSmaller ? BROTLI : PLAIN, 1);
  section.writeUInt32BE(crc32(written), 2);
  written.copy(section, HEADER_BYTES);
  return section;
}

/** @returns the body of a section @throws UnreadableError for another format and for corrupt bytes */
export function opened(section: Buffer): Buffer {
  const [version, encoding] = section;
  if (section.length < HEADER_BYTES) {
    throw new UnreadableError(
      `it has ${section.length} bytes, and ${HEADER_BYTES} at least are due`,
    );
  }
  if (version !== FORMAT_VERSION) {
    throw new UnreadableError(
      `its format is ${version ?? 0}, this release reads ${FORMAT_VERSION}`,
    );
  }
  const body = section.subarray(HEADER_BYTES);
  if (section.readUInt32BE(2) !== crc32(body)) throw new UnreadableError('its checksum is wrong');
  if (encoding === PLAIN) return body;
  if (encoding !== BROTLI) throw new UnreadableError('its body is compressed in an unknown way');
  return orUnreadable(() => brotliDecompressSync(body, DECOMPRESSION));
}

/** @throws UnreadableError instead of what reading throws */
export function orUnreadable<Read>(read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    throw new UnreadableError('its body cannot be read', { cause: error });
  }
}
