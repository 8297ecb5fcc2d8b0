import type { BatchEncoder, Codec, OutgoingBatch, OutgoingRecord } from '@login-pipeline/streams';
import { EncodedBatch } from './record-batch/write-batch.ts';

/** The codecs' numbers in the attributes of a batch (Kafka protocol guide, "Record Batch"). */
const NUMBERS: Readonly<Record<Codec, number>> = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 };

/** Encodes batches for {@link KafkajsWire}. */
export const kafkajsBatchEncoder: BatchEncoder = {
  encode: (records: readonly OutgoingRecord[], codec: Codec): Promise<OutgoingBatch> =>
    EncodedBatch.of(records, NUMBERS[codec]),
};
