import type { Broker, PartitionMetadata, TopicMetadata } from '@login-pipeline/streams';
import { errorName } from '@login-pipeline/streams';
import type { ApiCodec } from './api-codec.ts';
import type { ResponseReader } from './response-reader.ts';

/** Sent to brokers with the software's name (KIP-511). */
const SOFTWARE_VERSION = '0.1.0';
/** The tag of the features that are finalized (KIP-584). */
const FINALIZED_FEATURES = 2;

/** Its response has a header of version 0, without tagged fields: it must be understood before versions are known. */
export const API_VERSIONS: ApiCodec<'ApiVersions'> = {
  key: 18,
  version: 3,
  encode: (writer, { software }) => {
    writer.string(software);
    writer.string(SOFTWARE_VERSION);
    writer.end();
  },
  decode: (reader) => {
    const error = errorName(reader.int16());
    const newest = new Map<number, number>();
    const features = new Map<string, number>();
    // A broker that does not know the version answers in version 0.
    if (error === 'UNSUPPORTED_VERSION') return { error, newest, features };
    reader.array(() => {
      const key = reader.int16();
      reader.int16(); // the oldest version
      newest.set(key, reader.int16());
      reader.end();
    });
    reader.int32(); // throttle time
    reader.end((tag) => {
      if (tag !== FINALIZED_FEATURES) return false;
      reader.array(() => {
        features.set(reader.string(), reader.int16());
        reader.int16(); // the lowest level
        reader.end();
      });
      return true;
    });
    return { error, newest, features };
  },
};

export const METADATA: ApiCodec<'Metadata'> = {
  key: 3,
  version: 12,
  encode: (writer, { topics }) => {
    writer.array(topics, (topic) => {
      writer.uuid(NO_ID);
      writer.string(topic);
      writer.end();
    });
    writer.bool(false); // do not create topics
    writer.bool(false); // no authorized operations
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const brokers = readBrokers(reader);
    reader.nullableString(); // the cluster's id
    reader.int32(); // the controller
    const topics = reader.array(() => readTopic(reader));
    reader.end();
    return { brokers, topics };
  },
};

/** What stands for no topic id. */
export const NO_ID = '0'.repeat(32);

/** @returns the brokers of a Metadata response */
export function readBrokers(reader: ResponseReader): readonly Broker[] {
  return reader.array(() => {
    const broker = { id: reader.int32(), host: reader.string(), port: reader.int32() };
    reader.nullableString(); // rack
    reader.end();
    return broker;
  });
}

function readTopic(reader: ResponseReader): TopicMetadata {
  const error = errorName(reader.int16());
  const topic = reader.string();
  const topicId = reader.uuid();
  reader.bool(); // whether it is internal
  const partitions = reader.array(() => readPartition(reader));
  reader.int32(); // authorized operations
  reader.end();
  return { error, topic, topicId, partitions };
}

function readPartition(reader: ResponseReader): PartitionMetadata {
  const error = errorName(reader.int16());
  const partition = reader.int32();
  const leader = reader.int32();
  const leaderEpoch = reader.int32();
  // Replicas, those in sync, those that are offline.
  for (let lists = 3; lists > 0; lists -= 1) reader.array(() => reader.int32());
  reader.end();
  return { error, partition, leader, leaderEpoch };
}

export const FIND_COORDINATOR: ApiCodec<'FindCoordinator'> = {
  key: 10,
  version: 3,
  encode: (writer, { kind, key }) => {
    writer.string(key);
    writer.int8(kind === 'group' ? 0 : 1);
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const error = errorName(reader.int16());
    reader.nullableString(); // the error's message
    const broker = { id: reader.int32(), host: reader.string(), port: reader.int32() };
    reader.end();
    return { error, broker };
  },
};
