import type { ProducedPartition } from '@login-pipeline/streams';
import { errorName } from '@login-pipeline/streams';
import { EncodedBatch } from '../record-batch/write-batch.ts';
import type { ApiCodec } from './api-codec.ts';
import type { ResponseReader } from './response-reader.ts';

/** All replicas in sync must have the records. */
const ACKS_OF_ALL = -1;

/** From version 12 on the leader adds a partition to the transaction by itself (KIP-890). */
export const PRODUCE: ApiCodec<'Produce'> = {
  key: 0,
  version: ({ addsPartitions }) => (addsPartitions ? 12 : 11),
  waitMs: ({ timeoutMs }) => timeoutMs,
  encode: (writer, { transactionalId, timeoutMs, partitions }) => {
    const transactional = transactionalId !== undefined;
    writer.nullableString(transactionalId);
    writer.int16(ACKS_OF_ALL);
    writer.int32(timeoutMs);
    writer.topics(partitions, ({ partition, batch, stamp }) => {
      if (!(batch instanceof EncodedBatch)) {
        throw new TypeError('a batch has to come from the encoder of this wire');
      }
      const { producerId: id, epoch, baseSequence } = stamp;
      writer.int32(partition);
      writer.bytes(batch.by({ id, epoch, baseSequence, transactional }));
      writer.end();
    });
    writer.end();
  },
  decode: (reader) => {
    const partitions = reader.topics((topic) => readPartition(reader, topic));
    const throttleMs = reader.int32();
    reader.end();
    return { throttleMs, partitions };
  },
};

function readPartition(reader: ResponseReader, topic: string): ProducedPartition {
  const partition = reader.int32();
  const error = errorName(reader.int16());
  const baseOffset = reader.int64();
  reader.int64(); // when it was appended
  reader.int64(); // where the log starts
  const refused = reader.array(() => {
    const record = { index: reader.int32(), message: reader.nullableString() };
    reader.end();
    return record;
  });
  const message = reader.nullableString();
  reader.end();
  return { topic, partition, error, message, baseOffset, refused };
}
