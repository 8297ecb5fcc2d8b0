import { describe, expect, it } from '@jest/globals';
import {
  AuthenticationError,
  ProtocolError,
  TlsError,
  UnansweredError,
  UnreachableError,
  UnsupportedBrokerError,
} from '@login-pipeline/streams';
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
const noTls = new TlsError(
  'no TLS',
  { address: 'b:9092', advertisedBy: undefined },
  new Error('self-signed certificate'),
);
const tooOld = new UnsupportedBrokerError('too old');
const wrongPassword = new AuthenticationError('SASL PLAIN authentication failed', 'refused');

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
    ['TLS', noTls, noTls.code],
    [
      'TLS on the way to a broker',
      new UnreachableError('no broker', { cause: noTls }),
      'TLS_FAILED',
    ],
    ['an old broker', tooOld, tooOld.code],
    ['a wrong password', wrongPassword, wrongPassword.code],
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
