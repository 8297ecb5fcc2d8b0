import {
  CODECS,
  MAX_PART_BYTES,
} from '@login-pipeline/streams-kafkajs/record-batch/compression.ts';
import { CompressionCodecs, CompressionTypes } from './kafkajs.ts';

/** How a producer compresses its batches. */
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

type CompressionType = (typeof CompressionTypes)[keyof typeof CompressionTypes];

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

/**
 * Gives kafkajs' decoder of message sets, which has gzip only, and that without a limit, our codecs. Repeating it changes
 * nothing.
 */
export function installCodecs(): void {
  const codecs: Record<number, unknown> = CompressionCodecs;
  const { GZIP, Snappy, LZ4, ZSTD } = CompressionTypes;
  for (const type of [GZIP, Snappy, LZ4, ZSTD]) {
    codecs[type] = () => ({
      decompress: (buffer: Buffer) => CODECS[type]?.decompress(buffer, MAX_PART_BYTES),
    });
  }
}
