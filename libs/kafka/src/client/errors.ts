import { ProtocolError, StalledError } from '@login-pipeline/streams';
import { errorText, rootCause } from '@login-pipeline/observability/error-text';
import type { KafkaJSProtocolError } from 'kafkajs';

export { errorText, rootCause, StalledError };

/** The brokers or a topic cannot be used: EX_UNAVAILABLE. The message names the setting and the fix. */
export class KafkaUnavailableError extends Error {
  override readonly name = 'KafkaUnavailableError';
  readonly exitCode = 69;
}

/** Partitions were asked for that a topic does not have: EX_CONFIG. */
export class NoSuchPartitionsError extends Error {
  override readonly name = 'NoSuchPartitionsError';
  readonly exitCode = 78;

  /** @param count how many partitions there are */
  constructor(absent: readonly number[], count: number) {
    super(`--partition: there are ${count}, from 0 on: not ${absent.join(', ')}`);
  }
}

/** No token could be had for SASL/OAUTHBEARER. The message names the settings, never the secret. */
export class TokenError extends Error {
  /** kafkajs drops a connection for errors of this name: half authenticated, this one is of no use any more. */
  override readonly name = 'KafkaJSConnectionError';
  readonly exitCode = 69;
  /** As kafkajs marks errors: whether the same request may succeed later. */
  readonly retriable: boolean;

  constructor(message: string, retriable: boolean) {
    super(message);
    this.retriable = retriable;
  }
}

/** The brokers do not take credentials that they took before: perhaps these are being renewed. */
export class RefusedForNowError extends Error {
  /** So that kafkajs makes a new connection and tries again. */
  override readonly name = 'KafkaJSConnectionError';
  readonly retriable = true;
}

/**
 * What went wrong with a transaction, by what is to be done:
 * - `fenced`: another producer has the transactional id; only the group can say who owns the partition.
 * - `refused`: the broker will say the same again; somebody has to act.
 * - `indefinite`: the result is unknown; a new epoch settles it.
 * - `bug`: not the client's error at all.
 */
export type Failure = 'fenced' | 'refused' | 'indefinite' | 'bug';

const FENCED = new Set(['INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_ID_MAPPING']);

/** PRODUCER_FENCED is younger than kafkajs' table of errors. */
const FENCED_MESSAGE = /Unknown error code 90\b/;

const REFUSED = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TIMESTAMP',
  'INVALID_RECORD',
  'POLICY_VIOLATION',
  'UNSUPPORTED_VERSION',
  'UNSUPPORTED_COMPRESSION_TYPE',
]);

/** @returns what an error means for the transaction it came from */
export function classify(error: unknown): Failure {
  const root = rootCause(error);
  if (root instanceof TokenError) return root.retriable ? 'indefinite' : 'refused';
  if (!isClientError(root)) return 'bug';
  const { type = '', name, message } = root;
  if (FENCED.has(type) || FENCED_MESSAGE.test(message)) return 'fenced';
  if (REFUSED.has(type) || name === 'KafkaJSSASLAuthenticationError') return 'refused';
  return 'indefinite';
}

/** What kafkajs throws, as a mere Error, when a connection is lost between two requests. */
const NOT_CONNECTED = 'Broker not connected';

/** @returns whether kafkajs threw it, as far as one can tell; network errors of Node count as its own */
function isClientError(error: unknown): error is Partial<KafkaJSProtocolError> & Error {
  if (!(error instanceof Error)) return false;
  return error.name.startsWith('KafkaJS') || 'syscall' in error || error.message === NOT_CONNECTED;
}

/** @returns the broker's error code by its name in Kafka's protocol guide; undefined when it is none of the broker's */
export function protocolErrorOf(error: unknown): string | undefined {
  const root = rootCause(error);
  if (root instanceof ProtocolError) return root.code;
  return isClientError(root) ? root.type : undefined;
}

/** @returns what a failed start ends with: an error of the client's means that the brokers cannot be used */
export function startFailure(error: unknown): unknown {
  const isKnown = error instanceof Error && 'exitCode' in error;
  if (isKnown || classify(error) === 'bug') return error;
  return new KafkaUnavailableError(
    `The brokers (KAFKA_BROKERS) cannot be used: ${errorText(error)}`,
    { cause: error },
  );
}
