import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createLogger } from '@login-pipeline/observability';
import { RefusedForNowError } from '../client/errors.ts';
import { saslOptions } from './sasl.ts';

interface Encodable {
  readonly encode: () => Promise<Buffer>;
}
type Provider = (broker: object) => { readonly authenticate: () => Promise<void> };

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
  const { authenticationProvider } = saslOptions(
    {
      mechanism: 'oauthbearer',
      tokenEndpointUrl: `http://127.0.0.1:${port}/token`,
      clientId: 'me',
      clientSecret: () => 'secret',
    },
    logger,
  ) as unknown as { readonly authenticationProvider: Provider };
  let expired = '';
  const presented: string[] = [];
  const connect = (): Promise<void> =>
    authenticationProvider({
      host: 'localhost',
      port: 9092,
      logger: { debug: () => undefined, error: () => undefined },
      saslAuthenticate: async ({ request }: { readonly request: Encodable }) => {
        const [token = ''] = /token-\d/.exec(String(await request.encode())) ?? [];
        presented.push(token);
        if (token === expired) throw new Error('invalid token');
      },
    }).authenticate();

  await connect();
  await connect();
  expired = 'token-1';
  await expect(connect()).rejects.toBeInstanceOf(RefusedForNowError);
  await connect();
  expect(presented).toEqual(['token-1', 'token-1', 'token-1', 'token-2']);
});
