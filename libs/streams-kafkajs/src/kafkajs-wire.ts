import { TlsError, UnreachableError } from '@login-pipeline/streams';
import type {
  Broker,
  Channel,
  ClientSettings,
  ClientWire,
  ConnectionState,
  RequestOf,
  ResponseOf,
  SendOptions,
  WireApiName,
} from '@login-pipeline/streams';
import { BrokerConnection } from './broker-connection.ts';
import type { Address, ConnectionSettings } from './connection-settings.ts';
import { asError, errorText } from './errors.ts';
import { Outages } from './outages.ts';

/** All but the brokers may be left out. */
export type WireSettings = Pick<ClientSettings, 'brokers'> &
  Partial<ClientSettings & ConnectionSettings>;

const CONNECT_TIMEOUT_MS = 3_000;
const ANSWER_TIMEOUT_MS = 30_000;

/** A connection, and when it is there. */
interface Slot {
  readonly connection: BrokerConnection;
  readonly number: number;
  readonly opened: Promise<BrokerConnection>;
}

/**
 * The engine's wire on kafkajs' connections: one for each broker and channel, made when it is
 * needed, and made again when it is lost. Nothing is sent twice, and a failed attempt is not
 * repeated: when to try again is for the engine.
 */
export class KafkajsWire implements ClientWire {
  readonly #bootstrap: readonly Address[];
  readonly #settings: ConnectionSettings;
  readonly #slots = new Map<string, Slot>();
  readonly #outages: Outages;
  /** How many connections were made. */
  #made = 0;
  /** The bootstrap address that `any` goes to first. */
  #any = 0;
  #isClosed = false;

  constructor({ brokers, ...settings }: WireSettings) {
    if (brokers.length === 0) throw new RangeError('at least one broker is needed');
    this.#bootstrap = brokers.map(parseAddress);
    this.#outages = new Outages(settings.onReachable ?? (() => undefined));
    this.#settings = {
      clientId: settings.clientId ?? 'streams-kafkajs',
      tls: settings.tls ?? false,
      credentials: settings.credentials,
      connectTimeoutMs: settings.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      answerTimeoutMs: settings.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
    };
  }

  async send<Api extends WireApiName>(
    to: Broker | 'any',
    api: Api,
    request: RequestOf<Api>,
    { channel = 'ask', timeoutMs, connection: wanted }: SendOptions = {},
  ): Promise<ResponseOf<Api>> {
    if (to !== 'any') {
      if (wanted !== undefined && wanted !== this.connection(to, channel)) {
        throw new UnreachableError(`The connection to ${to.host}:${to.port} is lost`);
      }
      const { id, host, port } = to;
      const connection = await this.#connection({ host, port, advertisedBy: id }, channel);
      return connection.send(api, request, timeoutMs);
    }
    for (let left = this.#bootstrap.length; ; left -= 1) {
      const connection = await this.#anyConnection(channel);
      const turn = this.#any;
      try {
        return await connection.send(api, request, timeoutMs);
      } catch (error) {
        // The next request goes to another address, whichever request finds that out.
        if (this.#any === turn) this.#any = (turn + 1) % this.#bootstrap.length;
        // A connection may end between two requests: this one has not been sent.
        if (!(error instanceof UnreachableError) || left <= 1) throw error;
      }
    }
  }

  connection({ host, port }: Broker, channel: Channel): number | undefined {
    const slot = this.#slots.get(slotKey({ host, port }, channel));
    return slot?.connection.isOpen === true ? slot.number : undefined;
  }

  /**
   * @returns what each connection was last asked, for a diagnosis: of those that are open, and of those that ended with a request
   *   unanswered and have no successor yet
   */
  describe(now = Date.now()): readonly ConnectionState[] {
    return [...this.#slots.values()].flatMap(({ connection }) => {
      const state = connection.describe(now);
      return connection.isOpen || !state.answered ? [state] : [];
    });
  }

  /**
   * Closes all connections: what is under way fails with {@link UnansweredError}, and what is sent
   * later with {@link UnreachableError}.
   */
  close(): Promise<void> {
    this.#isClosed = true;
    const reason = new Error('the wire is closed');
    for (const { connection } of this.#slots.values()) connection.close(reason);
    this.#slots.clear();
    return Promise.resolve();
  }

  /** @throws the first error that says more than that nothing answers */
  async #anyConnection(channel: Channel): Promise<BrokerConnection> {
    const { length } = this.#bootstrap;
    const first = this.#any;
    const errors: Error[] = [];
    for (let tried = 0; tried < length; tried += 1) {
      const index = (first + tried) % length;
      const address = this.#bootstrap[index];
      if (address === undefined) break;
      try {
        const connection = await this.#connection(address, channel);
        this.#any = index;
        return connection;
      } catch (error) {
        errors.push(asError(error));
      }
    }
    const telling = errors.find((error) => !(error instanceof UnreachableError));
    if (telling !== undefined) throw telling;
    throw new UnreachableError(errors.map(errorText).join('; '), {
      cause: errors.length === 1 ? errors[0]?.cause : new AggregateError(errors),
    });
  }

  #connection(address: Address, channel: Channel): Promise<BrokerConnection> {
    if (this.#isClosed) return Promise.reject(new UnreachableError('The wire is closed'));
    const key = slotKey(address, channel);
    const slot = this.#slots.get(key);
    if (slot?.connection.isOpen === true) return slot.opened;
    const connection = new BrokerConnection(address, this.#settings);
    const opened = this.#open(connection, address);
    this.#made += 1;
    this.#slots.set(key, { connection, opened, number: this.#made });
    return opened;
  }

  async #open(connection: BrokerConnection, { host, port }: Address): Promise<BrokerConnection> {
    const tell = this.#outages.attempt(`${host}:${port}`);
    try {
      await connection.open();
    } catch (error) {
      const isAway = error instanceof UnreachableError || error instanceof TlsError;
      // Other errors are what the broker says of credentials: it was reached.
      if (isAway && !this.#isClosed) tell(error.message);
      throw error;
    }
    tell(undefined);
    return connection;
  }
}

function slotKey({ host, port }: Address, channel: Channel): string {
  return `${host}:${port} ${channel}`;
}

/** IPv6 addresses stand in brackets. */
const ADDRESS = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/;

function parseAddress(text: string): Address {
  const [, v6, name, port] = ADDRESS.exec(text) ?? [];
  const host = v6 ?? name;
  if (host === undefined || port === undefined) throw new RangeError(`"${text}" is no host:port`);
  return { host, port: Number(port) };
}
