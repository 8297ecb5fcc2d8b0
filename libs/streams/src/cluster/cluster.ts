import type { Channel, Ports, SendOptions } from '../ports.ts';
import type { ApiName, RequestOf, ResponseOf } from '../protocol/apis.ts';
import type { Broker, CoordinatorKind, TopicMetadata } from '../protocol/cluster-apis.ts';
import type { TopicPartition } from '../protocol/log-apis.ts';
import { isCoordinatorGone, isRefused, isUnavailable, ProtocolError } from './protocol-error.ts';

/** A partition's leader, and the epoch in which it leads. */
export interface Leader {
  readonly broker: Broker;
  readonly epoch: number;
}

/** A partition, as its leader is asked for it. */
export interface LedPartition extends TopicPartition {
  readonly leaderEpoch: number;
}

/** A topic as the metadata last had it. */
export interface Topic {
  readonly topic: string;
  /** Another topic of the same name has another one (KIP-516). */
  readonly topicId: string;
  readonly partitions: number;
}

/** Topics as one and the same look at the cluster found them. */
export interface Topics {
  /** @returns undefined when the brokers did not know it */
  topic(name: string): Topic | undefined;
}

/** A broker holds back what comes next over a connection, because of a quota (KIP-219). */
export interface Throttled {
  /** The broker's id. */
  readonly broker: number;
  readonly channel: Channel;
  /** For how long, in milliseconds. */
  readonly ms: number;
}

interface KnownTopic extends Topic {
  readonly leaders: readonly (Leader | undefined)[];
}

/**
 * A broker answers within milliseconds; a request that is lost on the way must not hold up much longer, in
 * milliseconds.
 */
const REQUEST_TIMEOUT_MS = 5_000;

/** The pause before a request is repeated that a coordinator could not take. */
const RETRY_PAUSE_MS = 50;

/** What is moved is counted over so long (`quota.window.num` of `quota.window.size.seconds`), in milliseconds. */
const QUOTA_WINDOW_MS = 11_000;

/** The feature by which a cluster tells its transactions' protocol (KIP-890, KIP-584). */
const TRANSACTION_VERSION = 'transaction.version';

/** What the engine knows of the cluster: topics, leaders, coordinators. All requests find their brokers here. */
export class Cluster implements Topics {
  readonly #ports: Ports;
  readonly #names: Set<string>;
  readonly #onThrottled: (throttled: Throttled) => void;
  /** Until when brokers throttle, by broker and channel, epoch ms. */
  readonly #throttledUntil = new Map<string, number>();
  readonly #topics = new Map<string, KnownTopic>();
  readonly #coordinators = new Map<string, Broker>();
  #brokers: readonly Broker[] = [];
  #refreshing: Promise<void> | undefined;
  #transactionVersion: 1 | 2 = 1;

  /**
   * @param topics all topics that are read or written
   * @param onThrottled called each time that a broker throttles
   */
  constructor(
    ports: Ports,
    topics: readonly string[],
    onThrottled: (throttled: Throttled) => void = () => undefined,
  ) {
    this.#ports = ports;
    this.#names = new Set(topics);
    this.#onThrottled = onThrottled;
  }

  /** 2: the cluster has KIP-890 switched on. */
  get transactionVersion(): 1 | 2 {
    return this.#transactionVersion;
  }

  /** @returns the topic as of the last metadata; undefined when the brokers did not know it */
  topic(topic: string): Topic | undefined {
    return this.#topics.get(topic);
  }

  /** @returns the leader of a partition; undefined when there is none, or no such partition */
  leader(topic: string, partition: number): Leader | undefined {
    return this.#topics.get(topic)?.leaders[partition];
  }

  /**
   * Asks a broker for the metadata of all topics, once for all that ask meanwhile.
   *
   * @throws UnreachableError, UnansweredError when no broker answers
   * @throws ProtocolError when a topic may not be looked at, or has no name that a topic may have; the others are
   *   known then
   */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Another topic is read or written, too. @throws as {@link refresh} */
  async include(topic: string): Promise<void> {
    this.#names.add(topic);
    await this.#refreshing?.catch(() => undefined);
    await this.refresh();
  }

  /** @returns by leader, the partitions of topics, as far as they have one */
  byLeader(topics: readonly string[]): ReadonlyMap<Broker, readonly LedPartition[]> {
    const byId = new Map<number, Broker>();
    const led = new Map<Broker, LedPartition[]>();
    for (const topic of topics) {
      for (const [partition, leader] of (this.#topics.get(topic)?.leaders ?? []).entries()) {
        if (leader === undefined) continue;
        const broker = byId.get(leader.broker.id) ?? leader.broker;
        byId.set(broker.id, broker);
        const partitions = led.get(broker) ?? [];
        partitions.push({ topic, partition, leaderEpoch: leader.epoch });
        led.set(broker, partitions);
      }
    }
    return led;
  }

  /** Sends a request to a broker, or to any. Where the broker throttles, its answer may take so much longer. */
  async send<Api extends ApiName>(
    to: Broker | 'any',
    api: Api,
    request: RequestOf<Api>,
    options?: SendOptions,
  ): Promise<ResponseOf<Api>> {
    const { channel = 'ask', timeoutMs = REQUEST_TIMEOUT_MS } = options ?? {};
    const { wire } = this.#ports;
    if (to === 'any') return wire.send(to, api, request, { ...options, timeoutMs });
    const allowedMs = timeoutMs + this.throttledMs(to, channel);
    const response = await wire.send(to, api, request, { ...options, timeoutMs: allowedMs });
    // Others tell of quotas for requests, too, which are for how long brokers work: these two move bytes.
    if ('throttleMs' in response && response.throttleMs > 0) {
      this.#noteThrottled({ broker: to.id, channel, ms: response.throttleMs });
    }
    return response;
  }

  /** @returns whether a broker throttles, or has done so lately, and will again */
  isThrottling({ id }: Broker, channel: Channel): boolean {
    const until = this.#throttledUntil.get(`${id} ${channel}`) ?? 0;
    return this.#ports.clock.now() < until + QUOTA_WINDOW_MS;
  }

  /** @returns for how long a broker does not look at what is sent over a channel, in milliseconds */
  throttledMs({ id }: Broker, channel: Channel): number {
    const until = this.#throttledUntil.get(`${id} ${channel}`) ?? 0;
    return Math.max(0, until - this.#ports.clock.now());
  }

  /** See {@link Wire.connection}. */
  connection(to: Broker, channel: Channel): number | undefined {
    return this.#ports.wire.connection(to, channel);
  }

  /**
   * Sends a request to the coordinator of a group or a transactional id. It is looked for again when the broker that
   * was asked is no coordinator, or does not answer.
   *
   * @param errorOf finds the answer's error; one that says that the coordinator is elsewhere is thrown as ProtocolError
   */
  async ask<Api extends ApiName>(
    kind: CoordinatorKind,
    key: string,
    api: Api,
    request: RequestOf<Api>,
    errorOf: (response: ResponseOf<Api>) => ProtocolError['code'],
    options?: SendOptions,
  ): Promise<ResponseOf<Api>> {
    const broker = await this.coordinator(kind, key);
    try {
      const response = await this.send(broker, api, request, options);
      const error = errorOf(response);
      if (isCoordinatorGone(error)) throw new ProtocolError(error, `${api} of ${kind} "${key}"`);
      return response;
    } catch (error) {
      const isGone = error instanceof ProtocolError && isCoordinatorGone(error.code);
      if (isGone || isUnavailable(error)) this.#coordinators.delete(`${kind} ${key}`);
      throw error;
    }
  }

  /** @returns the coordinator that was asked last; undefined when it has to be looked for */
  knownCoordinator(kind: CoordinatorKind, key: string): Broker | undefined {
    return this.#coordinators.get(`${kind} ${key}`);
  }

  /** @throws ProtocolError when the brokers know of none at the moment */
  async coordinator(kind: CoordinatorKind, key: string): Promise<Broker> {
    const known = this.#coordinators.get(`${kind} ${key}`);
    if (known !== undefined) return known;
    const { error, broker } = await this.send('any', 'FindCoordinator', { kind, key });
    if (error !== 'NONE') throw new ProtocolError(error, `FindCoordinator of ${kind} "${key}"`);
    this.#coordinators.set(`${kind} ${key}`, broker);
    return broker;
  }

  /**
   * Asks how many partitions topics have now, those of this engine or others.
   *
   * @returns 0 for a topic that the broker does not know
   */
  async countPartitions(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { topics: answered } = await this.send('any', 'Metadata', { topics });
    const counts = new Map(topics.map((topic) => [topic, 0]));
    for (const { error, topic, partitions } of answered) {
      if (error === 'NONE') counts.set(topic, partitions.length);
    }
    return counts;
  }

  /**
   * @returns the ids that brokers know the topic by: several while they do not all know yet that it was created anew
   */
  async topicIds(topic: string): Promise<ReadonlySet<string>> {
    const answers = await Promise.all(
      this.#brokers.map((broker) => this.send(broker, 'Metadata', { topics: [topic] })),
    );
    const answered = answers.flatMap(({ topics }) => topics);
    return new Set(answered.flatMap(({ error, topicId }) => (error === 'NONE' ? [topicId] : [])));
  }

  /** All brokers, as the metadata last had them. */
  get brokers(): readonly Broker[] {
    return this.#brokers;
  }

  /** Waits before something is repeated that a broker could not take. */
  pause(milliseconds = RETRY_PAUSE_MS): Promise<void> {
    return this.#ports.clock.sleep(milliseconds);
  }

  #noteThrottled(throttled: Throttled): void {
    const { broker, channel, ms } = throttled;
    this.#throttledUntil.set(`${broker} ${channel}`, this.#ports.clock.now() + ms);
    this.#onThrottled(throttled);
  }

  async #refresh(): Promise<void> {
    const { brokers, topics } = await this.send('any', 'Metadata', { topics: [...this.#names] });
    this.#brokers = brokers;
    const byId = new Map(brokers.map((broker) => [broker.id, broker]));
    for (const metadata of topics) this.#learn(metadata, byId);
    const { features } = await this.send('any', 'ApiVersions', { software: 'streams' });
    this.#transactionVersion = (features.get(TRANSACTION_VERSION) ?? 0) >= 2 ? 2 : 1;
    for (const { error, topic } of topics) {
      const refusal = new ProtocolError(error, `Metadata of topic "${topic}"`);
      if (isRefused(refusal)) throw refusal;
    }
  }

  #learn(
    { error, topic, topicId, partitions }: TopicMetadata,
    brokers: ReadonlyMap<number, Broker>,
  ): void {
    if (error === 'UNKNOWN_TOPIC_OR_PARTITION') {
      this.#topics.delete(topic);
      return;
    }
    if (error !== 'NONE') return;
    const before = this.#topics.get(topic);
    const known = before?.topicId === topicId ? before : undefined;
    const leaders = Array.from(
      { length: partitions.length },
      () => undefined as Leader | undefined,
    );
    for (const { partition, leader, leaderEpoch } of partitions) {
      const broker = brokers.get(leader);
      const newLeader = broker && { broker, epoch: leaderEpoch };
      const newest = known?.leaders[partition];
      // A broker that lags behind tells of leaders that are none any more.
      leaders[partition] = newest !== undefined && newest.epoch > leaderEpoch ? newest : newLeader;
    }
    if (known !== undefined && known.partitions > leaders.length) return;
    this.#topics.set(topic, { topic, topicId, partitions: leaders.length, leaders });
  }
}
