import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { Decompress as ZstdInJs } from 'fzstd';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { decodeXerialSnappy, encodeXerialSnappy } from '../client/xerial-snappy.ts';
import { lz4ContentBound } from './lz4-frame.ts';

/** A codec of the protocol, over the records of a batch. */
export interface Codec {
  readonly name: 'gzip' | 'snappy' | 'lz4' | 'zstd';
  compress(plain: Buffer): Promise<Buffer>;
  /** @throws an error of any kind when the bytes are damaged, RangeError when too much would come out */
  decompress(compressed: Buffer): Promise<Buffer>;
}

/**
 * The most that a batch may hold decompressed. A broker takes compressed batches of 1 MiB unless told
 * otherwise; one that becomes 64 times as much was made to fill the memory of its readers.
 */
export const MAX_DECOMPRESSED_BYTES = 64 * 1024 * 1024;

const LIMIT = { maxOutputLength: MAX_DECOMPRESSED_BYTES } as const;

const gzip: Codec = {
  name: 'gzip',
  compress: (plain) => promisify<Buffer, Buffer>(zlib.gzip)(plain),
  decompress: (compressed) =>
    promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip)(compressed, LIMIT),
};

const snappy: Codec = {
  name: 'snappy',
  compress: (plain) => Promise.resolve(encodeXerialSnappy(plain)),
  decompress: async (compressed) =>
    Promise.resolve(decodeXerialSnappy(compressed, MAX_DECOMPRESSED_BYTES)),
};

/** LZ4 frames, as Kafka has them in record batches of format 2. */
const lz4: Codec = {
  name: 'lz4',
  compress: (plain) => compressFrame(plain),
  decompress: async (compressed) => {
    if (lz4ContentBound(compressed) > MAX_DECOMPRESSED_BYTES) throw tooLarge();
    return decompressFrame(compressed);
  },
};

/** Node's own Zstandard, there since 22.15; older releases read through JavaScript and cannot write. */
const zstd: Codec = {
  name: 'zstd',
  compress: async (plain) => {
    if (typeof zlib.zstdCompress !== 'function') {
      throw new Error('Writing zstd needs Node 22.15 or newer: set COMPRESSION to another codec');
    }
    return promisify<Buffer, Buffer>(zlib.zstdCompress)(plain);
  },
  decompress: async (compressed) =>
    typeof zlib.zstdDecompress === 'function'
      ? promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress)(compressed, LIMIT)
      : decompressZstdInJs(compressed),
};

/** Codecs by their number in a batch's attributes (Kafka protocol guide, "Record Batch"); 0 is none. */
export const CODECS: Readonly<Record<number, Codec>> = { 1: gzip, 2: snappy, 3: lz4, 4: zstd };

/** Zstandard for a Node that has none. @throws RangeError when too much would come out */
export function decompressZstdInJs(compressed: Buffer): Buffer {
  const parts: Uint8Array[] = [];
  let size = 0;
  const stream = new ZstdInJs((part) => {
    size += part.length;
    if (size > MAX_DECOMPRESSED_BYTES) throw tooLarge();
    parts.push(part);
  });
  stream.push(compressed, true);
  return Buffer.concat(parts);
}

function tooLarge(): RangeError {
  return new RangeError(`the batch holds more than ${MAX_DECOMPRESSED_BYTES} bytes`);
}
