/**
 * The one place that knows kafkajs from the inside. Its connection has what a wire needs: sockets'
 * life, a limit of connecting, SASL and its renewal. But it is exported nowhere, and it handles
 * requests in ways that each override below replaces, with the reason.
 */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { Mechanism, SASLOptions } from 'kafkajs';

/** The version that the shapes below were read from. */
const KNOWN_VERSION = '2.2.4';

/** The two APIs that kafkajs' authenticator looks up, by key, and their versions that all brokers from 3.9 on have. */
const SASL_VERSIONS = {
  17: { minVersion: 0, maxVersion: 1 },
  36: { minVersion: 0, maxVersion: 1 },
};

export type { Authenticator, Mechanism } from 'kafkajs';

/** What kafkajs takes as credentials. */
export type Sasl = SASLOptions | Mechanism;

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
  readonly sasl: Sasl | null;
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
  readonly sasl: Sasl | undefined;
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
  /** @throws what kafkajs' mechanism throws, or the credentials' own provider */
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

/** Code for one SASL mechanism, by the credentials. */
type SaslMechanism = (options: object) => Mechanism['authenticationProvider'];

const SASL_MODULES = {
  plain: 'plain',
  'scram-sha-256': 'scram256',
  'scram-sha-512': 'scram512',
  oauthbearer: 'oauthBearer',
} as const;

/**
 * @returns kafkajs' own code for a mechanism, which it exports nowhere: with it, credentials may be
 *   others at each connection
 */
export function saslMechanism(mechanism: keyof typeof SASL_MODULES): SaslMechanism {
  requireKnownVersion();
  const path = `kafkajs/src/broker/saslAuthenticator/${SASL_MODULES[mechanism]}`;
  return require(path) as SaslMechanism;
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
      const { host, port, clientId, sasl, connectTimeoutMs, openSocket } = inside;
      super({
        host,
        port,
        clientId,
        // kafkajs writes its own provider into it.
        sasl: sasl === undefined ? null : { ...sasl },
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
      needsAuthentication: () => inside.sasl !== undefined && !connection.isAuthenticated(),
      authenticate: () => connection.authenticate(),
    };
  };
}
