import { errorName } from '@login-pipeline/streams';
import type { ApiCodec } from './api-codec.ts';
import { OFFSET_FETCH } from './group-offsets.ts';

export const LIST_GROUPS: ApiCodec<'ListGroups'> = {
  key: 16,
  version: 3,
  encode: (writer) => {
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const error = errorName(reader.int16());
    const groups = reader.array(() => {
      const group = reader.string();
      reader.string(); // the protocol's type
      reader.end();
      return group;
    });
    reader.end();
    return { error, groups };
  },
};

export const LIST_GROUP_OFFSETS: ApiCodec<'ListGroupOffsets'> = {
  key: OFFSET_FETCH.key,
  version: 7,
  encode: (writer, { groupId }) => {
    writer.string(groupId);
    writer.noArray(); // of all partitions
    writer.bool(false); // stable or not
    writer.end();
  },
  decode: (reader, { groupId }) =>
    OFFSET_FETCH.decode(reader, { groupId, requireStable: false, partitions: [] }),
};
