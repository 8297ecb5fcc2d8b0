import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Metrics } from '@login-pipeline/observability';
import { RegistryRefusedError, RegistryUnavailableError } from './errors.ts';
import { RegistryClient } from './registry-client.ts';

/** What a real registry does is tested against a real one; here something else answers in its place. */
describe('RegistryClient', () => {
  let server: Server;
  let answer: { status: number; body: string };
  let asked: IncomingMessage[];
  let url: string;
  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(request);
      response.writeHead(answer.status).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const client = (): RegistryClient => new RegistryClient({ url }, new Metrics());

  it.each([
    ['overloaded', 503, ''],
    ['broken', 500, '{"error_code":50001,"message":"store"}'],
    ['throttled', 429, ''],
    ['another server, which knows no such path', 404, '<html>'],
    ['locked', 401, '{"error_code":401}'],
  ])('takes nothing for a no about an id from one that is %s', async (_what, status, body) => {
    answer = { status, body };
    await expect(client().hasSchema(1)).rejects.toBeInstanceOf(RegistryUnavailableError);
  });

  it('takes a no from the registry itself', async () => {
    answer = { status: 404, body: '{"error_code":40403,"message":"Schema not found"}' };
    await expect(client().hasSchema(1)).resolves.toBe(false);
  });

  it('says why nothing answers', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(client().hasSchema(1)).rejects.toThrow(/ECONNREFUSED/);
  });

  it.each([
    [
      'another server',
      404,
      '<html>',
      'REGISTRY_MISSING',
      /No schema registry answers at .*SCHEMA_REGISTRY_URL/,
    ],
    [
      'a locked one',
      403,
      '{}',
      'REGISTRY_NOT_AUTHORIZED',
      /SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD/,
    ],
    ['one that answers nonsense', 200, '[]', 'REGISTRY_MISSING', /No schema registry answers/],
    [
      'one that cannot read the schema',
      422,
      '{"error_code":42201,"message":"bad"}',
      'REGISTRY_REFUSED',
      /42201.*bad/,
    ],
  ])('gives up registering at %s', async (_what, status, body, code, message) => {
    answer = { status, body };
    const ensured = client().ensure('a-value', '{}');
    await expect(ensured).rejects.toBeInstanceOf(RegistryRefusedError);
    await expect(ensured).rejects.toMatchObject({
      fault: 'unavailable',
      code,
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('asks as the user it was given, below the path of the URL', async () => {
    answer = { status: 200, body: '{"id":3}' };
    const credentials = { username: 'ann', password: () => 'pässword' };
    const asUser = new RegistryClient({ url, credentials }, new Metrics());
    await expect(asUser.ensure('a/b-value', '{}')).resolves.toBe(3);
    expect(asked[0]?.url).toBe('/api/subjects/a%2Fb-value');
    const basic = Buffer.from('ann:pässword').toString('base64');
    expect(asked[0]?.headers.authorization).toBe(`Basic ${basic}`);
  });

  it('asks with the password of that moment, and waits for another one once it was let in', async () => {
    answer = { status: 200, body: '{"id":3}' };
    let password: () => string = () => 'old';
    const credentials = { username: 'ann', password: () => password() };
    const asUser = new RegistryClient({ url, credentials }, new Metrics());
    await expect(asUser.ensure('a-value', '{}')).resolves.toBe(3);
    answer = { status: 401, body: '{"error_code":401}' };
    for (const asks of [() => asUser.ensure('a-value', '{}'), () => asUser.hasSchema(3)]) {
      const failure: unknown = await asks().catch((thrown: unknown) => thrown);
      expect(failure).toBeInstanceOf(RegistryUnavailableError);
      expect(String(failure)).toMatch(/401.*SCHEMA_REGISTRY_PASSWORD/);
      expect(String(failure)).not.toContain('old');
    }
    password = () => {
      throw new Error('SCHEMA_REGISTRY_PASSWORD_FILE names no readable file');
    };
    await expect(asUser.hasSchema(3)).rejects.toThrow(/_PASSWORD_FILE names no readable file/);
    answer = { status: 200, body: '{}' };
    password = () => 'new';
    await expect(asUser.hasSchema(3)).resolves.toBe(true);
    const basic = Buffer.from('ann:new').toString('base64');
    expect(asked.at(-1)?.headers.authorization).toBe(`Basic ${basic}`);
  });

  it('gives up at the start when it is not let in', async () => {
    answer = { status: 401, body: '{"error_code":401}' };
    await expect(client().ensure('a-value', '{}')).rejects.toMatchObject({
      code: 'REGISTRY_NOT_AUTHORIZED',
      message: expect.stringMatching(/401.*SCHEMA_REGISTRY_PASSWORD/) as unknown,
    });
  });

  it('counts the answers', async () => {
    const metrics = new Metrics();
    answer = { status: 503, body: '' };
    await new RegistryClient({ url }, metrics).hasSchema(1).catch(() => undefined);
    expect(await metrics.render()).toContain(
      'schema_registry_requests_total{outcome="unavailable"} 1',
    );
  });
});
