import type { OutgoingRecord } from './records/record.ts';
import type { ApiName, RequestOf, ResponseOf } from './protocol/apis.ts';
import type { Broker } from './protocol/cluster-apis.ts';

/** Time, as the engine knows it. The engine reads no other clock, so that a simulated one drives all of it. */
export interface Clock {
  /** @returns epoch milliseconds */
  now(): number;
  /**
   * Waits; for 0 ms until all that is ready has run.
   *
   * @throws an error of the clock's, as soon as the signal is aborted
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Requests of one channel to a broker share a connection, on which the broker answers them one after another. */
export type Channel = 'ask' | 'group' | 'fetch' | 'follow' | 'write';

/** Over which connection a request goes, and how long its answer may take. */
export interface SendOptions {
  /** By default `ask`: requests that a broker answers at once. */
  readonly channel?: Channel;
  /** How long the answer may take beyond the time that the request lets the broker wait, in milliseconds. */
  readonly timeoutMs?: number;
  /** Only over this connection, by its number ({@link Wire.connection}): over another one nothing is sent. */
  readonly connection?: number | undefined;
}

/** Requests of Kafka's protocol to brokers. Versions, encoding, sockets, TLS and SASL are behind it. */
export interface Wire {
  /**
   * @param to the broker; `any`: one of the bootstrap addresses that answers
   * @throws UnansweredError when the answer is lost: the broker may have done what was asked
   * @throws UnreachableError when nothing was sent
   */
  send<Api extends ApiName>(
    to: Broker | 'any',
    api: Api,
    request: RequestOf<Api>,
    options?: SendOptions,
  ): Promise<ResponseOf<Api>>;
  /**
   * @returns the number of the connection that is open to a broker, another one for each that is
   *   made; undefined: none is
   */
  connection(to: Broker, channel: Channel): number | undefined;
  /** Closes all connections: what is under way fails with {@link UnansweredError}. */
  close(): Promise<void>;
}

/** How the records of a batch are compressed. */
export type Codec = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** Records on their way to one partition, encoded. Only the wire knows what is in it. */
export interface OutgoingBatch {
  /** How many records there are. */
  readonly length: number;
  /** Their size before they were compressed. */
  readonly uncompressedBytes: number;
}

/** Encodes records. What waits for its transaction is bytes: its records can go. */
export interface BatchEncoder {
  /** @param records at least one */
  encode(records: readonly OutgoingRecord[], codec: Codec): Promise<OutgoingBatch>;
}

/** All that the engine needs from outside. */
export interface Ports {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly encoder: BatchEncoder;
}

/** A request was sent, and its answer is lost: what the broker did with it is not known. */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError';
  readonly code = 'UNANSWERED';
}

/** Where a connection was to go. */
export interface Target {
  /** `host:port` */
  readonly address: string;
  /** The broker that the cluster says to be there; undefined of a bootstrap address. */
  readonly advertisedBy: number | undefined;
}

/** A request could not be sent: the broker has not seen it. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly code = 'UNREACHABLE';
  /** Of a connection that could not be opened. */
  readonly target: Target | undefined;

  constructor(message: string, options: ErrorOptions & { readonly target?: Target } = {}) {
    super(message, options);
    this.target = options.target;
  }
}
