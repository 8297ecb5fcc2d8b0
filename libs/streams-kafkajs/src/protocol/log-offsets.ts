import type { Isolation } from '@login-pipeline/streams';
import { errorName } from '@login-pipeline/streams';
import type { ApiCodec } from './api-codec.ts';

/** The one who asks is a consumer. */
const NO_REPLICA = -1;

/** @returns Kafka's number of an isolation level (KIP-98) */
export function isolationLevel(isolation: Isolation): number {
  return isolation === 'read_committed' ? 1 : 0;
}

export const LIST_OFFSETS: ApiCodec<'ListOffsets'> = {
  key: 2,
  version: 7,
  encode: (writer, { isolation, partitions }) => {
    writer.int32(NO_REPLICA);
    writer.int8(isolationLevel(isolation));
    writer.topics(partitions, ({ partition, leaderEpoch, timestamp }) => {
      writer.int32(partition);
      writer.int32(leaderEpoch);
      writer.int64(timestamp);
      writer.end();
    });
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const partitions = reader.topics((topic) => {
      const partition = reader.int32();
      const error = errorName(reader.int16());
      reader.int64(); // the record's timestamp
      const offset = reader.int64();
      const leaderEpoch = reader.int32();
      reader.end();
      return { topic, partition, error, offset, leaderEpoch };
    });
    reader.end();
    return { partitions };
  },
};

export const OFFSET_FOR_LEADER_EPOCH: ApiCodec<'OffsetForLeaderEpoch'> = {
  key: 23,
  version: 4,
  encode: (writer, { partitions }) => {
    writer.int32(NO_REPLICA);
    writer.topics(partitions, ({ partition, currentLeaderEpoch, leaderEpoch }) => {
      writer.int32(partition);
      writer.int32(currentLeaderEpoch);
      writer.int32(leaderEpoch);
      writer.end();
    });
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const partitions = reader.topics((topic) => {
      const error = errorName(reader.int16());
      const partition = reader.int32();
      const leaderEpoch = reader.int32();
      const endOffset = reader.int64();
      reader.end();
      return { topic, partition, error, leaderEpoch, endOffset };
    });
    reader.end();
    return { partitions };
  },
};
