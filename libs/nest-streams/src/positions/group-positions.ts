import type { Logger } from '@login-pipeline/observability';
import {
  ANY_EPOCH,
  Cluster,
  decodeCommitMetadata,
  GroupInspection,
  isSetByOperator,
  MAX_VALUE_BYTES,
  operatorMark,
  readLimits,
  ReadMemory,
  SnapshotFollower,
  snapshotTopicOf,
  StalledError,
} from '@login-pipeline/streams';
import type { Clock, ClusterAdmin, InspectedGroup, SnapshotSets } from '@login-pipeline/streams';
import { faultOf } from '@login-pipeline/service/exit-codes';
import { openAdmin } from '../client/admin.ts';
import type { Administration } from '../client/admin.ts';
import type { KafkaConnection } from '../client/connection.ts';
import {
  errorText,
  KafkaStalledError,
  KafkaUnavailableError,
  protocolErrorOf,
} from '../client/errors.ts';
import type { TopicRole } from '../client/topics.ts';
import { requireTopics, rightsOf } from '../client/topics.ts';
import type { UsableTopic } from '../client/topics.ts';
import { unusable } from '../client/unusable.ts';
import { enginePorts, READ_MEMORY_BYTES } from '../engine/engine-ports.ts';
import { groupRights } from '../engine/group-rights.ts';
import { refusalOf } from '../security/rights.ts';

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
  /**
   * Whether the position is of another topic of the same name: a group goes on at the start, one with snapshots
   * refuses to.
   */
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
  readonly #brokers: Administration;

  private constructor(options: PositionsOptions) {
    this.#options = options;
    this.#brokers = openAdmin(options.connection, options.logger, RETRY_FOR_MS);
  }

  /** @throws KafkaUnavailableError when the brokers or the topic cannot be used */
  static async open(options: PositionsOptions): Promise<PositionsAdmin> {
    const { connection, logger, input } = options;
    await requireTopics(connection, logger, { input: { ...input, operations: ['Read'] } });
    return new PositionsAdmin(options);
  }

  close(): Promise<void> {
    return this.#brokers.close();
  }

  /** @throws KafkaUnavailableError that names what is missing, KafkaStalledError */
  read(): Promise<GroupPositions> {
    return this.#refusable(() => this.#read());
  }

  /** @returns by partition, the first offset whose record is of that time (epoch ms) or later, else the end */
  at(time: number): Promise<ReadonlyMap<number, bigint>> {
    const { topic } = this.#options.input;
    return this.#refusable(async () => {
      // First the ends: what is written meanwhile is not passed.
      const bounds = await this.#admin.bounds([topic], 'read_committed');
      const found = await this.#admin.offsetsAt([topic], 'read_committed', time);
      const ends = new Map(bounds.map(({ partition, end }) => [partition, end]));
      return new Map(
        found.map(({ partition, offset }) => [
          partition,
          offset < 0n ? (ends.get(partition) ?? 0n) : offset,
        ]),
      );
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
    const { topic } = input;
    const wanted = [...offsets].map(([partition, offset]) => ({
      ...{ topic, partition, offset, metadata },
      leaderEpoch: ANY_EPOCH,
    }));
    await this.#refusable(async () => {
      await this.#requireStopped();
      await this.#admin.commit(groupId, wanted);
    });
  }

  async #read(): Promise<GroupPositions> {
    const { groupId, input } = this.#options;
    const { topic } = input;
    const { state, members } = await this.#describe();
    const cluster = await this.#admin.describe([topic]);
    const stored = await this.#admin.committed(groupId);
    const committed = new Map(
      stored.filter((one) => one.topic === topic).map((one) => [one.partition, one]),
    );
    const snapshotTopic = [...committed.values()]
      .map(({ metadata }) => snapshotTopicOf(metadata))
      .find((found) => found !== undefined);
    const snapshots = snapshotTopic === undefined ? undefined : await this.#follow(snapshotTopic);
    // Looked at last: a group at work is never ahead of its log.
    const bounds = await this.#admin.bounds([topic], 'read_committed');
    return {
      state,
      members,
      snapshotTopic,
      partitions: bounds.map(({ partition, earliest: start, end }) => {
        const { offset, metadata = '' } = committed.get(partition) ?? {};
        const snapshot = snapshots?.found(partition);
        const ofTopic =
          snapshots === undefined
            ? decodeCommitMetadata(metadata, offset ?? -1n).topicId
            : snapshot?.topicId;
        return {
          partition,
          committed: offset,
          isSetByOperator: isSetByOperator(metadata),
          isOfAnotherTopic: ofTopic !== undefined && ofTopic !== cluster.topics[0]?.topicId,
          snapshot: snapshot?.nextOffset,
          start,
          end,
        };
      }),
    };
  }

  #describe(): Promise<InspectedGroup> {
    const { groupId, input } = this.#options;
    return new GroupInspection(enginePorts(this.#brokers.wire), {
      groupId,
      topic: input.topic,
    }).describe();
  }

  get #admin(): ClusterAdmin {
    return this.#brokers.admin;
  }

  async #requireStopped(): Promise<void> {
    const { state, members } = await this.#describe();
    if (state === 'Empty' || state === 'Dead') return;
    throw this.#notStopped(`it is ${state}, its members are ${members.join(', ') || 'not known'}`);
  }

  #notStopped(why: string): KafkaUnavailableError {
    return new KafkaUnavailableError(
      'GROUP_NOT_EMPTY',
      `The group "${this.#options.groupId}" (GROUP_ID) has to be stopped first: ${why}. Nothing is changed.`,
    );
  }

  /** @returns the snapshots that a topic has now */
  async #follow(topic: string): Promise<SnapshotSets> {
    const { connection, logger, groupId } = this.#options;
    const role = {
      topic,
      setting: `where the offsets of group "${groupId}" say that its snapshots are`,
      operations: ['Read'],
    } as const;
    const { snapshots } = await requireTopics(connection, logger, { snapshots: role });
    try {
      const ports = enginePorts(this.#brokers.wire);
      const cluster = new Cluster(ports, [topic]);
      await cluster.refresh();
      return await this.#newest(cluster, ports.clock, snapshots);
    } catch (error) {
      throw refusalOf(error, { TOPIC_AUTHORIZATION_FAILED: rightsOf(role) }) ?? error;
    }
  }

  /** @returns them when all are read */
  #newest(
    cluster: Cluster,
    clock: Clock,
    { topic, maxMessageBytes }: UsableTopic,
  ): Promise<SnapshotSets> {
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
        onTorn: () => undefined,
        onGone: () => undefined,
        onFatal: reject,
      });
      follower.start();
      follower
        .caughtUp()
        .then(() => {
          resolve(follower.sets);
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
      // A member joined in between.
      if (MEMBER_ERRORS.has(protocolErrorOf(error) ?? '')) {
        throw this.#notStopped(`its coordinator refuses: ${errorText(error)}`);
      }
      if (error instanceof StalledError)
        throw new KafkaStalledError(error.code, error.message, { cause: error });
      if (faultOf(error) !== undefined) throw error;
      if (protocolErrorOf(error) === undefined) throw unusable(error, this.#options.connection);
      throw new KafkaUnavailableError(
        'REQUEST_REFUSED',
        `The brokers refuse: ${errorText(error)}`,
        { cause: error },
      );
    }
  }
}

const STALL_TIMEOUT_MS = 60_000;
/** Brokers that have just started elect their coordinators within it. */
const RETRY_FOR_MS = 10_000;

/** What a coordinator says to a commit of no member when the group has some. */
const MEMBER_ERRORS: ReadonlySet<string> = new Set([
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'REBALANCE_IN_PROGRESS',
]);
