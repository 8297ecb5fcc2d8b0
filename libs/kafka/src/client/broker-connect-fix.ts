import { createRequire } from 'node:module';
import { errorText, RefusedForNowError, TokenError } from './errors.ts';
import { NO_BROKER } from './socket-errors.ts';

/** The part of kafkajs 2.2.4's broker that the fix touches. */
interface Broker {
  /** `host:port` */
  readonly brokerAddress: string;
  /** Of a broker in the cluster's metadata; null of an address of ours. */
  readonly nodeId: string | number | null;
  readonly connectionPool: { readonly isConnected: () => boolean };
  /** Of the requests that it knows; asked for while they are null. */
  versions: object | null;
  readonly logger: Readonly<Record<'info' | 'warn', (message: string, fields: object) => void>>;
  isConnected: () => boolean;
  connect: () => Promise<void>;
}

/** The part of kafkajs 2.2.4's broker pool that the fix touches. */
interface BrokerPool {
  /** Those in the cluster's metadata, by node id. */
  readonly brokers: Readonly<Record<string, Broker>>;
  /** At an address of ours. */
  readonly seedBroker: Broker | undefined;
  findConnectedBroker: () => Promise<Broker>;
}

type ConnectionErrorConstructor = new (
  message: string,
  options: { readonly broker: string; readonly code: string },
) => Error;

/** What kafkajs throws when a broker cannot be reached, and we in its place. */
export interface Unreachable extends Error {
  /** `host:port` */
  readonly broker: string;
  /** The broker that the cluster says to be there; undefined of an address of ours. */
  readonly advertisedBy?: string | undefined;
}

/** Of entries in kafkajs' log: whether their `broker` can be reached. */
export const REACHED = 'reached';
/** Of such entries: when the attempt began, ms on the monotonic clock. */
export const BEGUN = 'begunMs';
/** What writing to a connection that its own client has ended fails with. */
export const ENDED_HERE = 'write after end';

const FIXED = Symbol.for('login-pipeline.broker-connect-fix');

/**
 * Makes kafkajs take a connection that is closed, or gets no answer, while it is set up for one that was refused. Proxies
 * and load balancers before a dead broker accept connections and close them; kafkajs goes to another broker only when it
 * is refused, and otherwise asks the same one until it gives up.
 *
 * What it throws and logs names the broker, and says whether the cluster has advertised that address.
 */
export function installBrokerConnectFix(): void {
  const require = createRequire(import.meta.url);
  const { prototype } = require('kafkajs/src/broker') as {
    prototype: Broker & { [FIXED]?: true };
  };
  if (prototype[FIXED] === true) return;
  prototype[FIXED] = true;
  const { KafkaJSConnectionError } = require('kafkajs/src/errors') as {
    KafkaJSConnectionError: ConnectionErrorConstructor;
  };
  const connect = prototype.connect;
  prototype.connect = async function (this: Broker) {
    const broker = this.brokerAddress;
    const begunMs = performance.now();
    // kafkajs hands on what another broker said. Asked itself, this one shows in time whether it answers at all.
    if (!this.connectionPool.isConnected()) this.versions = null;
    try {
      await connect.call(this);
    } catch (error) {
      const reason = reasonOf(error);
      if (reason === undefined) throw error;
      const by = this.nodeId === null ? undefined : String(this.nodeId);
      const message =
        by === undefined
          ? `${broker} cannot be reached: ${reason}`
          : `broker ${by} cannot be reached at ${broker}, the address in its advertised.listeners: ${reason}`;
      this.logger.warn(message, { broker, [REACHED]: false, [BEGUN]: begunMs });
      const { code = 'ECONNREFUSED' } = error as { readonly code?: string };
      const unreachable = new KafkaJSConnectionError(message, { broker, code });
      throw Object.assign(unreachable, { advertisedBy: by });
    }
    this.logger.info(`${broker} can be reached`, { broker, [REACHED]: true, [BEGUN]: begunMs });
  };
  askSeedBrokersFirst(require('kafkajs/src/cluster/brokerPool') as { prototype: BrokerPool });
}

/** Where no broker in the cluster's metadata is connected, kafkajs tries each, though one at an address of ours may be. */
function askSeedBrokersFirst({ prototype }: { readonly prototype: BrokerPool }): void {
  const find = prototype.findConnectedBroker;
  prototype.findConnectedBroker = async function (this: BrokerPool) {
    const { brokers, seedBroker } = this;
    const isAnyConnected = Object.values(brokers).some((broker) => broker.isConnected());
    if (!isAnyConnected && seedBroker?.isConnected() === true) return seedBroker;
    return find.call(this);
  };
}

/** @returns why a connection was not set up; undefined when the broker was reached, whatever it said */
function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof TokenError || error instanceof RefusedForNowError) return undefined;
  // A consumer that restarts ends connections that are being set up.
  if (error.message.includes(ENDED_HERE)) return undefined;
  switch (error.name) {
    case 'KafkaJSConnectionError':
      return errorText(new Error(error.message.replace(/^Connection error: /, '')));
    case 'KafkaJSConnectionClosedError':
      return error.message;
    case 'KafkaJSRequestTimeoutError':
      return 'it takes connections and does not answer';
    // An answer that ends before what has to be in it.
    case 'RangeError':
      return NO_BROKER;
    default:
      return undefined;
  }
}
