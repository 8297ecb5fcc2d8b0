import {
  EARLIEST,
  insist,
  isUnheard,
  LATEST,
  ProtocolError,
  UnreachableError,
} from '@login-pipeline/streams';
import type {
  Broker,
  Clock,
  ErrorName,
  Isolation,
  LedPartition,
  OffsetToCommit,
  SendOptions,
  StoredOffset,
  TopicPartition,
} from '@login-pipeline/streams';
import type { ApiName, RequestOf, ResponseOf } from '../protocol/wire-apis.ts';
import type { Acl, ConfigKind, DescribedTopic, TopicDefinition } from './admin-apis.ts';

/** A wire that knows the requests of administrators, too. */
export interface AdminWire {
  /** As the engine's wire sends. */
  send<Api extends ApiName>(
    to: Broker | 'any',
    api: Api,
    request: RequestOf<Api>,
    options?: SendOptions,
  ): Promise<ResponseOf<Api>>;
}

/** What the brokers tell of the cluster. */
export type ClusterDescription = ResponseOf<'DescribeTopics'>;

/** An offset in the log of a partition. */
export interface LogOffset extends TopicPartition {
  readonly offset: bigint;
}

/** Where the log of a partition begins and ends. */
export interface LogBounds extends TopicPartition {
  readonly earliest: bigint;
  readonly end: bigint;
}

const TIMEOUT_MS = 10_000;
/** What stands for no member in an OffsetCommit (Kafka protocol guide). */
const NO_MEMBER = { generation: -1, memberId: '' } as const;

/**
 * What an administrator asks of a cluster. Besides what each method names, ProtocolError is thrown for what brokers refuse, and
 * UnreachableError or UnansweredError when they cannot be asked for as long as there is patience. All of it may be asked twice.
 */
export class ClusterAdmin {
  readonly #wire: AdminWire;
  readonly #clock: Clock;
  readonly #patienceMs: number;

  /** @param patienceMs how long it asks again, in milliseconds */
  constructor(wire: AdminWire, clock: Clock, patienceMs: number) {
    this.#wire = wire;
    this.#clock = clock;
    this.#patienceMs = patienceMs;
  }

  /** @returns the brokers, and the topics; one that does not exist, or may not be seen, has an error */
  describe(topics: readonly string[] | 'all'): Promise<ClusterDescription> {
    return this.#insist(() => this.#wire.send('any', 'DescribeTopics', { topics }));
  }

  /** Makes sure that a broker can be reached at the address that it advertises. */
  async reach(): Promise<void> {
    await this.#insist(() => this.#ask('ApiVersions', { software: 'admin' }));
  }

  /**
   * @param names of topics, or ids of brokers
   * @returns by name, those of the settings that have a value
   */
  settings(
    kind: ConfigKind,
    names: readonly string[],
    settings: readonly string[],
  ): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
    return this.#insist(async () => {
      const { resources } = await this.#ask('DescribeConfigs', { kind, names, settings });
      for (const { name, error, message } of resources) {
        requireSuccess(error, `DescribeConfigs of ${kind} "${name}"`, message);
      }
      return new Map(resources.map((resource) => [resource.name, resource.settings]));
    });
  }

  /** Creates topics, and waits for their leaders. One that exists already stays as it is. */
  async createTopics(topics: readonly TopicDefinition[]): Promise<void> {
    await this.#insist(async () => {
      const answer = await this.#ask('CreateTopics', { topics, timeoutMs: TIMEOUT_MS });
      for (const { topic, error, message } of answer.topics) {
        if (error === 'TOPIC_ALREADY_EXISTS') continue;
        requireSuccess(error, `CreateTopics of topic "${topic}"`, message);
      }
    });
    await this.#insist(async () => {
      const names = topics.map(({ topic }) => topic);
      const described = await this.#wire.send('any', 'DescribeTopics', { topics: names });
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
    const found = await this.settings('topic', names, settings);
    return existing.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.length,
      replicationFactor: partitions[0]?.replicas.length ?? 0,
      config: found.get(topic) ?? {},
    }));
  }

  /** @returns where the logs of partitions begin and end, in their order; those whose leader does not tell are left out */
  async bounds(cluster: ClusterDescription, isolation: Isolation): Promise<readonly LogBounds[]> {
    const [earliest, ends] = await Promise.all([
      this.offsets(cluster, isolation, EARLIEST),
      this.offsets(cluster, isolation, LATEST),
    ]);
    const first = new Map(earliest.map((one) => [placeOf(one), one.offset]));
    return ends.flatMap(({ topic, partition, offset: end }) => {
      const offset = first.get(placeOf({ topic, partition }));
      return offset === undefined ? [] : [{ topic, partition, earliest: offset, end }];
    });
  }

  /**
   * @param timestamp epoch milliseconds, or what ListOffsets calls the earliest and the latest
   * @returns in the order of the partitions, the offset of the first record not older than that, -1 where there is none; those
   *   whose leader does not tell are left out
   */
  offsets(
    { brokers, topics }: ClusterDescription,
    isolation: Isolation,
    timestamp: bigint,
  ): Promise<readonly LogOffset[]> {
    return this.#insist(async () => {
      const asked = brokers.map(async (broker) => {
        const partitions = topics
          .flatMap((topic) => ledBy(broker, topic))
          .map((place) => ({ ...place, timestamp }));
        if (partitions.length === 0) return [];
        try {
          const request = { isolation, partitions };
          return (await this.#wire.send(broker, 'ListOffsets', request)).partitions;
        } catch (error) {
          if (isUnheard(error)) return [];
          throw error;
        }
      });
      const told = (await Promise.all(asked)).flat().filter(({ error }) => error === 'NONE');
      const found = new Map(told.map((one) => [placeOf(one), one]));
      return topics.flatMap(({ topic, partitions }) =>
        partitions.flatMap(({ partition }) => found.get(placeOf({ topic, partition })) ?? []),
      );
    });
  }

  /** @returns all consumer groups, and of other kinds */
  groups(): Promise<readonly string[]> {
    return this.#insist(async () => {
      const { brokers } = await this.#wire.send('any', 'DescribeTopics', { topics: [] });
      const answers = await Promise.all(
        brokers.map((broker) => this.#wire.send(broker, 'ListGroups', {})),
      );
      for (const { error } of answers) requireSuccess(error, 'ListGroups');
      return answers.flatMap(({ groups }) => groups);
    });
  }

  /** @returns how many members a group has, of the classic protocol */
  countMembers(groupId: string): Promise<number> {
    return this.#insist(async () => {
      const coordinator = await this.#coordinator(groupId);
      const { error, members } = await this.#wire.send(coordinator, 'DescribeGroup', { groupId });
      requireSuccess(error, `DescribeGroups of group "${groupId}"`);
      return members.length;
    });
  }

  /** @returns all that a group has committed */
  committed(groupId: string): Promise<readonly StoredOffset[]> {
    return this.#insist(async () => {
      const coordinator = await this.#coordinator(groupId);
      const { error, partitions } = await this.#wire.send(coordinator, 'ListGroupOffsets', {
        groupId,
      });
      requireSuccess(error, `OffsetFetch of group "${groupId}"`);
      return partitions.filter(({ offset }) => offset >= 0n);
    });
  }

  /** Commits offsets for a group that has no members: of one that has, the coordinator refuses it. */
  commit(groupId: string, offsets: readonly OffsetToCommit[]): Promise<void> {
    return this.#insist(async () => {
      const coordinator = await this.#coordinator(groupId);
      const request = { ...NO_MEMBER, groupId, offsets };
      const { partitions } = await this.#wire.send(coordinator, 'OffsetCommit', request);
      for (const { error } of partitions) {
        requireSuccess(error, `OffsetCommit of group "${groupId}"`);
      }
    });
  }

  /** @returns what is allowed from any host; what is denied is not among it */
  acls(): Promise<readonly Acl[]> {
    return this.#insist(async () => {
      const { acls, error, message } = await this.#ask('DescribeAcls', {});
      requireSuccess(error, 'DescribeAcls', message);
      return acls;
    });
  }

  /** Allows all of these; what is allowed already stays so. */
  allow(acls: readonly Acl[]): Promise<void> {
    return this.#change('CreateAcls', acls);
  }

  /** Takes these away, and nothing else. */
  disallow(acls: readonly Acl[]): Promise<void> {
    return this.#change('DeleteAcls', acls);
  }

  #change(api: 'CreateAcls' | 'DeleteAcls', acls: readonly Acl[]): Promise<void> {
    return this.#insist(async () => {
      const { outcomes } = await this.#ask(api, { acls });
      for (const { error, message } of outcomes) requireSuccess(error, api, message);
    });
  }

  async #coordinator(groupId: string): Promise<Broker> {
    const key = { kind: 'group', key: groupId } as const;
    const { error, broker } = await this.#wire.send('any', 'FindCoordinator', key);
    requireSuccess(error, `FindCoordinator of group "${groupId}"`);
    return broker;
  }

  /** Asks one broker after the other, at the addresses that they advertise, until one answers. */
  async #ask<Api extends ApiName>(api: Api, request: RequestOf<Api>): Promise<ResponseOf<Api>> {
    const { brokers } = await this.#wire.send('any', 'DescribeTopics', { topics: [] });
    let failure: unknown = new UnreachableError('The cluster tells of no brokers');
    for (const broker of brokers) {
      try {
        return await this.#wire.send(broker, api, request, { timeoutMs: TIMEOUT_MS });
      } catch (error) {
        if (!isUnheard(error)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  #insist<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    return insist(this.#clock, this.#clock.now() + this.#patienceMs, ask);
  }
}

function ledBy({ id }: Broker, { topic, partitions }: DescribedTopic): readonly LedPartition[] {
  return partitions
    .filter(({ leader }) => leader === id)
    .map(({ partition, leaderEpoch }) => ({ topic, partition, leaderEpoch }));
}

/** @returns a partition's name, for maps */
function placeOf({ topic, partition }: TopicPartition): string {
  return `${topic} ${partition}`;
}

/** @param message what the broker says of it, if anything */
function requireSuccess(error: ErrorName, subject: string, message?: string): void {
  if (error === 'NONE') return;
  throw new ProtocolError(error, subject, message === '' ? undefined : message);
}
