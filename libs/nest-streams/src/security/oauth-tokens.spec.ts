import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createLogger } from '@login-pipeline/observability';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '../testing/wait-for.ts';
import { TokenError } from '../client/errors.ts';
import { OAuthTokens, renewAfter } from './oauth-tokens.ts';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const LOGGER = createLogger({ service: 'test', version: '0', level: 'silent' });
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims: object): string => `${part({ alg: 'none' })}.${part(claims)}.`;
const token = (value: string, seconds?: number): Answer => ({
  status: 200,
  body: { access_token: value, token_type: 'bearer', expires_in: seconds },
});

describe('Tokens', () => {
  let server: Server;
  let url: string;
  let answers: Answer[];
  let requests: { readonly authorization: string | undefined; readonly body: string }[];

  beforeEach(async () => {
    answers = [];
    requests = [];
    server = createServer((request, response) => {
      void text(request).then((body) => {
        requests.push({ authorization: request.headers.authorization, body });
        // The last answer is for all requests that follow.
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        response.writeHead(answer?.status ?? 500, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer?.body));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const tokens = (secret: () => string = () => 'open: sesame'): OAuthTokens =>
    new OAuthTokens(
      { tokenEndpointUrl: url, clientId: 'me', clientSecret: secret, scope: 'kafka' },
      LOGGER,
    );

  it('are asked for by client credentials, once for all who want one', async () => {
    answers = [token('a', 3600)];
    const source = tokens();
    expect(await Promise.all([source.value(), source.value()])).toEqual(['a', 'a']);
    expect(await source.value()).toBe('a');
    expect(requests).toHaveLength(1);
    const [, credentials = ''] = requests[0]?.authorization?.split(' ') ?? [];
    expect(Buffer.from(credentials, 'base64').toString()).toBe('me:open%3A+sesame');
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'kafka',
    });
  });

  it('are renewed before they expire, with the secret of that time', async () => {
    answers = [token('first', 1), token('second', 3600)];
    let secret = 'old';
    const source = tokens(() => secret);
    expect(await source.value()).toBe('first');
    secret = 'new';
    await waitFor('the second token', async () => (await source.value()) === 'second');
    expect(Buffer.from(requests[1]?.authorization?.slice(6) ?? '', 'base64').toString()).toBe(
      'me:new',
    );
  });

  it('are renewed by what they say themselves, where the answer says nothing', async () => {
    const first = jwt({ exp: Date.now() / 1_000 + 1 });
    answers = [token(first), token('second', 3600)];
    const source = tokens();
    expect(await source.value()).toBe(first);
    await waitFor('the second token', async () => (await source.value()) === 'second');
  });

  it.each<unknown>([undefined, 0, -1, 'never', null, 1e300, '3600'])(
    'are taken, and asked for once, with %p for a lifetime',
    async (expires_in) => {
      answers = [
        { status: 200, body: { access_token: 'opaque', token_type: 'bearer', expires_in } },
        token('needless', 3600),
      ];
      const source = tokens();
      expect(await source.value()).toBe('opaque');
      expect(await source.value()).toBe('opaque');
      expect(requests).toHaveLength(1);
    },
  );

  it('are not handed out again once a broker refused them; those that came after them are', async () => {
    answers = [token('first'), token('second', 3600)];
    const source = tokens();
    expect(await source.value()).toBe('first');
    source.refused('first');
    expect(await source.value()).toBe('second');
    source.refused('first');
    expect(await source.value()).toBe('second');
    expect(requests).toHaveLength(2);
  });

  it('serve while the endpoint fails, and then it is asked again', async () => {
    answers = [token('first', 4), { status: 503, body: {} }, token('second', 3600)];
    const source = tokens();
    expect(await source.value()).toBe('first');
    await waitFor('the failure', () => requests.length >= 2);
    expect(await source.value()).toBe('first');
    await waitFor('the second token', async () => (await source.value()) === 'second');
  });

  it.each([
    ['invalid_client', /400 invalid_client.*_CLIENT_ID and _CLIENT_SECRET/],
    ['invalid_scope', /400 invalid_scope.*_SCOPE/],
  ])('are not asked for again after %s: an operator has to act', async (error, message) => {
    answers = [{ status: 400, body: { error } }];
    const failure: unknown = await tokens()
      .value()
      .catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(TokenError);
    expect(failure).toMatchObject({
      fault: 'unavailable',
      message: expect.stringMatching(message) as unknown,
    });
    expect(String(failure)).not.toContain('sesame');
    expect(failure).toMatchObject({ retriable: false });
  });

  it.each<[string, Answer]>([
    ['an error of the server', { status: 503, body: { error: 'temporarily_unavailable' } }],
    ['an answer that is none', { status: 200, body: { hello: 'world' } }],
  ])('may be had later after %s', async (_, answer) => {
    answers = [answer];
    const failure: unknown = await tokens()
      .value()
      .catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ retriable: true });
  });

  it('may be had later when nothing listens', async () => {
    server.close();
    server.closeAllConnections();
    await expect(tokens().value()).rejects.toThrow(/_TOKEN_ENDPOINT_URL\).*ECONNREFUSED/);
  });
});

it.each([
  [3600, 2880],
  [100, 70],
  [40, 20],
  [24, 12],
])('A token that lives %d s is renewed after %d s', (lifetime, expected) => {
  expect(renewAfter(lifetime * 1_000)).toBe(expected * 1_000);
});
