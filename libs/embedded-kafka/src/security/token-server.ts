import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const ALGORITHM = 'RS256';
const KEY_ID = 'local';
/** Also the audience: the brokers take no tokens for another one. */
export const TOKEN_ISSUER = 'login-pipeline-local';

export interface TokenServerOptions {
  /** Default: a free one. */
  readonly port?: number | undefined;
  readonly lifetimeSeconds: number;
  /** @returns the secret of a client, or undefined when there is no such client */
  readonly secretOf: (clientId: string) => string | undefined;
}

/** For this scope the answer does not say how long a token is valid, as with many servers. */
export const SILENT_SCOPE = 'no-lifetime';

/** An OAuth token endpoint on this host: client credentials grant alone (RFC 6749, 4.4), tokens as JWT. */
export interface TokenServer {
  /** Of the endpoint. */
  readonly url: string;
  /** The public keys as a JWK set (RFC 7517), JSON text. */
  readonly keySet: string;
  /** How many tokens it has issued: all, or those of a scope. */
  issued(scope?: string): number;
  stop(): Promise<void>;
}

/** Starts a token endpoint; its key is made anew each time. */
export async function startTokenServer(options: TokenServerOptions): Promise<TokenServer> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
  const jwk = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: ALGORITHM, use: 'sig' };
  const issued: string[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await text(request));
    const grant = form.get('grant_type');
    const scope = form.get('scope') ?? '';
    const [clientId, secret] = basicCredentials(request.headers.authorization);
    const expected = options.secretOf(clientId);
    response.setHeader('content-type', 'application/json').setHeader('cache-control', 'no-store');
    if (expected === undefined || secret !== expected) {
      response.writeHead(400).end(JSON.stringify({ error: 'invalid_client' }));
    } else if (grant !== 'client_credentials') {
      response.writeHead(400).end(JSON.stringify({ error: 'unsupported_grant_type' }));
    } else {
      const token = await new SignJWT({})
        .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID })
        .setSubject(clientId)
        .setIssuer(TOKEN_ISSUER)
        .setAudience(TOKEN_ISSUER)
        .setIssuedAt()
        .setExpirationTime(`${options.lifetimeSeconds} s`)
        .sign(privateKey);
      issued.push(scope);
      const lifetime = scope === SILENT_SCOPE ? {} : { expires_in: options.lifetimeSeconds };
      response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', ...lifetime }));
    }
  };

  const server = createServer((request, response) => void answer(request, response));
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/token`,
    keySet: JSON.stringify({ keys: [jwk] }),
    issued: (scope) => issued.filter((asked) => scope === undefined || asked === scope).length,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** @returns name and secret of HTTP Basic, each form-encoded as OAuth has it (RFC 6749, 2.3.1) */
function basicCredentials(header = ''): readonly [string, string] {
  const [, encoded = ''] = /^Basic (.+)$/.exec(header) ?? [];
  const [name = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':');
  const decoded = (part: string) => decodeURIComponent(part.replaceAll('+', ' '));
  return [decoded(name), decoded(secret)];
}
