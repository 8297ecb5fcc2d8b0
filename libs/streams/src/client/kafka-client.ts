import type { SecureContext } from 'node:tls';
import type { BatchEncoder, SendOptions, Wire } from '../ports.ts';
import type { RequestOf, ResponseOf, WireApiName } from '../protocol/apis.ts';
import type { Broker } from '../protocol/cluster-apis.ts';
import type { Credentials } from './credentials.ts';

/** A Kafka client: the bytes and the sockets. What it throws are the errors of this room and of the ports. */
export interface KafkaClient {
  /** @returns a wire that connects to brokers when they are asked */
  open(settings: ClientSettings): ClientWire;
  /** Encodes what the client's wires send. */
  readonly encoder: BatchEncoder;
}

/** How to reach and convince the brokers. */
export interface ClientSettings {
  /** `host:port` of some brokers; the rest is learnt from them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** `false`: plain text. Otherwise asked at every connection. */
  readonly tls: false | (() => SecureContext);
  /** Undefined: no SASL. */
  readonly credentials: Credentials | undefined;
  /**
   * Called once when an address, of a bootstrap server or a broker, cannot be connected to, and
   * once when it can be again.
   */
  readonly onReachable: OnReachable;
}

/**
 * @param address `host:port`
 * @param reason why no connection can be opened; undefined: one can be again
 */
export type OnReachable = (address: string, reason: string | undefined) => void;

/** The wire of a client: it knows the requests of administrators, too, and what its connections do. */
export interface ClientWire extends Wire {
  /**
   * As {@link Wire.send}.
   *
   * @throws TlsError, AuthenticationError, UnsupportedBrokerError when a broker cannot be used; and what
   *   {@link Credentials} throw
   */
  send<Api extends WireApiName>(
    to: Broker | 'any',
    api: Api,
    request: RequestOf<Api>,
    options?: SendOptions,
  ): Promise<ResponseOf<Api>>;
  /** @returns what each connection was last asked */
  describe(): readonly ConnectionState[];
}

/** What a connection was last asked, for a diagnosis. */
export interface ConnectionState {
  /** `host:port` */
  readonly broker: string;
  readonly request: string;
  readonly msAgo: number;
  /** Whether no answer is waited for, or was when the connection ended. */
  readonly answered: boolean;
}
