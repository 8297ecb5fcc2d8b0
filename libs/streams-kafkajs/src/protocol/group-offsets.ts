import type { OffsetToCommit, PartitionError } from '@login-pipeline/streams';
import { errorName } from '@login-pipeline/streams';
import type { ApiCodec } from './api-codec.ts';
import type { RequestWriter } from './request-writer.ts';
import type { ResponseReader } from './response-reader.ts';

/** From version 7 on it may be refused while offsets are not stable (KIP-447). */
export const OFFSET_FETCH: ApiCodec<'OffsetFetch'> = {
  key: 9,
  version: 7,
  encode: (writer, { groupId, requireStable, partitions }) => {
    writer.string(groupId);
    writer.topics(partitions, ({ partition }) => {
      writer.int32(partition);
    });
    writer.bool(requireStable);
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const partitions = reader.topics((topic) => {
      const partition = reader.int32();
      const offset = reader.int64();
      const leaderEpoch = reader.int32();
      const metadata = reader.string();
      const error = errorName(reader.int16());
      reader.end();
      return { topic, partition, error, offset, leaderEpoch, metadata };
    });
    const error = errorName(reader.int16());
    reader.end();
    return { error, partitions };
  },
};

export const OFFSET_COMMIT: ApiCodec<'OffsetCommit'> = {
  key: 8,
  version: 8,
  encode: (writer, { groupId, generation, memberId, offsets }) => {
    writer.string(groupId);
    writer.int32(generation);
    writer.string(memberId);
    writer.nullableString(undefined); // instance id
    writeOffsets(writer, offsets);
    writer.end();
  },
  decode: readErrors,
};

/** Goes to the group's coordinator, which from version 5 on adds itself to the transaction (KIP-890). */
export const TXN_OFFSET_COMMIT: ApiCodec<'TxnOffsetCommit'> = {
  key: 28,
  version: ({ addsOffsets }) => (addsOffsets ? 5 : 4),
  encode: (writer, request) => {
    writer.string(request.transactionalId);
    writer.string(request.groupId);
    writer.int64(request.producerId);
    writer.int16(request.epoch);
    writer.int32(request.generation);
    writer.string(request.memberId);
    writer.nullableString(undefined); // instance id
    writeOffsets(writer, request.offsets);
    writer.end();
  },
  decode: readErrors,
};

function writeOffsets(writer: RequestWriter, offsets: readonly OffsetToCommit[]): void {
  writer.topics(offsets, ({ partition, offset, leaderEpoch, metadata }) => {
    writer.int32(partition);
    writer.int64(offset);
    writer.int32(leaderEpoch);
    writer.nullableString(metadata);
    writer.end();
  });
}

function readErrors(reader: ResponseReader): { readonly partitions: readonly PartitionError[] } {
  reader.int32(); // throttle time
  const partitions = reader.topics((topic) => {
    const partition = reader.int32();
    const error = errorName(reader.int16());
    reader.end();
    return { topic, partition, error };
  });
  reader.end();
  return { partitions };
}
