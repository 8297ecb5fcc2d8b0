import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import {
  classify,
  errorText,
  KafkaUnavailableError,
  rootCause,
  StalledError,
  startFailure,
} from './errors.ts';
import type { Failure } from './errors.ts';

type ErrorName =
  | 'KafkaJSConnectionError'
  | 'KafkaJSNonRetriableError'
  | 'KafkaJSNumberOfRetriesExceeded'
  | 'KafkaJSProtocolError'
  | 'KafkaJSRequestTimeoutError'
  | 'KafkaJSSASLAuthenticationError';

/** kafkajs' own errors; its typings lack arguments that its code uses. */
const {
  KafkaJSConnectionError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
  KafkaJSRequestTimeoutError,
  KafkaJSSASLAuthenticationError,
} = kafkajs as unknown as Readonly<
  Record<ErrorName, new (error: Error | string, metadata?: object) => Error>
>;

/** What a broker answers, as kafkajs throws it. */
function refusal(type: string, message = `The broker says ${type}`): Error {
  return new KafkaJSProtocolError(
    Object.assign(new Error(message), { type, code: 1, retriable: false }),
  );
}

/** As kafkajs' retrier throws an error that it gave up on. */
function retried(error: Error): Error {
  return new KafkaJSNumberOfRetriesExceeded(error, { retryCount: 5, retryTime: 1_000 });
}

/** As kafkajs' retrier throws an error that it does not repeat. */
function notRetried(cause: Error): Error {
  return new KafkaJSNonRetriableError(cause, { cause });
}

const connectionRefused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9092'), {
  code: 'ECONNREFUSED',
  syscall: 'connect',
});
const timeout = new KafkaJSRequestTimeoutError('Request EndTxn timed out');
// How kafkajs 2.2.4 reports a code that its table does not have.
const producerFenced = refusal('UNKNOWN', 'Unknown error code 90');

describe('classify', () => {
  it.each<[Failure, string, unknown]>([
    ['fenced', 'an old epoch', refusal('INVALID_PRODUCER_EPOCH')],
    ['fenced', 'an expired producer id', refusal('INVALID_PRODUCER_ID_MAPPING')],
    ['fenced', 'PRODUCER_FENCED, which kafkajs does not know', producerFenced],
    ['fenced', 'a wrapped old epoch', retried(refusal('INVALID_PRODUCER_EPOCH'))],
    ['fenced', 'a wrapped PRODUCER_FENCED', notRetried(producerFenced)],
    ['refused', 'no right to the topic', refusal('TOPIC_AUTHORIZATION_FAILED')],
    ['refused', 'no right to the group', refusal('GROUP_AUTHORIZATION_FAILED')],
    ['refused', 'no right to the id', refusal('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')],
    ['refused', 'too large a batch', refusal('MESSAGE_TOO_LARGE')],
    ['refused', 'a wrapped refusal', retried(refusal('INVALID_TIMESTAMP'))],
    ['refused', 'a wrong password', new KafkaJSSASLAuthenticationError('wrong')],
    ['indefinite', 'a coordinator that stays busy', refusal('CONCURRENT_TRANSACTIONS')],
    ['indefinite', 'an answer that never came', timeout],
    ['indefinite', 'the same, repeated in vain', retried(timeout)],
    ['indefinite', 'a lost connection', new KafkaJSConnectionError('Connection error')],
    ['indefinite', "Node's own network error", connectionRefused],
    ['indefinite', 'one lost between two requests', retried(new Error('Broker not connected'))],
    ['indefinite', 'the same, wrapped', retried(connectionRefused)],
    ['indefinite', 'a state it cannot leave', new KafkaJSNonRetriableError('Cannot transition')],
    ['indefinite', 'a code that nobody knows', refusal('UNKNOWN', 'Unknown error code 900')],
    ['indefinite', 'a leader on the move', refusal('NOT_LEADER_FOR_PARTITION')],
    ['bug', 'a TypeError', new TypeError('x is not a function')],
    ['bug', 'a TypeError that kafkajs wrapped', notRetried(new TypeError('x is undefined'))],
    ['bug', 'a RangeError', new RangeError('a record of 9 bytes is over the limit')],
    ['bug', 'an error of the handler', new Error('nobody classified me')],
    ['bug', 'a thrown text', 'oops'],
    ['bug', 'nothing', undefined],
  ])('calls %s: %s', (failure, _, error) => {
    expect(classify(error)).toBe(failure);
  });
});

describe('the cause of an error', () => {
  it('is the innermost one', () => {
    expect(rootCause(notRetried(retried(timeout)))).toBe(timeout);
    expect(rootCause('oops')).toBe('oops');
  });

  it('has a text for the log', () => {
    expect(errorText(retried(timeout))).toBe('Request EndTxn timed out');
    expect(errorText('oops')).toBe('oops');
  });
});

describe('what ends a process', () => {
  it('has its exit code of the contract', () => {
    expect(new KafkaUnavailableError('').exitCode).toBe(69);
    expect(new StalledError('').exitCode).toBe(75);
  });
});

describe('a failed start', () => {
  it('means, by an error of the client, that the brokers cannot be used', () => {
    const cause = new kafkajs.KafkaJSConnectionError('read ECONNRESET');
    expect(startFailure(cause)).toMatchObject({ exitCode: 69, cause });
    expect(startFailure(cause)).toMatchObject({
      message: expect.stringContaining('KAFKA_BROKERS') as unknown,
    });
  });

  it.each([
    ['one that tells its exit code', new StalledError('x', { cause: new Error('y') })],
    ['a defect', new TypeError('x is not a function')],
  ])('stays as it is: %s', (_, error) => {
    expect(startFailure(error)).toBe(error);
  });
});
