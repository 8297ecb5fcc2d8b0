import { createRequire } from 'node:module';
import type { OutgoingRecord } from '@login-pipeline/streams';
import type { EncodedBatch } from '@login-pipeline/streams-kafkajs';
import { rootCause } from './errors.ts';

/** Records of one batch that the broker refused: by name, or all of them for the size of the batch. */
export interface RefusedRecords {
  readonly topic: string;
  /** Why: `INVALID_TIMESTAMP`, `MESSAGE_TOO_LARGE` or another of the protocol's errors. */
  readonly error: string;
  /** What was sent, as it was given to kafkajs: an encoded batch, or the records that went to one partition. */
  readonly messages: EncodedBatch | readonly OutgoingRecord[];
  /** Positions of the refused records among these. */
  readonly indexes: readonly number[];
}

interface ProduceParameters {
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly messages: EncodedBatch | readonly OutgoingRecord[];
    }[];
  }[];
}

/** kafkajs' decoder, as far as it is used. */
interface Decoder {
  readInt16(): number;
  readInt32(): number;
  readInt64(): { toString(): string };
  readString(): string | null;
  readArray<T>(read: (decoder: Decoder) => T): T[];
}

interface PartitionAnswer {
  readonly partition: number;
  readonly errorCode: number;
  readonly recordErrors: readonly { readonly index: number; readonly message: string | null }[];
  readonly errorMessage: string | null;
}

interface ProduceAnswer {
  readonly topics: readonly {
    readonly topicName: string;
    readonly partitions: readonly PartitionAnswer[];
  }[];
}

/** A request's encoder and the decoder of its answer. */
interface Exchange {
  readonly request: object;
  readonly response: object;
}

/** kafkajs' module for an API: what it can speak, and how. */
interface Definition {
  versions: readonly string[];
  protocol: (wanted: {
    readonly version: number;
  }) => ((parameters: ProduceParameters) => Exchange) | undefined;
}

interface ProtocolErrors {
  readonly failure: (code: number) => boolean;
  readonly createErrorFromCode: (code: number) => Error & { readonly type: string };
}

/** The batch, as the broker compresses it, is larger than the topic or its segments take. */
const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** The first version whose answers name the records that made the broker refuse a batch (KIP-467; Kafka 2.4). */
const VERSION = 8;
/** The last one that kafkajs 2.2.4 speaks. The request of the next one is the same. */
const LAST_VERSION = 7;

const REFUSED = Symbol.for('login-pipeline.refused-records');

/** Lets kafkajs speak version 8 of the Produce API, and its errors tell which records are refused. */
export function installRefusedRecords(): void {
  const require = createRequire(import.meta.url);
  const definition = require('kafkajs/src/protocol/requests/produce') as Definition;
  if (definition.versions.includes(String(VERSION))) return;
  const errors = require('kafkajs/src/protocol/error') as ProtocolErrors;
  const DecoderClass = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => Decoder;
  const { protocol } = definition;
  definition.versions = [...definition.versions, String(VERSION)];
  definition.protocol = ({ version }) => {
    if (version !== VERSION) return protocol({ version });
    return (parameters) => {
      const exchange = protocol({ version: LAST_VERSION })?.(parameters);
      return {
        request: { ...exchange?.request, apiVersion: VERSION },
        response: {
          decode: (bytes: Buffer) => Promise.resolve(decodeAnswer(new DecoderClass(bytes))),
          parse: (answer: ProduceAnswer) => parseAnswer(answer, parameters, errors),
        },
      };
    };
  };
}

/** @returns what the broker refused and is known by its records; empty where it refused anything else */
export function refusedRecords(error: unknown): readonly RefusedRecords[] {
  const root = rootCause(error) as { [REFUSED]?: readonly RefusedRecords[] } | null | undefined;
  return root?.[REFUSED] ?? [];
}

/** @returns whether it was the size of the batch that the broker refused */
export function isTooLarge({ error }: Pick<RefusedRecords, 'error'>): boolean {
  return TOO_LARGE.has(error);
}

/** @returns whether it was the size of several records together, each of which the topic may take */
export function isToBeCut(refused: Pick<RefusedRecords, 'error' | 'messages'>): boolean {
  return isTooLarge(refused) && refused.messages.length > 1;
}

/** Decodes a Produce answer, version 8 (Kafka protocol guide, "Produce API"). */
function decodeAnswer(decoder: Decoder): ProduceAnswer & object {
  const topics = decoder.readArray(() => ({
    topicName: decoder.readString() ?? '',
    partitions: decoder.readArray(() => ({
      partition: decoder.readInt32(),
      errorCode: decoder.readInt16(),
      baseOffset: decoder.readInt64().toString(),
      logAppendTime: decoder.readInt64().toString(),
      logStartOffset: decoder.readInt64().toString(),
      recordErrors: decoder.readArray(() => ({
        index: decoder.readInt32(),
        message: decoder.readString(),
      })),
      errorMessage: decoder.readString(),
    })),
  }));
  // Brokers answer before they throttle: the client is to wait.
  return { topics, throttleTime: 0, clientSideThrottleTime: decoder.readInt32() } as ProduceAnswer;
}

/** @throws kafkajs' error for the first partition that failed, for one whose records are not known if there is such a one */
async function parseAnswer(
  answer: ProduceAnswer,
  { topicData }: ProduceParameters,
  { failure, createErrorFromCode }: ProtocolErrors,
): Promise<ProduceAnswer> {
  const failed = answer.topics.flatMap(({ topicName: topic, partitions }) =>
    partitions
      .filter(({ errorCode }) => failure(errorCode))
      .map(({ partition, errorCode, recordErrors, errorMessage }) => {
        const { type: error } = createErrorFromCode(errorCode);
        const messages = messagesOf(topicData, topic, partition);
        const indexes = isTooLarge({ error })
          ? Array.from({ length: messages.length }, (_, index) => index)
          : recordErrors.map(({ index }) => index);
        return { topic, error, messages, indexes, errorCode, errorMessage };
      }),
  );
  const unnamed = failed.find(({ indexes }) => indexes.length === 0);
  const worst = unnamed ?? failed[0];
  if (worst === undefined) return Promise.resolve(answer);
  const error = createErrorFromCode(worst.errorCode);
  if (worst.errorMessage !== null) error.message = `${worst.errorMessage} (topic "${worst.topic}")`;
  if (unnamed !== undefined) throw error;
  const refused: readonly RefusedRecords[] = failed;
  throw Object.assign(error, { [REFUSED]: refused });
}

function messagesOf(
  topicData: ProduceParameters['topicData'],
  topic: string,
  partition: number,
): RefusedRecords['messages'] {
  const sent = topicData.find((part) => part.topic === topic)?.partitions;
  return sent?.find((part) => part.partition === partition)?.messages ?? [];
}
