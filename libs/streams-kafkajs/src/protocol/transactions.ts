import type { ErrorName, ProducerIdentity } from '@login-pipeline/streams';
import { errorName } from '@login-pipeline/streams';
import type { ApiCodec } from './api-codec.ts';
import type { RequestWriter } from './request-writer.ts';

/** No producer asks for a new epoch of its own (KIP-360): the id is taken over, whatever its epoch. */
const TAKES_OVER = -1;
/** OPERATION_NOT_ATTEMPTED: the error of a partition when another one is the reason. */
const NOT_ATTEMPTED = 55;

export const INIT_PRODUCER_ID: ApiCodec<'InitProducerId'> = {
  key: 22,
  version: 5,
  encode: (writer, { transactionalId, timeoutMs }) => {
    writer.nullableString(transactionalId);
    writer.int32(timeoutMs);
    writer.int64(BigInt(TAKES_OVER));
    writer.int16(TAKES_OVER);
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const error = errorName(reader.int16());
    const producerId = reader.int64();
    const epoch = reader.int16();
    reader.end();
    return { error, producerId, epoch };
  },
};

/** Version 3 is the newest one of clients: later ones are for brokers. */
export const ADD_PARTITIONS_TO_TXN: ApiCodec<'AddPartitionsToTxn'> = {
  key: 24,
  version: 3,
  encode: (writer, request) => {
    writeIdentity(writer, request);
    writer.topics(request.partitions, ({ partition }) => {
      writer.int32(partition);
    });
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    // All of them are added, or none: an error of the producer stands at each partition.
    let error: ErrorName = 'NONE';
    const partitions = reader.topics((topic) => {
      const partition = reader.int32();
      const code = reader.int16();
      reader.end();
      if (error === 'NONE' && code !== NOT_ATTEMPTED) error = errorName(code);
      return { topic, partition, error: errorName(code) };
    });
    reader.end();
    return { error, partitions };
  },
};

export const ADD_OFFSETS_TO_TXN: ApiCodec<'AddOffsetsToTxn'> = {
  key: 25,
  version: 4,
  encode: (writer, request) => {
    writeIdentity(writer, request);
    writer.string(request.groupId);
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const error = errorName(reader.int16());
    reader.end();
    return { error };
  },
};

/** From version 5 on the coordinator gives the producer a new epoch (KIP-890). */
export const END_TXN: ApiCodec<'EndTxn'> = {
  key: 26,
  version: ({ bumpsEpoch }) => (bumpsEpoch ? 5 : 4),
  encode: (writer, request) => {
    writeIdentity(writer, request);
    writer.bool(request.commit);
    writer.end();
  },
  decode: (reader, { bumpsEpoch, producerId, epoch }) => {
    reader.int32(); // throttle time
    const error = errorName(reader.int16());
    const producer = bumpsEpoch
      ? { producerId: reader.int64(), epoch: reader.int16() }
      : { producerId, epoch };
    reader.end();
    // With an error stands no producer.
    return error === 'NONE' ? { error, ...producer } : { error, producerId, epoch };
  },
};

function writeIdentity(writer: RequestWriter, identity: ProducerIdentity): void {
  writer.string(identity.transactionalId);
  writer.int64(identity.producerId);
  writer.int16(identity.epoch);
}
