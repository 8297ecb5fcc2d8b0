import type { ErrorName, GroupIdentity } from '@login-pipeline/streams';
import { errorName } from '@login-pipeline/streams';
import type { ApiCodec } from './api-codec.ts';
import type { RequestWriter } from './request-writer.ts';
import type { ResponseReader } from './response-reader.ts';

/** No member here is static (KIP-345). */
const NO_INSTANCE = undefined;

export const JOIN_GROUP: ApiCodec<'JoinGroup'> = {
  key: 11,
  version: 9,
  // The coordinator waits for the other members.
  waitMs: ({ rebalanceTimeoutMs }) => rebalanceTimeoutMs,
  encode: (writer, request) => {
    writer.string(request.groupId);
    writer.int32(request.sessionTimeoutMs);
    writer.int32(request.rebalanceTimeoutMs);
    writer.string(request.memberId);
    writer.nullableString(NO_INSTANCE);
    writer.string(request.protocolType);
    writer.array(request.protocols, ({ name, metadata }) => {
      writer.string(name);
      writer.bytes(metadata);
      writer.end();
    });
    writer.nullableString(request.reason);
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const error = errorName(reader.int16());
    const generation = reader.int32();
    reader.nullableString(); // protocol type
    const protocol = reader.string();
    const leader = reader.string();
    reader.bool(); // whether the leader, a static member, need not assign
    const memberId = reader.string();
    const members = reader.array(() => {
      const id = reader.string();
      reader.nullableString(); // instance id
      const metadata = reader.bytes();
      reader.end();
      return { memberId: id, metadata };
    });
    reader.end();
    return { error, generation, protocol, leader, memberId, members };
  },
};

export const SYNC_GROUP: ApiCodec<'SyncGroup'> = {
  key: 14,
  version: 5,
  encode: (writer, request) => {
    writeIdentity(writer, request);
    writer.nullableString(request.protocolType);
    writer.nullableString(request.protocol);
    writer.array(request.assignments, ({ memberId, assignment }) => {
      writer.string(memberId);
      writer.bytes(assignment);
      writer.end();
    });
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const error = errorName(reader.int16());
    reader.nullableString(); // protocol type
    reader.nullableString(); // protocol
    const assignment = reader.bytes();
    reader.end();
    return { error, assignment };
  },
};

export const HEARTBEAT: ApiCodec<'Heartbeat'> = {
  key: 12,
  version: 4,
  encode: (writer, request) => {
    writeIdentity(writer, request);
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const error = errorName(reader.int16());
    reader.end();
    return { error };
  },
};

export const LEAVE_GROUP: ApiCodec<'LeaveGroup'> = {
  key: 13,
  version: 5,
  encode: (writer, { groupId, memberId, reason }) => {
    writer.string(groupId);
    writer.array([memberId], (member) => {
      writer.string(member);
      writer.nullableString(NO_INSTANCE);
      writer.nullableString(reason);
      writer.end();
    });
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const error = errorName(reader.int16());
    const [ofMember = 'NONE'] = reader.array((): ErrorName => {
      reader.string(); // member id
      reader.nullableString(); // instance id
      const memberError = errorName(reader.int16());
      reader.end();
      return memberError;
    });
    reader.end();
    return { error: error === 'NONE' ? ofMember : error };
  },
};

/** DescribeGroups, of one group. */
export const DESCRIBE_GROUP: ApiCodec<'DescribeGroup'> = {
  key: 15,
  version: 5,
  encode: (writer, { groupId }) => {
    writer.array([groupId], (id) => {
      writer.string(id);
    });
    writer.bool(false); // no authorized operations
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const [group] = reader.array(() => {
      const error = errorName(reader.int16());
      reader.string(); // group id
      const state = reader.string();
      const protocolType = reader.string();
      const protocol = reader.string();
      const members = reader.array(() => {
        const memberId = reader.string();
        reader.nullableString(); // instance id
        const clientId = reader.string();
        const host = reader.string();
        const metadata = reader.bytes();
        reader.bytes(); // assignment
        reader.end();
        return { memberId, clientId, host, metadata };
      });
      reader.int32(); // authorized operations
      reader.end();
      return { error, state, protocolType, protocol, members };
    });
    reader.end();
    return (
      group ?? {
        error: 'UNKNOWN_SERVER_ERROR',
        state: '',
        protocolType: '',
        protocol: '',
        members: [],
      }
    );
  },
};

/** ConsumerGroupDescribe, of one group (KIP-848). */
export const CONSUMER_GROUP_DESCRIBE: ApiCodec<'ConsumerGroupDescribe'> = {
  key: 69,
  version: 0,
  encode: (writer, { groupId }) => {
    writer.array([groupId], (id) => {
      writer.string(id);
    });
    writer.bool(false); // no authorized operations
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const [group] = reader.array(() => {
      const error = errorName(reader.int16());
      reader.nullableString(); // the error's message
      reader.string(); // group id
      const state = reader.string();
      reader.int32(); // group epoch
      reader.int32(); // assignment epoch
      reader.string(); // assignor
      const members = reader.array(() => readConsumer(reader));
      reader.int32(); // authorized operations
      reader.end();
      return { error, state, members };
    });
    reader.end();
    return group ?? { error: 'UNKNOWN_SERVER_ERROR', state: '', members: [] };
  },
};

function readConsumer(reader: ResponseReader): {
  readonly memberId: string;
  readonly clientId: string;
  readonly host: string;
} {
  const memberId = reader.string();
  reader.nullableString(); // instance id
  reader.nullableString(); // rack
  reader.int32(); // member epoch
  const clientId = reader.string();
  const host = reader.string();
  reader.array(() => reader.string()); // topics
  reader.nullableString(); // the same as a regular expression
  // What it has, and what it is to have.
  for (let assignments = 2; assignments > 0; assignments -= 1) {
    reader.array(() => {
      reader.uuid();
      reader.string(); // topic
      reader.array(() => reader.int32()); // partitions
      reader.end();
    });
    reader.end();
  }
  reader.end();
  return { memberId, clientId, host };
}

function writeIdentity(writer: RequestWriter, identity: GroupIdentity): void {
  writer.string(identity.groupId);
  writer.int32(identity.generation);
  writer.string(identity.memberId);
  writer.nullableString(NO_INSTANCE);
}
