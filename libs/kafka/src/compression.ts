import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { decompress as decompressZstdInJs } from 'fzstd';
import type { CompressionTypes as CompressionType } from 'kafkajs';
import { CompressionCodecs, CompressionTypes } from './kafkajs.ts';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { decodeXerialSnappy, encodeXerialSnappy } from './xerial-snappy.ts';

/** How a producer compresses its batches. */
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

const TYPES: Readonly<Record<Compression, CompressionType>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

/** @returns kafkajs' name of a compression */
export function compressionType(compression: Compression): CompressionType {
  return TYPES[compression];
}

/** What kafkajs asks of a codec; it hands over an encoder when it compresses. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}

const snappy: Codec = {
  compress: ({ buffer }) => Promise.resolve(encodeXerialSnappy(buffer)),
  decompress: (buffer) => Promise.resolve(decodeXerialSnappy(buffer)),
};

/** LZ4 frames, as Kafka has them in record batches of format 2. */
const lz4: Codec = {
  compress: ({ buffer }) => compressFrame(buffer),
  decompress: (buffer) => decompressFrame(buffer),
};

/** Node's own Zstandard, there since 22.15; older releases read through JavaScript and cannot write. */
const zstd: Codec = {
  compress: ({ buffer }) => {
    if (typeof zlib.zstdCompress !== 'function') {
      throw new Error('Writing zstd needs Node 22.15 or newer: set COMPRESSION to another codec');
    }
    return promisify(zlib.zstdCompress)(buffer);
  },
  decompress: async (buffer) =>
    typeof zlib.zstdDecompress === 'function'
      ? promisify(zlib.zstdDecompress)(buffer)
      : Buffer.from(decompressZstdInJs(buffer)),
};

/** Teaches kafkajs, which has gzip only, the other codecs of the protocol. Repeating it changes nothing. */
export function installCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = () => snappy;
  CompressionCodecs[CompressionTypes.LZ4] = () => lz4;
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstd;
}
