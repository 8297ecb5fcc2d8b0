import type { BatchProducer, WritableRecord } from '@login-pipeline/streams-kafkajs';
import { EncodedBatch, NOT_IDEMPOTENT } from '@login-pipeline/streams-kafkajs';

/** The part of kafkajs' encoder that is used. */
interface Encoder {
  readonly buffer: Buffer;
  writeString(text: string | null): Encoder;
  writeInt16(value: number): Encoder;
  writeInt32(value: number): Encoder;
}

/** kafkajs' encoder, as its module exports it. */
export type EncoderClass = new () => Encoder;

interface PartitionRecords {
  readonly partition: number;
  readonly firstSequence: number;
  /** As kafkajs was given them. */
  readonly messages: readonly WritableRecord[];
}

interface ProduceParameters {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null;
  /** A decimal int64; -1 when the producer is not idempotent. */
  readonly producerId?: string | number | bigint;
  readonly producerEpoch?: number;
  readonly compression?: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly PartitionRecords[];
  }[];
}

/** A request as kafkajs sends it: what it is, and how it is encoded. */
interface Request {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly encode: () => Promise<Encoder | Parts>;
}

/** kafkajs' module for a request. */
export type ProduceRequest = (parameters: ProduceParameters) => Request;

interface FrameParameters {
  readonly correlationId: number;
  readonly clientId: string;
  readonly request: Request;
}

/** Bytes in several pieces, for who writes them only once. */
class Parts {
  readonly parts: readonly Buffer[];

  constructor(parts: readonly Buffer[]) {
    this.parts = parts;
  }

  get buffer(): Buffer {
    return Buffer.concat(this.parts);
  }
}

/** Of a request's size, which does not count itself. */
const SIZE_BYTES = 4;

/** Replaces how a request is encoded, and nothing else: versions 4 to 7 are made of this one. */
export function produceRequest(original: ProduceRequest, Encoder: EncoderClass): ProduceRequest {
  return (parameters) => ({
    ...original(parameters),
    encode: () => encodeProduce(parameters, Encoder),
  });
}

/**
 * Frames requests (Kafka protocol guide, "Request Header v1"). kafkajs copies each three times, into buffers of up to twice
 * the size, and large ones make major collections: the garbage collector counts them.
 */
export function requestFramer(
  Encoder: EncoderClass,
): (parameters: FrameParameters) => Promise<{ readonly buffer: Buffer }> {
  return async ({ correlationId, clientId, request }) => {
    const payload = await request.encode();
    const parts = payload instanceof Parts ? payload.parts : [payload.buffer];
    const header = new Encoder()
      .writeInt32(0)
      .writeInt16(request.apiKey)
      .writeInt16(request.apiVersion)
      .writeInt32(correlationId)
      .writeString(clientId).buffer;
    const buffer = Buffer.concat([header, ...parts]);
    buffer.writeInt32BE(buffer.length - SIZE_BYTES);
    return { buffer };
  };
}

/** Encodes a Produce request, version 3 (Kafka protocol guide, "Produce API"). */
async function encodeProduce(parameters: ProduceParameters, Encoder: EncoderClass): Promise<Parts> {
  const { transactionalId = null, acks, timeout, compression = 0, topicData } = parameters;
  const parts: Buffer[] = [];
  let encoder = new Encoder()
    .writeString(transactionalId)
    .writeInt16(acks)
    .writeInt32(timeout)
    .writeInt32(topicData.length);
  for (const { topic, partitions } of topicData) {
    encoder.writeString(topic).writeInt32(partitions.length);
    for (const { partition, messages, firstSequence } of partitions) {
      const encoded = await EncodedBatch.of(messages, compression);
      const batch = encoded.by(producerOf(parameters, firstSequence));
      parts.push(encoder.writeInt32(partition).writeInt32(batch.length).buffer, batch);
      encoder = new Encoder();
    }
  }
  return new Parts([...parts, encoder.buffer]);
}

function producerOf(
  { producerId = -1, producerEpoch = 0, transactionalId = null }: ProduceParameters,
  baseSequence: number,
): BatchProducer {
  const id = BigInt(producerId);
  if (id < 0n) return NOT_IDEMPOTENT;
  return { id, epoch: producerEpoch, baseSequence, transactional: transactionalId !== null };
}
