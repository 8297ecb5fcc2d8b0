import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { decodeXerialSnappy, encodeXerialSnappy, xerialSnappyBlocks } from './xerial-snappy.ts';
import { decodeLz4Blocks, lz4Frame } from './lz4-frame.ts';
import { zstdFrames } from './zstd-frames.ts';

/** A codec of the protocol, over the records of a batch. */
export interface Codec {
  readonly name: 'gzip' | 'snappy' | 'lz4' | 'zstd';
  compress(plain: Buffer): Promise<Buffer>;
  /** @throws an error of any kind when the bytes are damaged, or when more would come out than allowed */
  decompress(compressed: Buffer, maxBytes: number): Promise<Buffer>;
  /**
   * Decompresses bit by bit what is too large to be held at once.
   *
   * @throws as {@link decompress}, also when a single part would be larger than {@link MAX_PART_BYTES}
   */
  parts(compressed: Buffer): AsyncIterable<Buffer>;
  /** The most that decompressing keeps besides what comes out; absent where that is next to nothing. */
  windowBytes?(compressed: Buffer): number;
}

/** The most that one part takes: only a snappy block can be as large. */
export const MAX_PART_BYTES = 64 * 1024 * 1024;

/** What a part has at least, unless larger ones are beside it: putting together a record of some MiB is little work. */
const PART_BYTES = 256 * 1024;
const CHUNK = { chunkSize: PART_BYTES } as const;

const gzip: Codec = {
  name: 'gzip',
  compress: (plain) => promisify<Buffer, Buffer>(zlib.gzip)(plain),
  decompress: (compressed, maxBytes) =>
    promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip)(compressed, limit(maxBytes)),
  parts: (compressed) => through(zlib.createGunzip(CHUNK), compressed),
};

const snappy: Codec = {
  name: 'snappy',
  compress: (plain) => Promise.resolve(encodeXerialSnappy(plain)),
  decompress: async (compressed, maxBytes) =>
    Promise.resolve(decodeXerialSnappy(compressed, maxBytes)),
  parts: (compressed) => turnByTurn(together(xerialSnappyBlocks(compressed, MAX_PART_BYTES))),
};

/** LZ4 frames, as Kafka has them in record batches of format 2. */
const lz4: Codec = {
  name: 'lz4',
  compress: (plain) => compressFrame(plain),
  decompress: async (compressed, maxBytes) => {
    const { bytes, bound } = lz4Frame(compressed);
    if (bound <= maxBytes) return decompressFrame(bytes);
    return upTo(lz4.parts(compressed), maxBytes);
  },
  parts: (compressed) => turnByTurn(lz4Parts(compressed)),
};

/** A frame that is none throws when it is read, as everything else does. */
function* lz4Parts(compressed: Buffer): Generator<Buffer> {
  yield* decodeLz4Blocks(lz4Frame(compressed));
}

const zstd: Codec = {
  name: 'zstd',
  compress: (plain) => promisify<Buffer, Buffer>(zlib.zstdCompress)(plain),
  decompress: async (compressed, maxBytes) => {
    const [frame, ...more] = zstdFrames(compressed);
    if (frame === undefined || more.length > 0) return upTo(zstd.parts(compressed), maxBytes);
    const decompress = promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress);
    return decompress(frame.bytes, limit(maxBytes));
  },
  parts: zstdParts,
  windowBytes: (compressed) =>
    zstdFrames(compressed).reduce((most, frame) => Math.max(most, frame.windowBytes), 0),
};

/** Node's own code ends with the first frame. */
async function* zstdParts(compressed: Buffer): AsyncGenerator<Buffer> {
  for (const { bytes } of zstdFrames(compressed)) {
    yield* through(zlib.createZstdDecompress(CHUNK), bytes);
  }
}

/** Codecs by their number in a batch's attributes (Kafka protocol guide, "Record Batch"); 0 is none. */
export const CODECS: Readonly<Record<number, Codec>> = { 1: gzip, 2: snappy, 3: lz4, 4: zstd };

/** Bytes go through a stream; a reader that stops ends it. */
function through(stream: zlib.Gunzip | zlib.ZstdDecompress, bytes: Buffer): AsyncIterable<Buffer> {
  stream.end(bytes);
  return stream as AsyncIterable<Buffer>;
}

/** Gives small parts together: a batch may be made of millions, and each costs memory and a turn of its own. */
function* together(parts: Iterable<Buffer>): Generator<Buffer> {
  const gathered = Buffer.allocUnsafeSlow(PART_BYTES);
  let length = 0;
  for (const part of parts) {
    if (length > 0 && length + part.length > PART_BYTES) {
      yield Buffer.from(gathered.subarray(0, length));
      length = 0;
    }
    if (part.length > PART_BYTES) yield part;
    else length += part.copy(gathered, length);
  }
  if (length > 0) yield Buffer.from(gathered.subarray(0, length));
}

/** Decompresses here, not in another thread: what else the process has to do goes between the parts. */
async function* turnByTurn(parts: Iterable<Buffer>): AsyncGenerator<Buffer> {
  for (const part of parts) {
    await nextTurn();
    yield part;
  }
}

async function upTo(parts: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const taken: Buffer[] = [];
  let size = 0;
  for await (const part of parts) {
    size += part.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    taken.push(part);
  }
  return Buffer.concat(taken);
}

/** zlib wants at least one byte. */
function limit(maxBytes: number): { readonly maxOutputLength: number } {
  return { maxOutputLength: Math.max(1, maxBytes) };
}

function tooLarge(maxBytes: number): RangeError {
  return new RangeError(`more than ${maxBytes} bytes would come out`);
}
