import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A schema registry that answers 401 without its password. */
export interface LockedRegistry {
  /** As SCHEMA_REGISTRY_URL takes it. */
  readonly url: string;
  /** From now on only this password opens it. */
  readonly lock: (password: string) => void;
  readonly stop: () => void;
}

/**
 * Stands before a registry as a gateway does: asks for HTTP basic authentication (RFC 7617) and
 * hands everything on.
 */
export async function lockRegistry(url: string, user: string): Promise<LockedRegistry> {
  let key = '';
  const lock = (password: string): void => {
    key = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  };
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      if (request.headers.authorization !== key) {
        response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
        return;
      }
      const { method = '', url: path = '' } = request;
      const headers = { 'content-type': request.headers['content-type'] ?? 'application/json' };
      const answer = await fetch(url + path, {
        method,
        headers,
        ...(body !== '' && { body }),
      });
      response.writeHead(answer.status).end(await answer.text());
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lock,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
