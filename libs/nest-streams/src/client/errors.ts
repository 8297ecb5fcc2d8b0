import { ProtocolError } from '@login-pipeline/streams';
import type { StalledError } from '@login-pipeline/streams';
import { causesOf, errorText, rootCause } from '@login-pipeline/observability/error-text';

export { causesOf, errorText, rootCause };

/** The brokers or a topic cannot be used: EX_UNAVAILABLE. The message names the setting and the fix. */
export class KafkaUnavailableError extends Error {
  override readonly name = 'KafkaUnavailableError';
  readonly exitCode = 69;
}

/** Nothing moves, and a new process may do better: EX_TEMPFAIL. */
export class KafkaStalledError extends Error {
  override readonly name = 'KafkaStalledError';
  readonly exitCode = 75;
  /** The state it was found in, to be logged with it. */
  readonly diagnosis: StalledError['diagnosis'];

  constructor(message: string, { diagnosis, ...options }: StalledOptions = {}) {
    super(message, options);
    this.diagnosis = diagnosis;
  }
}

interface StalledOptions extends ErrorOptions {
  readonly diagnosis?: StalledError['diagnosis'];
}

/** Nearly every record would become a dead letter: EX_SOFTWARE, restarting alone does not help. */
export class TooManyDeadLettersError extends Error {
  override readonly name = 'TooManyDeadLettersError';
  readonly exitCode = 70;
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
  override readonly name = 'TokenError';
  readonly exitCode = 69;
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

/** @returns whether an error says that brokers cannot be used, whatever the reason: it is no defect of ours */
export function isAboutBrokers(error: unknown): boolean {
  return causesOf(error).some((cause) => ABOUT_BROKERS.has(cause.name) || 'syscall' in cause);
}

/** Of what the wire throws, and of kafkajs' code for SASL. */
const ABOUT_BROKERS: ReadonlySet<string> = new Set([
  'ProtocolError',
  'UnansweredError',
  'UnreachableError',
  'TlsError',
  'UnsupportedBrokerError',
  'RefusedForNowError',
  'TokenError',
  'KafkaJSNonRetriableError',
  'KafkaJSProtocolError',
  'KafkaJSSASLAuthenticationError',
]);

/** @returns what a failed start ends with: an error of the client's means that the brokers cannot be used */
export function startFailure(error: unknown): unknown {
  const isKnown = error instanceof Error && 'exitCode' in error;
  if (isKnown || !isAboutBrokers(error)) return error;
  return new KafkaUnavailableError(
    `The brokers (KAFKA_BROKERS) cannot be used: ${errorText(error)}`,
    { cause: error },
  );
}
