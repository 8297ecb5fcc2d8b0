/**
 * The one place that knows kafkajs from the inside. Its connection has what a wire needs: sockets'
 * life, a limit of connecting, SASL and its renewal. But it is exported nowhere, and it handles
 * requests in ways that each override below replaces, with the reason.
 */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { AuthenticationError } from '@login-pipeline/streams';
import type { AuthenticationReason, Credentials, Mechanism, Secret } from '@login-pipeline/streams';
import type { Mechanism as SaslProvider } from 'kafkajs';
import { asError } from './errors.ts';

/** The version that the shapes below were read from. */
const KNOWN_VERSION = '2.2.4';

/** The two APIs that kafkajs' authenticator looks up, by key, and their versions that all brokers from 3.9 on have. */
const SASL_VERSIONS = {
  17: { minVersion: 0, maxVersion: 1 },
  36: { minVersion: 0, maxVersion: 1 },
};

/** A request as kafkajs' authenticator puts it. */
interface Exchange<Decoded, Answer> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly encode: () => Promise<{ readonly buffer: Buffer }>;
  };
  readonly response: {
    readonly decode: (payload: Buffer) => Promise<Decoded>;
    readonly parse: (decoded: Decoded) => Promise<Answer>;
  };
}

/** A request with the oldest header, and its body. */
export interface PlainRequest {
  readonly key: number;
  readonly version: number;
  readonly body: Buffer;
}

interface Logger {
  readonly namespace: () => Logger;
  readonly debug: () => void;
  readonly info: () => void;
  readonly warn: () => void;
  readonly error: () => void;
}

interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly sasl: SaslProvider | null;
  readonly logger: Logger;
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
  readonly socketFactory: (to: { readonly onConnect: () => void }) => Socket;
}

/** The part of kafkajs' connection that is used. */
interface Connection {
  readonly socket?: Socket;
  connect(): Promise<true>;
  disconnect(): Promise<true>;
  authenticate(): Promise<void>;
  isAuthenticated(): boolean;
  setVersions(versions: object): void;
  setSupportAuthenticationProtocol(isSupported: boolean): void;
  rejectRequests(error: Error): void;
  send<Decoded, Answer>(exchange: Exchange<Decoded, Answer>): Promise<Answer>;
}

/** What a connection is made of. */
export interface Inside {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly credentials: Credentials | undefined;
  readonly connectTimeoutMs: number;
  readonly openSocket: (onConnect: () => void) => Socket;
  /** Sends what kafkajs' authenticator asks. @returns the answer's body */
  readonly exchange: (request: PlainRequest) => Promise<Buffer>;
  /** Called when the connection is no more; maybe again. */
  readonly onLost: (error: Error) => void;
}

/** A connection of kafkajs, whose requests are the caller's. */
export interface InsideConnection {
  /** @throws what kafkajs says of why it cannot be opened, or what {@link Inside.onLost} got */
  connect(): Promise<void>;
  /** Whether SASL has to take place, again or for the first time, before the next request. */
  needsAuthentication(): boolean;
  /** @throws AuthenticationError for what the broker says, and what the credentials throw */
  authenticate(): Promise<void>;
}

/** kafkajs writes a log of its own: what it knows, its errors tell. */
const SILENT: Logger = {
  namespace: () => SILENT,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

const require = createRequire(import.meta.url);

/** kafkajs' code for a mechanism, which it exports nowhere: with it, secrets may be others at each connection. */
type MechanismModule = (options: object) => SaslProvider['authenticationProvider'];

const MECHANISM_MODULES: Readonly<Record<Mechanism, string>> = {
  plain: 'plain',
  'scram-sha-256': 'scram256',
  'scram-sha-512': 'scram512',
  oauthbearer: 'oauthBearer',
};

function saslProvider(credentials: Credentials): SaslProvider {
  const { mechanism } = credentials;
  const path = `kafkajs/src/broker/saslAuthenticator/${MECHANISM_MODULES[mechanism]}`;
  const authenticatorOf = require(path) as MechanismModule;
  return {
    mechanism,
    authenticationProvider: (broker) => ({
      authenticate: () =>
        credentials.authenticate((secret) =>
          translated(authenticatorOf(optionsOf(secret))(broker).authenticate()),
        ),
    }),
  };
}

function optionsOf(secret: Secret): object {
  if (!('token' in secret)) return secret;
  return { oauthBearerProvider: () => Promise.resolve({ value: secret.token }) };
}

/** @throws AuthenticationError for errors of kafkajs, which know no more than they say; others as they are */
async function translated(authentication: Promise<void>): Promise<void> {
  try {
    await authentication;
  } catch (error) {
    const { name, message } = asError(error);
    if (!name.startsWith('KafkaJS')) throw error;
    throw new AuthenticationError(message, reasonOf(name, message));
  }
}

function reasonOf(name: string, message: string): AuthenticationReason {
  if (/mechanism is not supported|not support the requested SASL mechanism/.test(message)) {
    return 'mechanism';
  }
  if (message.includes('current SASL state')) return 'unwanted';
  return name === 'KafkaJSSASLAuthenticationError' ? 'refused' : 'failed';
}

function requireKnownVersion(): void {
  const { version } = require('kafkajs/package.json') as { readonly version: string };
  if (version === KNOWN_VERSION) return;
  throw new Error(`kafkajs ${version} is not known from the inside: ${KNOWN_VERSION} is`);
}

let loaded: ((inside: Inside) => InsideConnection) | undefined;

/** @throws Error when another version of kafkajs is installed */
export function kafkajsConnection(inside: Inside): InsideConnection {
  return (loaded ??= load())(inside);
}

function load(): (inside: Inside) => InsideConnection {
  requireKnownVersion();
  const Base = require('kafkajs/src/network/connection') as new (
    options: ConnectionOptions,
  ) => Connection;

  class OwnConnection extends Base {
    readonly #inside: Inside;

    constructor(inside: Inside) {
      const { host, port, clientId, credentials, connectTimeoutMs, openSocket } = inside;
      super({
        host,
        port,
        clientId,
        sasl: credentials === undefined ? null : saslProvider(credentials),
        logger: SILENT,
        connectionTimeout: connectTimeoutMs,
        // Its queue is not used, and must not look for what is late.
        requestTimeout: connectTimeoutMs,
        enforceRequestTimeout: false,
        socketFactory: ({ onConnect }) => openSocket(onConnect),
      });
      this.#inside = inside;
      this.setVersions(SASL_VERSIONS);
      this.setSupportAuthenticationProtocol(true);
    }

    /** kafkajs copies each request twice, and sets a timer after each answer (its issue 1751). */
    override async send<Decoded, Answer>(exchange: Exchange<Decoded, Answer>): Promise<Answer> {
      const { apiKey: key, apiVersion: version, encode } = exchange.request;
      const { buffer: body } = await encode();
      const answer = await this.#inside.exchange({ key, version, body });
      return exchange.response.parse(await exchange.response.decode(answer));
    }

    override rejectRequests(error: Error): void {
      this.#inside.onLost(error);
    }

    /** kafkajs waits for answers that never come, and then leaves it to the other end to close. */
    override disconnect(): Promise<true> {
      this.socket?.destroy();
      return Promise.resolve(true);
    }
  }

  return (inside) => {
    const connection = new OwnConnection(inside);
    return {
      connect: async () => {
        await connection.connect();
      },
      needsAuthentication: () => inside.credentials !== undefined && !connection.isAuthenticated(),
      authenticate: () => translated(connection.authenticate()),
    };
  };
}
