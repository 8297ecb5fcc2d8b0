import { describe, expect, it } from '@jest/globals';
import { ProtocolError, UnansweredError, UnreachableError } from '@login-pipeline/streams';
import {
  ERROR_CODES as WIRE_CODES,
  TlsError,
  UnsupportedBrokerError,
} from '@login-pipeline/streams-kafkajs';
import { ERROR_CODES } from './error-codes.ts';
import {
  brokerErrorCode,
  KafkaStalledError,
  protocolErrorOf,
  RefusedForNowError,
  startFailure,
  TokenError,
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
  it.each<[string, unknown, string]>([
    ['a refusal', refusal, 'REQUEST_REFUSED'],
    ['the same, wrapped', new Error('It stopped', { cause: refusal }), 'REQUEST_REFUSED'],
    ['a lost answer', lost, 'BROKER_UNREACHABLE'],
    [
      'no broker',
      new UnreachableError('no broker', { cause: new Error('it is closed') }),
      'BROKER_UNREACHABLE',
    ],
    ['TLS', new TlsError('no TLS', target, new Error('self-signed certificate')), 'TLS_FAILED'],
    [
      'TLS on the way to a broker',
      new UnreachableError('no broker', { cause: new TlsError('no TLS', target, new Error('x')) }),
      'TLS_FAILED',
    ],
    ['an old broker', new UnsupportedBrokerError('too old'), 'BROKER_UNSUPPORTED'],
    ['a wrong password', wrongPassword, 'AUTHENTICATION_FAILED'],
    ['no token', new TokenError('No token could be had', true), 'TOKEN_UNAVAILABLE'],
    ['one that is refused for now', new RefusedForNowError('not now'), 'AUTHENTICATION_FAILED'],
    ["Node's own network error", lost.cause, 'BROKER_UNREACHABLE'],
  ])('says why brokers cannot be used: %s', (_, error, code) => {
    expect(brokerErrorCode(error)).toBe(code);
  });

  it.each<[string, unknown]>([
    ['a TypeError', new TypeError('x is not a function')],
    ['the same, wrapped', new Error('It failed', { cause: new TypeError('x') })],
    ['an error of the handler', new Error('nothing classified me')],
    ['a thrown text', 'oops'],
    ['nothing', undefined],
  ])('says nothing of brokers: %s', (_, error) => {
    expect(brokerErrorCode(error)).toBeUndefined();
  });

  it('of the wire is handed on by its code', () => {
    expect(Object.keys(ERROR_CODES)).toEqual(expect.arrayContaining([...WIRE_CODES]));
  });

  it('has the code that a broker gave it, however wrapped', () => {
    expect(protocolErrorOf(new Error('x', { cause: refusal }))).toBe('TOPIC_AUTHORIZATION_FAILED');
    expect(protocolErrorOf(lost)).toBeUndefined();
  });
});

describe('a failed start', () => {
  it('means, by an error of the client, that the brokers cannot be used', () => {
    expect(startFailure(lost)).toMatchObject({
      fault: 'unavailable',
      code: 'BROKER_UNREACHABLE',
      cause: lost,
      message: expect.stringContaining('KAFKA_BROKERS') as unknown,
    });
  });

  it.each([
    ['one that names its fault', new KafkaStalledError('STALLED', 'x', { cause: lost })],
    ['a defect', new TypeError('x is not a function')],
  ])('stays as it is: %s', (_, error) => {
    expect(startFailure(error)).toBe(error);
  });
});
