import { describe, expect, it } from '@jest/globals';
import { ProtocolError, UnansweredError, UnreachableError } from '@login-pipeline/streams';
import { TlsError, UnsupportedBrokerError } from '@login-pipeline/streams-kafkajs';
import {
  isAboutBrokers,
  KafkaStalledError,
  KafkaUnavailableError,
  protocolErrorOf,
  RefusedForNowError,
  startFailure,
  TokenError,
  TooManyDeadLettersError,
} from './errors.ts';

const refusal = new ProtocolError('TOPIC_AUTHORIZATION_FAILED', 'Metadata of topic "t"');
const lost = new UnansweredError('b:9092 has not answered Fetch: read ECONNRESET', {
  cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }),
});
const target = { address: 'b:9092', advertisedBy: undefined };
/** As kafkajs' code for SASL throws it. */
const wrongPassword = Object.assign(new Error('SASL PLAIN authentication failed'), {
  name: 'KafkaJSSASLAuthenticationError',
});

describe('an error', () => {
  it.each<[string, unknown]>([
    ['a refusal', refusal],
    ['the same, wrapped', new Error('It stopped', { cause: refusal })],
    ['a lost answer', lost],
    ['no broker', new UnreachableError('no broker', { cause: new Error('it is closed') })],
    ['TLS', new TlsError('no TLS', target, new Error('self-signed certificate'))],
    ['an old broker', new UnsupportedBrokerError('too old')],
    ['a wrong password', wrongPassword],
    ['no token', new TokenError('No token could be had', true)],
    ['one that is refused for now', new RefusedForNowError('not now')],
    ["Node's own network error", lost.cause],
  ])('is about the brokers: %s', (_, error) => {
    expect(isAboutBrokers(error)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a TypeError', new TypeError('x is not a function')],
    ['the same, wrapped', new Error('It failed', { cause: new TypeError('x') })],
    ['an error of the handler', new Error('nothing classified me')],
    ['a thrown text', 'oops'],
    ['nothing', undefined],
  ])('is not: %s', (_, error) => {
    expect(isAboutBrokers(error)).toBe(false);
  });

  it('has the code that a broker gave it, however wrapped', () => {
    expect(protocolErrorOf(new Error('x', { cause: refusal }))).toBe('TOPIC_AUTHORIZATION_FAILED');
    expect(protocolErrorOf(lost)).toBeUndefined();
  });
});

describe('what ends a process', () => {
  it('has its exit code of the contract', () => {
    expect(new KafkaUnavailableError('').exitCode).toBe(69);
    expect(new TooManyDeadLettersError('').exitCode).toBe(70);
    expect(new KafkaStalledError('').exitCode).toBe(75);
  });
});

describe('a failed start', () => {
  it('means, by an error of the client, that the brokers cannot be used', () => {
    expect(startFailure(lost)).toMatchObject({
      exitCode: 69,
      cause: lost,
      message: expect.stringContaining('KAFKA_BROKERS') as unknown,
    });
  });

  it.each([
    ['one that tells its exit code', new KafkaStalledError('x', { cause: new Error('y') })],
    ['a defect', new TypeError('x is not a function')],
  ])('stays as it is: %s', (_, error) => {
    expect(startFailure(error)).toBe(error);
  });
});
