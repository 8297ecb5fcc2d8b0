import type { ClientWire } from '../client/kafka-client.ts';
import { isUnavailable, ProtocolError } from '../cluster/protocol-error.ts';
import { retryUntil } from '../cluster/retry-until.ts';
import { UnreachableError } from '../ports.ts';
import type { Clock } from '../ports.ts';
import type {
  Acl,
  ClusterDescription,
  ConfigKind,
  TopicDefinition,
} from '../protocol/admin-apis.ts';
import type { RequestOf, ResponseOf, WireApiName } from '../protocol/apis.ts';
import type { Broker } from '../protocol/cluster-apis.ts';
import type { OffsetToCommit, StoredOffset } from '../protocol/group-apis.ts';
import type { Isolation } from '../protocol/log-apis.ts';
import { placesIn, listBounds, listOffsets } from './log-offsets.ts';
import type { LogBounds, LogOffset } from './log-offsets.ts';
import { requireSuccess } from './require-success.ts';

/** How long a broker may take to answer. */
const TIMEOUT_MS = 10_000;
/** A busy broker hears late of the partitions that it leads. */
const LEADERS_MS = 30_000;
const SOFTWARE = { software: 'admin' };
/** What stands for no member in an OffsetCommit (Kafka protocol guide). */
const NO_MEMBER = { generation: -1, memberId: '' } as const;

/** What an administrator asks. ProtocolError: refused; UnreachableError, UnansweredError: retried in vain. */
export class ClusterAdmin {
  readonly #wire: ClientWire;
  readonly #clock: Clock;
  readonly #retryForMs: number;

  /** @param retryForMs how long it asks again, in milliseconds */
  constructor(wire: ClientWire, clock: Clock, retryForMs: number) {
    this.#wire = wire;
    this.#clock = clock;
    this.#retryForMs = retryForMs;
  }

  /** @returns the brokers, and the topics; one that does not exist, or may not be seen, has an error */
  describe(topics: readonly string[] | 'all'): Promise<ClusterDescription> {
    return this.#retry(() => this.#describe(topics));
  }

  /** Makes sure that a broker can be reached at the address that it advertises. */
  async reach(): Promise<void> {
    await this.#retry(() => this.#ask('ApiVersions', SOFTWARE));
  }

  /** @returns by topic, those of the settings that have a value */
  settings(
    topics: readonly string[],
    settings: readonly string[],
  ): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
    return this.#retry(async () => {
      const request = { kind: 'topic', names: topics, settings } as const;
      return settingsIn(await this.#ask('DescribeConfigs', request), 'topic');
    });
  }

  /** @returns of the first broker that answers, those of the settings that have a value */
  brokerSettings(settings: readonly string[]): Promise<Readonly<Record<string, string>>> {
    return this.#retry(() =>
      this.#first(async (broker) => {
        // Each tells its own alone.
        const name = String(broker.id);
        const request = { kind: 'broker', names: [name], settings } as const;
        const answer = await this.#send(broker, 'DescribeConfigs', request);
        return settingsIn(answer, 'broker').get(name) ?? {};
      }),
    );
  }

  /** Creates topics, and waits for their leaders. One that exists already stays as it is. */
  async createTopics(topics: readonly TopicDefinition[]): Promise<void> {
    await this.#retry(async () => {
      const answer = await this.#ask('CreateTopics', { topics, timeoutMs: TIMEOUT_MS });
      for (const { topic, error, message } of answer.topics) {
        if (error === 'TOPIC_ALREADY_EXISTS') continue;
        requireSuccess(error, `CreateTopics of topic "${topic}"`, message);
      }
    });
    const until = this.#clock.now() + LEADERS_MS;
    await retryUntil(this.#clock, until, async () => {
      const described = await this.#describe(topics.map(({ topic }) => topic));
      for (const { error, topic, partitions } of described.topics) {
        const isLed = partitions.length > 0 && partitions.every(({ leader }) => leader >= 0);
        const code = error === 'NONE' && !isLed ? 'LEADER_NOT_AVAILABLE' : error;
        requireSuccess(code, `Metadata of topic "${topic}"`);
      }
    });
  }

  /** @returns those of the topics that exist, with the settings that have a value */
  async definitions(
    topics: readonly string[],
    settings: readonly string[],
  ): Promise<readonly TopicDefinition[]> {
    const described = await this.describe(topics);
    const existing = described.topics.filter(({ error }) => error === 'NONE');
    if (existing.length === 0) return [];
    const names = existing.map(({ topic }) => topic);
    const found = await this.settings(names, settings);
    return existing.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.length,
      replicationFactor: partitions[0]?.replicas.length ?? 0,
      config: found.get(topic) ?? {},
    }));
  }

  /** @returns where the logs of all partitions of topics begin and end, in their order */
  bounds(topics: readonly string[], isolation: Isolation): Promise<readonly LogBounds[]> {
    return this.#retry(async () => {
      const cluster = await this.#describeExisting(topics);
      return this.#ofAll(cluster, await listBounds(this.#wire, cluster, isolation));
    });
  }

  /** @returns the same of a description, without those whose leaders do not answer at once */
  answeredBounds(cluster: ClusterDescription, isolation: Isolation): Promise<readonly LogBounds[]> {
    return listBounds(this.#wire, cluster, isolation);
  }

  /**
   * @param time epoch milliseconds
   * @returns by partition, the offset of the first record not older than that; -1 where there is none
   */
  offsetsAt(
    topics: readonly string[],
    isolation: Isolation,
    time: number,
  ): Promise<readonly LogOffset[]> {
    return this.#retry(async () => {
      const cluster = await this.#describeExisting(topics);
      const listed = await listOffsets(this.#wire, cluster, isolation, BigInt(time));
      for (const { error, topic } of listed) {
        requireSuccess(error, `ListOffsets of topic "${topic}"`);
      }
      return this.#ofAll(cluster, listed);
    });
  }

  /** @returns all consumer groups, and of other kinds */
  groups(): Promise<readonly string[]> {
    return this.#retry(async () => {
      const { brokers } = await this.#describe([]);
      const answers = await Promise.all(
        brokers.map((broker) => this.#send(broker, 'ListGroups', {})),
      );
      for (const { error } of answers) requireSuccess(error, 'ListGroups');
      return answers.flatMap(({ groups }) => groups);
    });
  }

  /** @returns how many members a group has, of the classic protocol */
  countMembers(groupId: string): Promise<number> {
    return this.#retry(async () => {
      const coordinator = await this.#coordinator(groupId);
      const { error, members } = await this.#send(coordinator, 'DescribeGroup', { groupId });
      requireSuccess(error, `DescribeGroups of group "${groupId}"`);
      return members.length;
    });
  }

  /** @returns all that a group has committed, in the order of partitions */
  committed(groupId: string): Promise<readonly StoredOffset[]> {
    return this.#retry(async () => {
      const coordinator = await this.#coordinator(groupId);
      const { error, partitions } = await this.#send(coordinator, 'ListGroupOffsets', {
        groupId,
      });
      requireSuccess(error, `OffsetFetch of group "${groupId}"`);
      return partitions
        .filter(({ offset }) => offset >= 0n)
        .toSorted((one, other) => one.partition - other.partition);
    });
  }

  /** Commits offsets for a group that has no members: of one that has, the coordinator refuses it. */
  commit(groupId: string, offsets: readonly OffsetToCommit[]): Promise<void> {
    return this.#retry(async () => {
      const coordinator = await this.#coordinator(groupId);
      const request = { ...NO_MEMBER, groupId, offsets };
      const { partitions } = await this.#send(coordinator, 'OffsetCommit', request);
      for (const { error } of partitions) {
        requireSuccess(error, `OffsetCommit of group "${groupId}"`);
      }
    });
  }

  /** @returns what is allowed from any host; what is denied is not among it */
  acls(): Promise<readonly Acl[]> {
    return this.#retry(async () => {
      const { acls, error, message } = await this.#ask('DescribeAcls', {});
      requireSuccess(error, 'DescribeAcls', message);
      return acls;
    });
  }

  /** Allows all of these; what is allowed already stays so. */
  allow(acls: readonly Acl[]): Promise<void> {
    return this.#retry(async () => {
      const { outcomes } = await this.#ask('CreateAcls', { acls });
      for (const { error, message } of outcomes) requireSuccess(error, 'CreateAcls', message);
    });
  }

  async #coordinator(groupId: string): Promise<Broker> {
    const key = { kind: 'group', key: groupId } as const;
    const { error, broker } = await this.#send('any', 'FindCoordinator', key);
    requireSuccess(error, `FindCoordinator of group "${groupId}"`);
    return broker;
  }

  async #describe(topics: readonly string[] | 'all'): Promise<ClusterDescription> {
    const cluster = await this.#send('any', 'DescribeTopics', { topics });
    return {
      ...cluster,
      topics: cluster.topics.map((topic) => ({
        ...topic,
        partitions: topic.partitions.toSorted((one, other) => one.partition - other.partition),
      })),
    };
  }

  async #describeExisting(topics: readonly string[]): Promise<ClusterDescription> {
    const cluster = await this.#describe(topics);
    for (const { error, topic } of cluster.topics) {
      requireSuccess(error, `Metadata of topic "${topic}"`);
    }
    return cluster;
  }

  /** @throws ProtocolError when a partition is missing: its leader may be another one soon */
  #ofAll<Of extends LogOffset | LogBounds>(
    { topics }: ClusterDescription,
    found: readonly Of[],
  ): readonly Of[] {
    const missing = placesIn(topics).find(
      ({ topic, partition }) =>
        !found.some((one) => one.topic === topic && one.partition === partition),
    );
    if (missing === undefined) return found;
    const { topic, partition } = missing;
    throw new ProtocolError(
      'LEADER_NOT_AVAILABLE',
      `ListOffsets of partition ${partition} of topic "${topic}"`,
      'its leader does not answer',
    );
  }

  /** Asks one broker after the other, at the addresses that they advertise, until one answers. */
  #ask<Api extends WireApiName>(api: Api, request: RequestOf<Api>): Promise<ResponseOf<Api>> {
    return this.#first((broker) => this.#send(broker, api, request));
  }

  async #first<Answer>(ask: (broker: Broker) => Promise<Answer>): Promise<Answer> {
    const { brokers, controller } = await this.#describe([]);
    // Where ZooKeeper keeps the cluster, the controller alone creates topics.
    const inTurn = brokers.toSorted(
      (one, other) => Number(other.id === controller) - Number(one.id === controller),
    );
    let failure: unknown = new UnreachableError('The cluster tells of no brokers');
    for (const broker of inTurn) {
      try {
        return await ask(broker);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  #send<Api extends WireApiName>(
    to: Broker | 'any',
    api: Api,
    request: RequestOf<Api>,
  ): Promise<ResponseOf<Api>> {
    return this.#wire.send(to, api, request, { timeoutMs: TIMEOUT_MS });
  }

  #retry<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    return retryUntil(this.#clock, this.#clock.now() + this.#retryForMs, ask);
  }
}

function settingsIn(
  { resources }: ResponseOf<'DescribeConfigs'>,
  kind: ConfigKind,
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  for (const { name, error, message } of resources) {
    requireSuccess(error, `DescribeConfigs of ${kind} "${name}"`, message);
  }
  return new Map(resources.map(({ name, settings }) => [name, settings]));
}
