import type { RequestOf, ResponseOf, WireApiName } from '@login-pipeline/streams';
import type { RequestWriter } from './request-writer.ts';
import type { ResponseReader } from './response-reader.ts';

/**
 * How a request is put in a version of the protocol. All versions here are flexible (KIP-482), and
 * known to all brokers from 3.9 on, but for what KIP-890 adds: it is asked for where the cluster
 * has it. Fields stand as in the message definitions of Kafka's source
 * (`clients/src/main/resources/common/message`).
 */
export interface ApiCodec<Api extends WireApiName> {
  /** The API key (Kafka protocol guide, "API Keys"). */
  readonly key: number;
  /** The version that says what the request needs to say. */
  readonly version: number | ((request: RequestOf<Api>) => number);
  /** How long the request lets the broker wait before it answers, in milliseconds. */
  readonly waitMs?: (request: RequestOf<Api>) => number;
  readonly encode: (writer: RequestWriter, request: RequestOf<Api>) => void;
  readonly decode: (reader: ResponseReader, request: RequestOf<Api>) => ResponseOf<Api>;
}

/** @returns the version that a request goes in */
export function versionOf<Api extends WireApiName>(
  { version }: ApiCodec<Api>,
  request: RequestOf<Api>,
): number {
  return typeof version === 'number' ? version : version(request);
}
