import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { compressSync, uncompressSync } from 'snappy';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** Codecs by the names that COMPRESSION has for them. */
export const CODECS = {
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
} as const;
export type CodecName = keyof typeof CODECS;

interface Codec {
  readonly compress: (plain: Buffer) => Buffer | Promise<Buffer>;
  readonly decompress: (compressed: Buffer) => Buffer | Promise<Buffer>;
}

/** How snappy-java begins its streams: magic bytes and two versions; blocks with their lengths follow. */
const XERIAL_HEADER = Buffer.from('82534e41505059000000000100000001', 'hex');

/** What each codec does, by its name. */
export const IMPLEMENTATIONS: Readonly<Record<CodecName, Codec>> = {
  gzip: { compress: gzipSync, decompress: gunzipSync },
  snappy: { compress: toXerial, decompress: fromXerial },
  lz4: { compress: compressFrame, decompress: decompressFrame },
  zstd: { compress: zstdCompressSync, decompress: zstdDecompressSync },
};

/**
 * Gives kafkajs every codec of the protocol.
 *
 * @param onDecompress gets the codec of each compressed batch that is read
 */
export function installCodecs(onDecompress: (name: CodecName) => void): void {
  for (const [name, type] of Object.entries(CODECS) as [CodecName, CompressionType][]) {
    const { compress, decompress } = IMPLEMENTATIONS[name];
    CompressionCodecs[type] = () => ({
      compress: async ({ buffer }: { readonly buffer: Buffer }) => compress(buffer),
      decompress: async (compressed: Buffer) => {
        onDecompress(name);
        return decompress(compressed);
      },
    });
  }
}

type CompressionType = (typeof CODECS)[CodecName];

function toXerial(plain: Buffer): Buffer {
  const block = compressSync(plain);
  const length = Buffer.alloc(4);
  length.writeInt32BE(block.length);
  return Buffer.concat([XERIAL_HEADER, length, block]);
}

function fromXerial(stream: Buffer): Buffer {
  if (!stream.subarray(0, 8).equals(XERIAL_HEADER.subarray(0, 8))) {
    throw new Error('not what the Java client calls snappy');
  }
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER.length; at < stream.length;) {
    const length = stream.readInt32BE(at);
    at += 4;
    blocks.push(Buffer.from(uncompressSync(stream.subarray(at, at + length))));
    at += length;
  }
  return Buffer.concat(blocks);
}
