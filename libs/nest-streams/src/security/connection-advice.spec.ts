import { expect, it } from '@jest/globals';
import {
  AuthenticationError,
  ConnectionEndedError,
  UnreachableError,
} from '@login-pipeline/streams';
import type { KafkaConnection } from '../client/connection.ts';
import { connectionAdvice } from './connection-advice.ts';

type Security = Pick<KafkaConnection, 'ssl' | 'sasl'>;

const PLAIN: Security = { ssl: false };
const TLS: Security = { ssl: {} };
const PASSWORD: Security = {
  ssl: {},
  sasl: { mechanism: 'scram-sha-256', username: 'me', password: () => 'secret' },
};
const TOKEN: Security = {
  ssl: {},
  sasl: {
    mechanism: 'oauthbearer',
    tokenEndpointUrl: 'http://localhost/token',
    clientId: 'me',
    clientSecret: () => 'secret',
  },
};
const closed = new ConnectionEndedError('closed', 'closed');
const refused = new AuthenticationError('no such user', 'refused');

it.each<[string, Error, Security, string | undefined]>([
  ['closed, in plain text', closed, PLAIN, 'may want TLS (KAFKA_SSL=true) or authentication'],
  ['closed, over TLS', closed, TLS, 'may want authentication (KAFKA_SASL_MECHANISM)'],
  ['closed, with all there is', closed, PASSWORD, undefined],
  ['no TLS', new ConnectionEndedError('x', 'closed-before-tls'), TLS, 'does not speak TLS there'],
  ['TLS', new ConnectionEndedError('x', 'speaks-tls'), PLAIN, 'it speaks TLS there'],
  [
    'another mechanism',
    new AuthenticationError('x', 'mechanism'),
    PASSWORD,
    'it does not take the mechanism scram-sha-256 (KAFKA_SASL_MECHANISM)',
  ],
  [
    'none at all',
    new AuthenticationError('x', 'unwanted'),
    PASSWORD,
    'it wants no authentication there',
  ],
  [
    'another password',
    refused,
    PASSWORD,
    'it refuses KAFKA_SASL_USERNAME with KAFKA_SASL_PASSWORD (no such user)',
  ],
  ['another token', refused, TOKEN, 'it refuses the token of KAFKA_SASL_OAUTHBEARER_CLIENT_ID'],
  ['something else', new AuthenticationError('x', 'failed'), PASSWORD, undefined],
  ['no security', new Error('connect ECONNREFUSED'), PASSWORD, undefined],
])('Names the setting to look at where a broker wants %s', (_, cause, security, words) => {
  const advice = connectionAdvice(new UnreachableError('no broker', { cause }), security);
  if (words === undefined) expect(advice).toBeUndefined();
  else expect(advice).toContain(words);
});
