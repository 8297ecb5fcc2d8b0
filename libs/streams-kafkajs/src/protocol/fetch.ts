import type { FetchedPartitionData } from '@login-pipeline/streams';
import { errorName } from '@login-pipeline/streams';
import { readBatches } from '../record-batch/read-batches.ts';
import type { ApiCodec } from './api-codec.ts';
import { isolationLevel } from './log-offsets.ts';
import type { ResponseReader } from './response-reader.ts';

/** No session (KIP-227): every request names all partitions. */
const NO_SESSION = { id: 0, epoch: -1 } as const;
const UNKNOWN = -1;

/** By topic id from version 13 on (KIP-516). Consumers are no replicas, which is the default from version 15 on. */
export const FETCH: ApiCodec<'Fetch'> = {
  key: 1,
  version: 16,
  waitMs: ({ maxWaitMs }) => maxWaitMs,
  encode: (writer, { maxWaitMs, minBytes, maxBytes, isolation, partitions }) => {
    writer.int32(maxWaitMs);
    writer.int32(minBytes);
    writer.int32(maxBytes);
    writer.int8(isolationLevel(isolation));
    writer.int32(NO_SESSION.id);
    writer.int32(NO_SESSION.epoch);
    writer.groups(
      partitions,
      ({ topicId }) => topicId,
      (topicId) => {
        writer.uuid(topicId);
      },
      ({ partition, leaderEpoch, offset, maxBytes: partitionBytes }) => {
        writer.int32(partition);
        writer.int32(leaderEpoch);
        writer.int64(offset);
        writer.int32(UNKNOWN); // the last fetched epoch
        writer.int64(BigInt(UNKNOWN)); // the start of a follower's log
        writer.int32(partitionBytes);
        writer.end();
      },
    );
    writer.array([], () => undefined); // what a session forgets
    writer.string(''); // rack
    writer.end();
  },
  decode: (reader) => {
    const throttleMs = reader.int32();
    const error = errorName(reader.int16());
    reader.int32(); // session id
    const partitions = reader.groups(
      () => reader.uuid(),
      (topicId) => readPartition(reader, topicId),
    );
    reader.end();
    return { error, throttleMs, partitions };
  },
};

function readPartition(reader: ResponseReader, topicId: string): FetchedPartitionData {
  const partition = reader.int32();
  const error = errorName(reader.int16());
  const highWatermark = reader.int64();
  const lastStableOffset = reader.int64();
  const logStartOffset = reader.int64();
  const aborted = reader.array(() => {
    const producerId = reader.int64().toString();
    const firstOffset = reader.int64().toString();
    reader.end();
    return { producerId, firstOffset };
  });
  reader.int32(); // the replica that is better to read from
  const records = readBatches(reader.bytes());
  reader.end();
  const bounds = { highWatermark, lastStableOffset, logStartOffset };
  return { topicId, partition, error, ...bounds, aborted, records };
}
