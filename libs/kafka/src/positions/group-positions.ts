import type { Logger } from '@login-pipeline/observability';
import {
  Cluster,
  decodeCommitMetadata,
  isSetByOperator,
  MAX_VALUE_BYTES,
  operatorMark,
  readLimits,
  ReadMemory,
  SnapshotFollower,
  snapshotTopicOf,
} from '@login-pipeline/streams';
import type { Clock } from '@login-pipeline/streams';
import type { Admin, Kafka } from 'kafkajs';
import type { KafkaConnection } from '../client/connection.ts';
import { createClient } from '../client/connection.ts';
import { errorText, KafkaUnavailableError, protocolErrorOf } from '../client/errors.ts';
import { retryRead } from '../client/retry-read.ts';
import type { TopicRole } from '../client/topics.ts';
import { connect, requireTopics, rightsOf } from '../client/topics.ts';
import type { UsableTopic } from '../client/topics.ts';
import { openWire } from '../client/wire.ts';
import { enginePorts, READ_MEMORY_BYTES } from '../engine/engine-ports.ts';
import { groupRights } from '../engine/group-rights.ts';
import { refusalOf } from '../security/rights.ts';
import { commitOffsets } from './offset-commit.ts';

export interface PositionsOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly input: TopicRole;
  readonly logger: Logger;
}

/** Where a group stands in a partition, beside what the log holds. */
export interface PartitionPosition {
  readonly partition: number;
  /** Undefined: nothing is committed. */
  readonly committed: bigint | undefined;
  /** Whether an operator set it, and the group has committed nothing since. */
  readonly isSetByOperator: boolean;
  /** Whether the committed offset is of another topic of the same name: the group goes on at the start. */
  readonly isOfAnotherTopic: boolean;
  /** The next offset of the newest snapshot, where the group keeps any. */
  readonly snapshot: bigint | undefined;
  readonly start: bigint;
  /** The last stable offset: where read-committed readers end. */
  readonly end: bigint;
}

export interface GroupPositions {
  /** As the coordinator calls it: Stable, Empty, Dead and others. */
  readonly state: string;
  /** `client id (host)` of each. */
  readonly members: readonly string[];
  /** The topic with the group's states and true positions; undefined: they are its committed offsets. */
  readonly snapshotTopic: string | undefined;
  /** In ascending order. */
  readonly partitions: readonly PartitionPosition[];
}

/** Shows and sets where a group stands in a topic, without ever being a member of it. */
export class PositionsAdmin {
  readonly #options: PositionsOptions;
  readonly #kafka: Kafka;
  readonly #admin: Admin;

  private constructor(options: PositionsOptions) {
    this.#options = options;
    this.#kafka = createClient(options.connection, options.logger, 'start');
    this.#admin = this.#kafka.admin();
  }

  /** @throws KafkaUnavailableError when the brokers or the topic cannot be used */
  static async open(options: PositionsOptions): Promise<PositionsAdmin> {
    const { connection, logger, input } = options;
    await requireTopics(connection, logger, { input: { ...input, operations: ['Read'] } });
    const positions = new PositionsAdmin(options);
    await connect(positions.#admin, connection);
    return positions;
  }

  async close(): Promise<void> {
    await this.#admin.disconnect();
  }

  /** @throws KafkaUnavailableError that names what is missing, StalledError */
  read(): Promise<GroupPositions> {
    return this.#refusable(() => this.#read());
  }

  /** @returns by partition, the first offset whose record is of that time (epoch ms) or later, else the end */
  at(time: number): Promise<ReadonlyMap<number, bigint>> {
    const { topic } = this.#options.input;
    return this.#refusable(async () => {
      const found = await retryRead(() => this.#admin.fetchTopicOffsetsByTimestamp(topic, time));
      return new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)]));
    });
  }

  /**
   * Commits next offsets by partition, marked as set by an operator.
   *
   * @throws KafkaUnavailableError when the group has members
   */
  async set(
    offsets: ReadonlyMap<number, bigint>,
    { snapshotTopic }: Pick<GroupPositions, 'snapshotTopic'>,
  ): Promise<void> {
    const { groupId, input } = this.#options;
    const metadata = operatorMark(snapshotTopic);
    const partitions = [...offsets].map(([partition, offset]) => ({
      partition,
      offset: offset.toString(),
      metadata,
    }));
    await this.#refusable(async () => {
      await this.#requireStopped();
      await commitOffsets(this.#kafka, groupId, input.topic, partitions);
    });
  }

  async #read(): Promise<GroupPositions> {
    const { groupId, input } = this.#options;
    const { topic } = input;
    const { state, members } = await this.#describe();
    const topicId = await this.#topicId();
    const bounds = await retryRead(() => this.#admin.fetchTopicOffsets(topic));
    const [fetched] = await retryRead(() => this.#admin.fetchOffsets({ groupId, topics: [topic] }));
    const committed = new Map(fetched?.partitions.map((offset) => [offset.partition, offset]));
    const snapshotTopic = fetched?.partitions
      .map(({ metadata }) => snapshotTopicOf(metadata))
      .find((found) => found !== undefined);
    const snapshots =
      snapshotTopic === undefined ? undefined : await this.#follow(snapshotTopic, bounds.length);
    return {
      state,
      members,
      snapshotTopic,
      partitions: bounds
        .map(({ partition, low, high }) => {
          const { offset = '-1', metadata = null } = committed.get(partition) ?? {};
          const ofTopic = decodeCommitMetadata(metadata ?? '', BigInt(offset)).topicId;
          return {
            partition,
            committed: BigInt(offset) < 0n ? undefined : BigInt(offset),
            isSetByOperator: isSetByOperator(metadata),
            isOfAnotherTopic: ofTopic !== undefined && ofTopic !== topicId,
            snapshot: snapshots?.get(partition),
            start: BigInt(low),
            end: BigInt(high),
          };
        })
        .sort((one, other) => one.partition - other.partition),
    };
  }

  /** kafkajs asks in a version that knows no ids. */
  async #topicId(): Promise<string | undefined> {
    const { connection, logger, input } = this.#options;
    const wire = openWire(connection, logger);
    try {
      const { topics } = await wire.send('any', 'Metadata', { topics: [input.topic] });
      return topics[0]?.topicId;
    } finally {
      await wire.close();
    }
  }

  async #describe(): Promise<Pick<GroupPositions, 'state' | 'members'>> {
    const { groups } = await retryRead(() => this.#admin.describeGroups([this.#options.groupId]));
    const [group] = groups;
    return {
      state: group?.state ?? 'Unknown',
      members:
        group?.members.map(({ clientId, clientHost }) => `${clientId} (${clientHost})`) ?? [],
    };
  }

  async #requireStopped(): Promise<void> {
    const { state, members } = await this.#describe();
    if (state === 'Empty' || state === 'Dead') return;
    throw this.#notStopped(`it is ${state}, its members are ${members.join(', ') || 'not known'}`);
  }

  #notStopped(why: string): KafkaUnavailableError {
    return new KafkaUnavailableError(
      `The group "${this.#options.groupId}" (GROUP_ID) has to be stopped first: ${why}. Nothing is changed.`,
    );
  }

  /** @returns by partition, the next offsets of the newest snapshots */
  async #follow(topic: string, partitions: number): Promise<ReadonlyMap<number, bigint>> {
    const { connection, logger } = this.#options;
    const role = { topic, setting: 'SNAPSHOT_TOPIC', operations: ['Read'] } as const;
    const { snapshots } = await requireTopics(connection, logger, { snapshots: role });
    const wire = openWire(connection, logger);
    try {
      const ports = enginePorts(wire);
      const cluster = new Cluster(ports, [topic]);
      await cluster.refresh();
      const newest = await this.#newest(cluster, ports.clock, snapshots);
      return new Map(
        [...newest]
          .filter(([partition]) => partition < partitions)
          .map(([partition, { nextOffset }]) => [partition, nextOffset]),
      );
    } catch (error) {
      throw refusalOf(error, { TOPIC_AUTHORIZATION_FAILED: rightsOf(role) }) ?? error;
    } finally {
      await wire.close();
    }
  }

  /** @returns the newest snapshots that a topic has now */
  #newest(
    cluster: Cluster,
    clock: Clock,
    { topic, maxMessageBytes }: UsableTopic,
  ): Promise<SnapshotFollower['newest']> {
    return new Promise((resolve, reject) => {
      const follower = new SnapshotFollower({
        cluster,
        clock,
        topic,
        input: this.#options.input.topic,
        reading: {
          limits: readLimits(Math.max(MAX_VALUE_BYTES, maxMessageBytes)),
          memory: new ReadMemory(READ_MEMORY_BYTES),
        },
        stallTimeoutMs: STALL_TIMEOUT_MS,
        onSnapshot: () => undefined,
        onGone: () => undefined,
        onFatal: reject,
      });
      follower.start();
      follower
        .caughtUp()
        .then(() => {
          resolve(follower.newest);
        }, reject)
        .finally(() => {
          follower.close();
        });
    });
  }

  async #refusable<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      const { groupId, input } = this.#options;
      const refusal = refusalOf(error, groupRights({ ...input, groupId }));
      if (refusal !== undefined) throw refusal;
      // A member joined in between, or it is a group of a kind that the client cannot describe (KIP-848).
      if (MEMBER_ERRORS.has(protocolErrorOf(error) ?? '')) {
        throw this.#notStopped(`its coordinator refuses: ${errorText(error)}`);
      }
      if (error instanceof Error && 'exitCode' in error) throw error;
      throw new KafkaUnavailableError(`The brokers cannot be used: ${errorText(error)}`, {
        cause: error,
      });
    }
  }
}

const STALL_TIMEOUT_MS = 60_000;

/** What a coordinator says to a commit of no member when the group has some. */
const MEMBER_ERRORS: ReadonlySet<string> = new Set([
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'REBALANCE_IN_PROGRESS',
]);
