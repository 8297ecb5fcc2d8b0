import { errorName, OPERATIONS } from '@login-pipeline/streams';
import type { DescribedPartition, DescribedTopic, Operation } from '@login-pipeline/streams';
import type { ApiCodec } from './api-codec.ts';
import { METADATA, NO_ID, readBrokers } from './cluster.ts';
import type { ResponseReader } from './response-reader.ts';

export const DESCRIBE_TOPICS: ApiCodec<'DescribeTopics'> = {
  key: METADATA.key,
  version: 12,
  encode: (writer, { topics }) => {
    if (topics === 'all') {
      writer.noArray();
    } else {
      writer.array(topics, (topic) => {
        writer.uuid(NO_ID);
        writer.string(topic);
        writer.end();
      });
    }
    writer.bool(false); // do not create topics
    writer.bool(true); // what this user may do with each (KIP-430)
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const brokers = readBrokers(reader);
    reader.nullableString(); // the cluster's id
    const controller = reader.int32();
    const topics = reader.array(() => readTopic(reader));
    reader.end();
    return { brokers, controller, topics };
  },
};

function readTopic(reader: ResponseReader): DescribedTopic {
  const error = errorName(reader.int16());
  const topic = reader.string();
  const topicId = reader.uuid();
  reader.bool(); // whether it is internal
  const partitions = reader.array(() => readPartition(reader));
  const operations = allowedIn(reader.int32());
  reader.end();
  return { error, topic, topicId, partitions, operations };
}

/**
 * @param bits one for each operation, by its code (KIP-430)
 * @returns undefined where they tell nothing: what is described may be described
 */
function allowedIn(bits: number): DescribedTopic['operations'] {
  const allowed = Object.entries(OPERATIONS).filter(([, code]) => (bits & (1 << code)) !== 0);
  const operations = new Set(allowed.map(([operation]) => operation as Operation));
  return operations.has('Describe') ? operations : undefined;
}

function readPartition(reader: ResponseReader): DescribedPartition {
  reader.int16(); // the error, which tells of the leader, or of listeners
  const partition = reader.int32();
  const leader = reader.int32();
  const leaderEpoch = reader.int32();
  const replicas = reader.array(() => reader.int32());
  const inSync = reader.array(() => reader.int32());
  reader.array(() => reader.int32()); // replicas that are offline
  reader.end();
  return { partition, leader, leaderEpoch, replicas, inSync };
}

export const CREATE_TOPICS: ApiCodec<'CreateTopics'> = {
  key: 19,
  // From version 6 on, quotas of controllers refuse instead of slowing down (KIP-599).
  version: 5,
  waitMs: ({ timeoutMs }) => timeoutMs,
  encode: (writer, { topics, timeoutMs }) => {
    writer.array(topics, ({ topic, partitions, replicationFactor, config }) => {
      writer.string(topic);
      writer.int32(partitions);
      writer.int16(replicationFactor);
      writer.array([], () => undefined); // the broker assigns the replicas
      writer.array(Object.entries(config), ([name, value]) => {
        writer.string(name);
        writer.nullableString(value);
        writer.end();
      });
      writer.end();
    });
    writer.int32(timeoutMs);
    writer.bool(false); // not only validated
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const topics = reader.array(() => {
      const topic = reader.string();
      const error = errorName(reader.int16());
      const message = reader.nullableString();
      reader.int32(); // partitions
      reader.int16(); // replication factor
      reader.array(() => {
        readSetting(reader);
      });
      reader.end();
      return { topic, error, message };
    });
    reader.end();
    return { topics };
  },
};

/** A setting of a topic that was created. */
function readSetting(reader: ResponseReader): void {
  reader.string();
  reader.nullableString();
  reader.bool(); // whether it is read only
  reader.int8(); // where it comes from
  reader.bool(); // whether it is sensitive
  reader.end();
}

/** `ConfigResource.Type` of Kafka's source. */
const CONFIG_KINDS = { topic: 2, broker: 4 } as const;

export const DESCRIBE_CONFIGS: ApiCodec<'DescribeConfigs'> = {
  key: 32,
  version: 4,
  encode: (writer, { kind, names, settings }) => {
    writer.array(names, (name) => {
      writer.int8(CONFIG_KINDS[kind]);
      writer.string(name);
      writer.array(settings, (setting) => {
        writer.string(setting);
      });
      writer.end();
    });
    writer.bool(false); // no synonyms
    writer.bool(false); // no documentation
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const resources = reader.array(() => {
      const error = errorName(reader.int16());
      const message = reader.nullableString();
      reader.int8(); // the kind
      const name = reader.string();
      const entries = reader.array(() => readConfig(reader));
      reader.end();
      return { error, message, name, settings: Object.fromEntries(entries.flat()) };
    });
    reader.end();
    return { resources };
  },
};

/** @returns the name and the value; nothing where there is none, or none to be shown */
function readConfig(reader: ResponseReader): readonly (readonly [string, string])[] {
  const name = reader.string();
  const value = reader.nullableString();
  reader.bool(); // whether it is read only
  reader.int8(); // where it comes from
  reader.bool(); // whether it is sensitive: then there is no value
  reader.array(() => {
    reader.string();
    reader.nullableString();
    reader.int8();
    reader.end();
  });
  reader.int8(); // its type
  reader.nullableString(); // its documentation
  reader.end();
  return value === undefined ? [] : [[name, value]];
}
