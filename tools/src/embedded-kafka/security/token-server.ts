import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const ALGORITHM = 'RS256';
const KEY_ID = 'local';
/** Also the audience: the brokers take no tokens for anybody else. */
export const TOKEN_ISSUER = 'login-pipeline-local';

export interface TokenServerOptions {
  /** Default: a free one. */
  readonly port?: number | undefined;
  readonly lifetimeSeconds: number;
  /** @returns the secret of a client, or undefined when there is no such client */
  readonly secretOf: (clientId: string) => string | undefined;
}

/** An OAuth token endpoint on this host: client credentials grant alone (RFC 6749, 4.4), tokens as JWT. */
export interface TokenServer {
  /** Of the endpoint. */
  readonly url: string;
  /** The public keys as a JWK set (RFC 7517), JSON text. */
  readonly keySet: string;
  /** How many tokens it has issued. */
  issued(): number;
  stop(): Promise<void>;
}

/** Starts a token endpoint; its key is made anew each time. */
export async function startTokenServer(options: TokenServerOptions): Promise<TokenServer> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
  const jwk = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: ALGORITHM, use: 'sig' };
  let issued = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const grant = new URLSearchParams(await text(request)).get('grant_type');
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
      issued += 1;
      const { lifetimeSeconds: expires_in } = options;
      response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in }));
    }
  };

  const server = createServer((request, response) => void answer(request, response));
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/token`,
    keySet: JSON.stringify({ keys: [jwk] }),
    issued: () => issued,
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
