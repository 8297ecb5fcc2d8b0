import { createRequire } from 'node:module';

/** A request and how its response is read. */
interface Exchange {
  readonly request: { readonly apiVersion: number; readonly encode: () => Promise<unknown> };
  readonly response: {
    readonly decode: (bytes: unknown) => Promise<unknown>;
    /** Throws the first error that the response tells of any topic or partition. */
    readonly parse: (metadata: unknown) => Promise<unknown>;
  };
}
type Lookup = (apiKey: number, requests: unknown) => (parameters: object) => Exchange;

/** The part of kafkajs 2.2.4's broker that the fix touches. */
interface Broker {
  readonly lookupRequest: Lookup;
  metadata: (this: Broker, topics?: readonly string[]) => Promise<unknown>;
}

/** The part of kafkajs 2.2.4's broker pool that the fix touches. */
interface BrokerPool {
  /** Learns of the brokers, and of these topics. */
  refreshMetadata: (this: BrokerPool, topics: readonly string[]) => Promise<unknown>;
}

interface Encoder {
  writeArray(items: readonly string[]): Encoder;
  writeBoolean(value: boolean): Encoder;
}

/** Kafka protocol guide. */
const METADATA = 3;
/** From this version of the request on, an empty list means no topics; before, all of them. */
const NONE_IS_NONE = 1;
/** From this version on, it says whether missing topics are to be created. */
const MAY_CREATE = 4;
const NO_TOPICS: readonly string[] = Object.freeze([]);

const FIXED = Symbol.for('login-pipeline.metadata-fix');

/**
 * Keeps topics of somebody else from stopping us. kafkajs asks for all topics of the cluster where it only wants to know the
 * brokers, and fails when any topic has a partition without a leader: nobody could start, and no producer could begin, while a
 * broker is away that alone has some topic.
 *
 * So who wants to know the brokers asks for no topics, and who asks for all of them gets those that have a leader and the others.
 */
export function installMetadataFix(): void {
  const require = createRequire(import.meta.url);
  const { prototype: pool } = require('kafkajs/src/cluster/brokerPool') as {
    prototype: BrokerPool & { [FIXED]?: true };
  };
  if (pool[FIXED] === true) return;
  pool[FIXED] = true;
  const { refreshMetadata } = pool;
  pool.refreshMetadata = function (topics) {
    return refreshMetadata.call(this, topics.length === 0 ? NO_TOPICS : topics);
  };

  const { prototype: broker } = require('kafkajs/src/broker') as { prototype: Broker };
  const { requests } = require('kafkajs/src/protocol/requests') as {
    readonly requests: { readonly Metadata: unknown };
  };
  const Encoder = require('kafkajs/src/protocol/encoder') as new () => Encoder;
  const send = senderOf(broker);
  const { metadata } = broker;
  broker.metadata = function (topics = []) {
    if (topics.length > 0) return metadata.call(this, topics);
    const { request, response } = this.lookupRequest(METADATA, requests.Metadata)({ topics });
    const encode = (): Promise<Encoder> => {
      const encoder = new Encoder().writeArray([]);
      const mayCreate = request.apiVersion >= MAY_CREATE;
      return Promise.resolve(mayCreate ? encoder.writeBoolean(false) : encoder);
    };
    const wantsNone = topics === NO_TOPICS && request.apiVersion >= NONE_IS_NONE;
    return send.call(this, {
      request: wantsNone ? { ...request, encode } : request,
      response: { ...response, parse: (told) => Promise.resolve(told) },
    });
  };
}

/** @returns the member of brokers that sends a request: kafkajs hides it behind a symbol */
function senderOf(broker: Broker): (this: Broker, exchange: Exchange) => Promise<unknown> {
  const hidden = broker as unknown as Record<
    symbol,
    (this: Broker, exchange: Exchange) => Promise<unknown>
  >;
  const name = Object.getOwnPropertySymbols(hidden).find(
    ({ description }) => description === 'private:Broker:sendRequest',
  );
  const send = name === undefined ? undefined : hidden[name];
  if (send === undefined) throw new Error('kafkajs has changed inside');
  return send;
}
