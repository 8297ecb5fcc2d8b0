import { Cluster } from '../cluster/cluster.ts';
import type { Leader } from '../cluster/cluster.ts';
import { retryUntil } from '../cluster/retry-until.ts';
import { ProtocolError } from '../cluster/protocol-error.ts';
import { committedBatches } from '../fetch/committed-batches.ts';
import type { Ports } from '../ports.ts';
import type { StoredOffset } from '../protocol/group-apis.ts';
import { ANY_EPOCH } from '../protocol/log-apis.ts';
import { decodeCommitMetadata } from '../positions/commit-metadata.ts';
import { boundsOf, epochEndOf, stableEndOf } from '../positions/positions.ts';
import { resume } from '../positions/resume.ts';
import type { Resume } from '../positions/resume.ts';

/** A group as its coordinator describes it. */
export interface InspectedGroup {
  /** `consumer`: it has consumers of KIP-848, perhaps beside classic ones. */
  readonly kind: 'classic' | 'consumer';
  /** As the coordinator calls it: Stable, Empty, Dead and others. */
  readonly state: string;
  /** What a classic group assigns by; empty where it has not agreed on it. */
  readonly assignor: string;
  /** Each as `client id (host)`. */
  readonly members: readonly string[];
}

/** Where a group stands in a partition, beside what the log has. */
export interface InspectedPosition {
  readonly partition: number;
  /** Undefined: nothing is committed. */
  readonly committed: bigint | undefined;
  readonly earliest: bigint;
  /** Where readers of committed records end. */
  readonly stableEnd: bigint;
  /** Where the engine goes on, and why there. */
  readonly resume: Resume;
  /**
   * Whether a record is left to be read up to the stable end: there may be marks of transactions,
   * and aborted records, alone.
   */
  readonly hasUnread: boolean;
}

/** ConsumerGroupDescribe, which brokers have whose coordinators know KIP-848. */
const CONSUMER_GROUP_DESCRIBE = 69;
/** Coordinators and leaders are elected within it. */
const RETRY_FOR_MS = 10_000;
const MAX_BYTES = 1024 * 1024;
/** What is aborted, or a mark, is looked through no further: some megabytes. */
const MAX_FETCHES = 16;

/**
 * Looks at a group and where it stands in a topic, without ever being a member. All that is thrown
 * is ProtocolError for what brokers refuse, and UnreachableError or UnansweredError when they
 * cannot be asked.
 */
export class GroupInspection {
  readonly #ports: Ports;
  readonly #cluster: Cluster;
  readonly #groupId: string;
  readonly #topic: string;

  constructor(ports: Ports, { groupId, topic }: { groupId: string; topic: string }) {
    this.#ports = ports;
    this.#cluster = new Cluster(ports, [topic]);
    this.#groupId = groupId;
    this.#topic = topic;
  }

  describe(): Promise<InspectedGroup> {
    return this.#retry(() => this.#describe());
  }

  /** @returns where it stands in the partitions that have a leader, in ascending order */
  positions(): Promise<readonly InspectedPosition[]> {
    return this.#retry(async () => {
      const cluster = this.#cluster;
      await cluster.refresh();
      const { topicId, partitions = 0 } = cluster.topic(this.#topic) ?? {};
      if (topicId === undefined) return [];
      const committed = await this.#committed(partitions);
      const found = Array.from({ length: partitions }, async (_, partition) => {
        const leader = cluster.leader(this.#topic, partition);
        if (leader === undefined) return [];
        return [await this.#position(partition, topicId, leader, committed.get(partition))];
      });
      return (await Promise.all(found)).flat();
    });
  }

  async #describe(): Promise<InspectedGroup> {
    const request = { groupId: this.#groupId };
    const group = await this.#cluster.ask(
      'group',
      this.#groupId,
      'DescribeGroup',
      request,
      ({ error }) => error,
    );
    if (group.error !== 'NONE') throw this.#refusal(group.error, 'DescribeGroups');
    if (group.state === 'Dead') {
      const consumers = await this.#describeConsumers();
      if (consumers !== undefined) return consumers;
    }
    return {
      kind: 'classic',
      state: group.state,
      assignor: group.protocol,
      members: group.members.map(nameOf),
    };
  }

  /** @returns undefined where the group has no consumers of KIP-848, or the broker knows none */
  async #describeConsumers(): Promise<InspectedGroup | undefined> {
    const groupId = this.#groupId;
    const coordinator = await this.#cluster.coordinator('group', groupId);
    const asked = { software: 'streams' };
    const { newest } = await this.#cluster.send(coordinator, 'ApiVersions', asked);
    if (!newest.has(CONSUMER_GROUP_DESCRIBE)) return undefined;
    const { error, state, members } = await this.#cluster.ask(
      'group',
      groupId,
      'ConsumerGroupDescribe',
      { groupId },
      ({ error }) => error,
    );
    if (error === 'GROUP_ID_NOT_FOUND' || error === 'UNSUPPORTED_VERSION') return undefined;
    if (error !== 'NONE') throw this.#refusal(error, 'ConsumerGroupDescribe');
    return { kind: 'consumer', state, assignor: '', members: members.map(nameOf) };
  }

  /** @returns by partition, what is committed, a transaction that may move it or not */
  async #committed(count: number): Promise<ReadonlyMap<number, StoredOffset>> {
    const topic = this.#topic;
    const partitions = Array.from({ length: count }, (_, partition) => ({ topic, partition }));
    const { error, partitions: stored } = await this.#cluster.ask(
      'group',
      this.#groupId,
      'OffsetFetch',
      { groupId: this.#groupId, requireStable: false, partitions },
      ({ error }) => error,
    );
    if (error !== 'NONE') throw this.#refusal(error, 'OffsetFetch');
    return new Map(stored.filter(({ offset }) => offset >= 0n).map((one) => [one.partition, one]));
  }

  async #position(
    partition: number,
    topicId: string,
    leader: Leader,
    stored: StoredOffset | undefined,
  ): Promise<InspectedPosition> {
    const cluster = this.#cluster;
    const committed = stored && {
      offset: stored.offset,
      leaderEpoch: stored.leaderEpoch,
      topicId: decodeCommitMetadata(stored.metadata, stored.offset).topicId,
    };
    const [bounds, stableEnd, epochEnd] = await Promise.all([
      boundsOf(cluster, this.#topic, partition, leader),
      stableEndOf(cluster, this.#topic, partition, leader),
      epochEndOf(
        cluster,
        this.#topic,
        partition,
        leader,
        // An epoch of another topic says nothing.
        committed?.topicId === topicId ? committed.leaderEpoch : ANY_EPOCH,
      ),
    ]);
    const found = resume(committed, { ...bounds, topicId, epochEnd });
    return {
      partition,
      committed: committed?.offset,
      earliest: bounds.earliest,
      stableEnd,
      resume: found,
      hasUnread: await this.#hasRecords(partition, topicId, leader, found.offset, stableEnd),
    };
  }

  /** @returns whether readers of committed records get one; also when that is not known */
  async #hasRecords(
    partition: number,
    topicId: string,
    { broker, epoch }: Leader,
    from: bigint,
    to: bigint,
  ): Promise<boolean> {
    let offset = from;
    for (let fetches = 0; offset < to; fetches += 1) {
      if (fetches === MAX_FETCHES) return true;
      const place = { topicId, partition, leaderEpoch: epoch, offset, maxBytes: MAX_BYTES };
      const request = { isolation: 'read_committed', maxWaitMs: 0, minBytes: 1 } as const;
      const { error, partitions } = await this.#cluster.send(
        broker,
        'Fetch',
        { ...request, maxBytes: MAX_BYTES, partitions: [place] },
        { channel: 'fetch' },
      );
      const [fetched] = partitions;
      if (error !== 'NONE' || fetched?.error !== 'NONE') return true;
      const { batches, damage } = fetched.records;
      const last = batches.at(-1);
      if (damage !== undefined || last === undefined) return true;
      if (committedBatches(batches, fetched.aborted).next().done !== true) return true;
      offset = BigInt(last.lastOffset) + 1n;
    }
    return false;
  }

  #refusal(code: ProtocolError['code'], api: string): ProtocolError {
    return new ProtocolError(code, `${api} of group "${this.#groupId}"`);
  }

  #retry<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const { clock } = this.#ports;
    return retryUntil(clock, clock.now() + RETRY_FOR_MS, ask);
  }
}

function nameOf({ clientId, host }: { readonly clientId: string; readonly host: string }): string {
  return `${clientId} (${host})`;
}
