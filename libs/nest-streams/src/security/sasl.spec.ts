import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createLogger } from '@login-pipeline/observability';
import { AuthenticationError } from '@login-pipeline/streams';
import { RefusedForNowError } from '../client/errors.ts';
import { renewedCredentials } from './sasl.ts';

/** Gives a new token each time, and does not say how long it is valid. */
let endpoint: Server;
let issued: number;
beforeEach(async () => {
  issued = 0;
  endpoint = createServer((_, response) => {
    issued += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: `token-${issued}`, token_type: 'bearer' }));
  }).listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
});
afterEach(() => {
  endpoint.closeAllConnections();
  endpoint.close();
});

it('A token that a broker refuses is replaced, though nothing has said that it ends', async () => {
  const { port } = endpoint.address() as AddressInfo;
  const logger = createLogger({ service: 'test', version: '0', level: 'silent' });
  const credentials = renewedCredentials(
    {
      mechanism: 'oauthbearer',
      tokenEndpointUrl: `http://127.0.0.1:${port}/token`,
      clientId: 'me',
      clientSecret: () => 'secret',
    },
    logger,
  );
  const expired = new Set<string>();
  const presented: string[] = [];
  const connect = (): Promise<void> =>
    credentials.authenticate((secret) => {
      const token = 'token' in secret ? secret.token : '';
      presented.push(token);
      return expired.has(token)
        ? Promise.reject(new AuthenticationError('invalid token', 'refused'))
        : Promise.resolve();
    });

  await connect();
  await connect();
  expired.add('token-1');
  await expect(connect()).rejects.toBeInstanceOf(RefusedForNowError);
  await connect();
  expect(presented).toEqual(['token-1', 'token-1', 'token-1', 'token-2']);
});
