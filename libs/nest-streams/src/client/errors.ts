import { ProtocolError } from '@login-pipeline/streams';
import type { StalledError } from '@login-pipeline/streams';
import { causesOf, errorText, rootCause } from '@login-pipeline/observability/error-text';
import { faultOf } from '@login-pipeline/service/exit-codes';
import type { CodeOf } from './error-codes.ts';

export { causesOf, errorText, rootCause };

/** The brokers or a topic cannot be used. The message names the setting and the fix. */
export class KafkaUnavailableError extends Error {
  override readonly name = 'KafkaUnavailableError';
  readonly fault = 'unavailable';
  readonly code: CodeOf<'unavailable'>;

  constructor(code: CodeOf<'unavailable'>, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Nothing moves, and a new process may do better. */
export class KafkaStalledError extends Error {
  override readonly name = 'KafkaStalledError';
  readonly fault = 'stalled';
  readonly code: CodeOf<'stalled'>;
  /** The state it was found in, to be logged with it. */
  readonly diagnosis: StalledError['diagnosis'];

  constructor(
    code: CodeOf<'stalled'>,
    message: string,
    { diagnosis, ...options }: StalledOptions = {},
  ) {
    super(message, options);
    this.code = code;
    this.diagnosis = diagnosis;
  }
}

interface StalledOptions extends ErrorOptions {
  readonly diagnosis?: StalledError['diagnosis'];
}

/** Nearly every record would become a dead letter: restarting alone does not help. */
export class TooManyDeadLettersError extends Error {
  override readonly name = 'TooManyDeadLettersError';
  readonly fault = 'defect';
  readonly code: CodeOf<'defect'> = 'FUSE_BLOWN';
}

/** Partitions were asked for that a topic does not have. */
export class NoSuchPartitionsError extends Error {
  override readonly name = 'NoSuchPartitionsError';
  readonly fault = 'settings';
  readonly code: CodeOf<'settings'> = 'PARTITION_MISSING';

  /** @param count how many partitions there are */
  constructor(absent: readonly number[], count: number) {
    super(`--partition: there are ${count}, from 0 on: not ${absent.join(', ')}`);
  }
}

/** No token could be had for SASL/OAUTHBEARER. The message names the settings, never the secret. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly fault = 'unavailable';
  readonly code: CodeOf<'unavailable'> = 'TOKEN_UNAVAILABLE';
  /** Whether the same request may succeed later. */
  readonly retriable: boolean;

  constructor(message: string, retriable: boolean) {
    super(message);
    this.retriable = retriable;
  }
}

/** The brokers do not take credentials that they took before: perhaps these are being renewed. */
export class RefusedForNowError extends Error {
  override readonly name = 'RefusedForNowError';
}

/** @returns the broker's error code by its name in Kafka's protocol guide; undefined when it is none of the broker's */
export function protocolErrorOf(error: unknown): string | undefined {
  const root = rootCause(error);
  return root instanceof ProtocolError ? root.code : undefined;
}

/** What is wrong with brokers, by the name of what a wire, or what renews its secrets, throws. */
const ABOUT_BROKERS: ReadonlyMap<string, CodeOf<'unavailable'>> = new Map([
  ['ProtocolError', 'REQUEST_REFUSED'],
  ['UnansweredError', 'BROKER_UNREACHABLE'],
  ['UnreachableError', 'BROKER_UNREACHABLE'],
  ['TlsError', 'TLS_FAILED'],
  ['UnsupportedBrokerError', 'BROKER_UNSUPPORTED'],
  ['AuthenticationError', 'AUTHENTICATION_FAILED'],
  ['TokenError', 'TOKEN_UNAVAILABLE'],
  ['RefusedForNowError', 'AUTHENTICATION_FAILED'],
]);

/** @returns why brokers cannot be used, by what caused it first; undefined of an error that is not about them */
export function brokerErrorCode(error: unknown): CodeOf<'unavailable'> | undefined {
  const causes = causesOf(error);
  const known = causes.findLast(({ name }) => ABOUT_BROKERS.has(name));
  if (known !== undefined) return ABOUT_BROKERS.get(known.name);
  return causes.some((cause) => 'syscall' in cause) ? 'BROKER_UNREACHABLE' : undefined;
}

/** @returns what a failed start ends with: an error of the client's means that the brokers cannot be used */
export function startFailure(error: unknown): unknown {
  const code = faultOf(error) === undefined ? brokerErrorCode(error) : undefined;
  if (code === undefined) return error;
  return new KafkaUnavailableError(
    code,
    `The brokers (KAFKA_BROKERS) cannot be used: ${errorText(error)}`,
    { cause: error },
  );
}
