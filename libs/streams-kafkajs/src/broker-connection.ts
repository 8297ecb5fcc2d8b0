import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import {
  TlsError,
  UnansweredError,
  UnreachableError,
  UnsupportedBrokerError,
} from '@login-pipeline/streams';
import type { ConnectionState, RequestOf, ResponseOf, WireApiName } from '@login-pipeline/streams';
import type { Address, ConnectionSettings } from './connection-settings.ts';
import { asError, errorText } from './errors.ts';
import { foreignServer, NO_BROKER, wholeFrames } from './frames.ts';
import { kafkajsConnection } from './kafkajs-inside.ts';
import type { InsideConnection, PlainRequest } from './kafkajs-inside.ts';
import { Pipeline } from './pipeline.ts';
import type { Waiting } from './pipeline.ts';
import type { ApiCodec } from './protocol/api-codec.ts';
import { versionOf } from './protocol/api-codec.ts';
import { API_CODECS } from './protocol/codecs.ts';
import { RequestWriter } from './protocol/request-writer.ts';
import { ResponseDamageError, ResponseReader } from './protocol/response-reader.ts';
import { closedByBroker, isTlsFailure, openSocket } from './sockets.ts';

/** Sent to brokers, which count connections by it (KIP-511). */
const SOFTWARE = { software: 'streams-kafkajs' };

/** A connection to a broker, whose requests are sent at once: none waits for the answers to those before. */
export class BrokerConnection {
  readonly #where: string;
  readonly #advertisedBy: number | undefined;
  readonly #settings: ConnectionSettings;
  readonly #inside: InsideConnection;
  readonly #pipeline = new Pipeline((reason) => {
    this.close(reason);
  });
  #secureContext: SecureContext | undefined;
  #socket: Socket | undefined;
  #asked = { request: 'none', at: Date.now() };
  /** The newest version of each request that the broker knows, by API key. */
  #newest: ReadonlyMap<number, number> = new Map();
  /** Why it is no more. */
  #end: Error | undefined;
  readonly #ended: Promise<never>;
  readonly #reject: (reason: Error) => void;

  constructor({ host, port, advertisedBy }: Address, settings: ConnectionSettings) {
    const { clientId, credentials, connectTimeoutMs } = settings;
    this.#where = `${host}:${port}`;
    this.#advertisedBy = advertisedBy;
    this.#settings = settings;
    const { promise, reject } = promiseOfEnd();
    this.#ended = promise;
    this.#reject = reject;
    this.#inside = kafkajsConnection({
      host,
      port,
      clientId,
      credentials,
      connectTimeoutMs,
      openSocket: (onConnect) => this.#openSocket({ host, port }, onConnect),
      exchange: (request) => this.#exchange(request),
      onLost: (error) => {
        this.close(error);
      },
    });
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** @param now epoch milliseconds */
  describe(now: number): ConnectionState {
    const { request, at } = this.#asked;
    return { broker: this.#where, request, msAgo: now - at, answered: this.#pipeline.isIdle };
  }

  /**
   * Call it once, before all else.
   *
   * @throws UnreachableError when no broker answers there
   * @throws TlsError when the broker does not agree on TLS, AuthenticationError when it refuses the credentials
   */
  async open(): Promise<this> {
    const { connectTimeoutMs, credentials, tls } = this.#settings;
    try {
      if (tls !== false) this.#secureContext = tls();
    } catch (error) {
      this.close(asError(error));
      throw error;
    }
    let late = `no connection within ${connectTimeoutMs} ms`;
    const timer = setTimeout(() => {
      this.close(new Error(late));
    }, connectTimeoutMs);
    try {
      await Promise.race([this.#inside.connect(), this.#ended]);
      late = 'it takes connections and does not answer';
      // Shows whether a broker listens, and what it can do.
      const { newest } = await this.#ask('ApiVersions', SOFTWARE, connectTimeoutMs);
      this.#newest = newest;
    } catch (error) {
      throw this.#unopened(error);
    } finally {
      clearTimeout(timer);
    }
    if (credentials !== undefined) await this.#authenticate();
    return this;
  }

  /**
   * @throws UnreachableError when it was not sent
   * @throws UnansweredError when it was, and the answer is lost
   */
  async send<Api extends WireApiName>(
    api: Api,
    request: RequestOf<Api>,
    timeoutMs = this.#settings.answerTimeoutMs,
  ): Promise<ResponseOf<Api>> {
    const codec: ApiCodec<Api> = API_CODECS[api];
    const version = versionOf(codec, request);
    if (version > (this.#newest.get(codec.key) ?? -1)) {
      throw new UnsupportedBrokerError(
        `The broker at ${this.#where} does not know version ${version} of ${api}: Kafka 3.9 or newer is needed`,
      );
    }
    if (this.#inside.needsAuthentication()) await this.#authenticate();
    return this.#ask(api, request, timeoutMs + (codec.waitMs?.(request) ?? 0));
  }

  /** Ends it: what is under way is not answered any more. */
  close(reason: Error): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    // With an error, by which kafkajs ends its timer.
    this.#socket?.destroy(reason);
    this.#pipeline.end(reason);
    this.#reject(reason);
  }

  #openSocket({ host, port }: Address, onConnect: () => void): Socket {
    const onread = wholeFrames(
      (answer) => {
        this.#answered(answer);
      },
      (start) => {
        this.close(foreignServer(start));
      },
    );
    let isAgreed = this.#secureContext === undefined;
    const connected = (): void => {
      isAgreed = true;
      onConnect();
    };
    const target = { host, port, onread, onConnect: connected };
    const socket = openSocket(target, this.#secureContext);
    // Before kafkajs' own listeners: it hands on the message alone.
    socket.once('error', (error) => {
      this.close(error);
    });
    for (const event of ['end', 'close']) {
      socket.once(event, () => {
        this.close(closedByBroker(isAgreed));
      });
    }
    this.#socket = socket;
    return socket;
  }

  /** @returns what to tell of a connection that could not be opened */
  #unopened(error: unknown): Error {
    const thrown = asError(error);
    // What came first says more than what kafkajs makes of it.
    const first = this.#end ?? thrown;
    const cause = first.cause instanceof ResponseDamageError ? new Error(NO_BROKER) : first;
    this.close(thrown);
    const by = this.#advertisedBy;
    const subject =
      by === undefined
        ? `${this.#where} cannot be reached`
        : `broker ${by} cannot be reached at ${this.#where}, the address in its advertised.listeners`;
    const message = `${subject}: ${errorText(cause)}`;
    const target = { address: this.#where, advertisedBy: by };
    return isTlsFailure(cause)
      ? new TlsError(message, target, cause)
      : new UnreachableError(message, { target, cause });
  }

  /** Credentials' errors keep their class: they may say what to do, or when. */
  async #authenticate(): Promise<void> {
    const before = this.#end;
    try {
      await this.#inside.authenticate();
    } catch (error) {
      const thrown = asError(error);
      const lost = before ?? this.#end;
      this.close(thrown);
      if (lost === undefined) throw thrown;
      const message = `${this.#where} has closed the connection while it was authenticated`;
      throw new UnreachableError(`${message}: ${errorText(lost)}`, { cause: thrown });
    }
  }

  #ask<Api extends WireApiName>(
    api: Api,
    request: RequestOf<Api>,
    allowedMs: number,
  ): Promise<ResponseOf<Api>> {
    const codec: ApiCodec<Api> = API_CODECS[api];
    const correlationId = this.#pipeline.nextId();
    const writer = new RequestWriter();
    writer.int16(codec.key);
    writer.int16(versionOf(codec, request));
    writer.int32(correlationId);
    writer.classicString(this.#settings.clientId);
    writer.end();
    codec.encode(writer, request);
    const frame = writer.finish();
    return new Promise((resolve, reject) => {
      this.#write(frame, api, {
        correlationId,
        allowedMs,
        onLost: reject,
        onAnswer: (answer) => {
          const reader = new ResponseReader(answer);
          if (api !== 'ApiVersions') reader.end();
          resolve(codec.decode(reader, request));
        },
      });
    });
  }

  /** A request of kafkajs' authenticator, which has its answer's body undecoded. */
  #exchange({ key, version, body }: PlainRequest): Promise<Buffer> {
    const correlationId = this.#pipeline.nextId();
    const writer = new RequestWriter();
    writer.int16(key);
    writer.int16(version);
    writer.int32(correlationId);
    writer.classicString(this.#settings.clientId);
    writer.raw(body);
    return new Promise((resolve, reject) => {
      this.#write(writer.finish(), 'the authentication', {
        correlationId,
        allowedMs: this.#settings.connectTimeoutMs,
        onLost: reject,
        onAnswer: resolve,
      });
    });
  }

  /** @param api named in what becomes of the request */
  #write(frame: readonly Buffer[], api: string, waiting: Waiting): void {
    const socket = this.#socket;
    const cause = this.#end;
    if (cause !== undefined || socket === undefined) {
      const why = cause === undefined ? 'it is not connected' : errorText(cause);
      waiting.onLost(new UnreachableError(`${this.#where} is lost: ${why}`, { cause }));
      return;
    }
    this.#asked = { request: api, at: Date.now() };
    this.#pipeline.add({
      ...waiting,
      onLost: (reason) => {
        const message = `${this.#where} has not answered ${api}: ${errorText(reason)}`;
        waiting.onLost(new UnansweredError(message, { cause: reason }));
      },
    });
    socket.cork();
    for (const bytes of frame) socket.write(bytes);
    socket.uncork();
  }

  #answered(answer: Buffer): void {
    // Behind an answer that ended the connection may come more.
    if (this.#end !== undefined) return;
    try {
      this.#pipeline.answered(answer);
    } catch (error) {
      const message = `its answer cannot be read: ${errorText(asError(error))}`;
      this.close(new Error(message, { cause: error }));
    }
  }
}

/** Rejections that nothing waits for are no errors: the connection may end when it likes. */
function promiseOfEnd(): {
  readonly promise: Promise<never>;
  readonly reject: (reason: Error) => void;
} {
  let reject!: (reason: Error) => void;
  const promise = new Promise<never>((_, rejectIt) => {
    reject = rejectIt;
  });
  promise.catch(() => undefined);
  return { promise, reject };
}
