import type { KafkaJSProtocolError } from 'kafkajs';
import { UnreadableBatchError } from '../record-batch/index.ts';

/** The brokers or a topic cannot be used: EX_UNAVAILABLE. The message names the setting and the fix. */
export class KafkaUnavailableError extends Error {
  override readonly name = 'KafkaUnavailableError';
  readonly exitCode = 69;
}

/** The service cannot make progress and a new process can: EX_TEMPFAIL. */
export class StalledError extends Error {
  override readonly name = 'StalledError';
  readonly exitCode = 75;
}

/**
 * What went wrong with a transaction, by what is to be done:
 * - `fenced`: another producer has the transactional id; only the group can say who owns the partition.
 * - `busy`: the last transaction is still being finished; nothing was done, ask again.
 * - `refused`: the broker will say the same again; somebody has to act.
 * - `indefinite`: the result is unknown; a new epoch settles it.
 * - `bug`: not the client's error at all.
 */
export type Failure = 'fenced' | 'busy' | 'refused' | 'indefinite' | 'bug';

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
  if (root instanceof UnreadableBatchError) return 'refused';
  if (!isClientError(root)) return 'bug';
  const { type = '', name, message } = root;
  if (FENCED.has(type) || FENCED_MESSAGE.test(message)) return 'fenced';
  if (type === 'CONCURRENT_TRANSACTIONS') return 'busy';
  if (REFUSED.has(type) || name === 'KafkaJSSASLAuthenticationError') return 'refused';
  return 'indefinite';
}

/** @returns an error's innermost cause: kafkajs wraps what it gave up on */
export function rootCause(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? rootCause(error.cause) : error;
}

/** @returns whether kafkajs threw it, as far as its name tells; network errors of Node count as its own */
function isClientError(error: unknown): error is Partial<KafkaJSProtocolError> & Error {
  return error instanceof Error && (error.name.startsWith('KafkaJS') || 'syscall' in error);
}

/** @returns an error's text for a log line */
export function errorText(error: unknown): string {
  const root = rootCause(error);
  return root instanceof Error ? root.message : String(root);
}

/** @returns an error's kind for a metric label: kafkajs' own names, which are few */
export function causeOf(error: unknown): string {
  const root = rootCause(error);
  if (!isClientError(root)) return 'other';
  const { type, code, name }: { type?: string; code?: unknown; name: string } = root;
  return type ?? (typeof code === 'string' ? code : name);
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
