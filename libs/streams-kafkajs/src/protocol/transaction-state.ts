import type { TransactionState } from '@login-pipeline/streams';
import { errorName } from '@login-pipeline/streams';
import type { ApiCodec } from './api-codec.ts';

export const DESCRIBE_TRANSACTIONS: ApiCodec<'DescribeTransactions'> = {
  key: 65,
  version: 0,
  encode: (writer, { transactionalIds }) => {
    writer.array(transactionalIds, (id) => {
      writer.string(id);
    });
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const transactions = reader.array(() => {
      const error = errorName(reader.int16());
      const transactionalId = reader.string();
      const state = reader.string() as TransactionState;
      const timeoutMs = reader.int32();
      const startedAt = reader.int64();
      const producerId = reader.int64();
      const epoch = reader.int16();
      const partitions = reader.topics((topic) => ({ topic, partition: reader.int32() }));
      reader.end();
      const producer = { producerId, epoch, timeoutMs };
      return { error, transactionalId, state, ...producer, startedAt, partitions };
    });
    reader.end();
    return { transactions };
  },
};

export const LIST_TRANSACTIONS: ApiCodec<'ListTransactions'> = {
  key: 66,
  version: 0,
  encode: (writer, { states, producerIds }) => {
    writer.array(states, (state) => {
      writer.string(state);
    });
    writer.array(producerIds, (id) => {
      writer.int64(id);
    });
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const error = errorName(reader.int16());
    reader.array(() => reader.string()); // states that the broker does not know
    const transactions = reader.array(() => {
      const transactionalId = reader.string();
      const producerId = reader.int64();
      const state = reader.string() as TransactionState;
      reader.end();
      return { transactionalId, producerId, state };
    });
    reader.end();
    return { error, transactions };
  },
};

export const DESCRIBE_PRODUCERS: ApiCodec<'DescribeProducers'> = {
  key: 61,
  version: 0,
  encode: (writer, { partitions }) => {
    writer.topics(partitions, ({ partition }) => {
      writer.int32(partition);
    });
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const partitions = reader.topics((topic) => {
      const partition = reader.int32();
      const error = errorName(reader.int16());
      reader.nullableString(); // the error's message
      const producers = reader.array(() => {
        const producerId = reader.int64();
        const epoch = reader.int32();
        reader.int32(); // its last sequence number
        const lastTimestamp = reader.int64();
        const coordinatorEpoch = reader.int32();
        const openSince = reader.int64();
        reader.end();
        return { producerId, epoch, coordinatorEpoch, openSince, lastTimestamp };
      });
      reader.end();
      return { topic, partition, error, producers };
    });
    reader.end();
    return { partitions };
  },
};

/** Version 1 says nothing of KIP-890: the marker has the epoch of the transaction's records. */
export const WRITE_TXN_MARKERS: ApiCodec<'WriteTxnMarkers'> = {
  key: 27,
  version: 1,
  encode: (writer, { producerId, epoch, coordinatorEpoch, commit, partitions }) => {
    writer.array([producerId], (id) => {
      writer.int64(id);
      writer.int16(epoch);
      writer.bool(commit);
      writer.topics(partitions, ({ partition }) => {
        writer.int32(partition);
      });
      writer.int32(coordinatorEpoch);
      writer.end();
    });
    writer.end();
  },
  decode: (reader) => {
    const markers = reader.array(() => {
      reader.int64(); // producer id
      const partitions = reader.topics((topic) => {
        const partition = reader.int32();
        const error = errorName(reader.int16());
        reader.end();
        return { topic, partition, error };
      });
      reader.end();
      return partitions;
    });
    reader.end();
    return { partitions: markers.flat() };
  },
};
