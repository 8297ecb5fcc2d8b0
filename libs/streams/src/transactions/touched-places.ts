import type { Cluster } from '../cluster/cluster.ts';
import type { Broker } from '../protocol/cluster-apis.ts';
import { ANY_EPOCH, LATEST } from '../protocol/log-apis.ts';
import type { TopicPartition } from '../protocol/log-apis.ts';
import { PartitionUnwritableError } from './errors.ts';
import type { Touched, TransactionOutcome } from './end-again.ts';
import { Lines } from './lines.ts';

/** @returns a partition's name, for maps */
export function placeKey({ topic, partition }: TopicPartition): string {
  return `${topic} ${partition}`;
}

/**
 * All that the transactions of a producer have touched, with how the last one there ended, and over
 * which connections. Nothing of it is ever forgotten: any marker may turn out to be lost, that of a
 * second attempt too.
 */
export class TouchedPlaces {
  readonly lines: Lines;
  readonly #cluster: Cluster;
  readonly #groupLines: Lines;
  readonly #places = new Map<string, TopicPartition>();
  readonly #outcomes = new Map<string, TransactionOutcome>();
  /** Partitions whose leader was there. */
  readonly #reached = new Set<string>();
  /** Groups whose offsets were committed; undefined: it is not known yet how. */
  readonly #groups = new Map<string, TransactionOutcome | undefined>();
  /** Of the last transaction, while it is not known how it ended. */
  #undecided: Touched | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.lines = new Lines(cluster, 'write');
    this.#groupLines = new Lines(cluster, 'ask');
  }

  /** Whether there is a transaction of which it is not known how it ended. */
  get isUndecided(): boolean {
    return this.#undecided !== undefined;
  }

  get isEmpty(): boolean {
    return this.#places.size === 0 && [...this.#groups.values()].every((one) => one === undefined);
  }

  /** A transaction begins. */
  begin(touches: Touched): void {
    this.#undecided = touches;
    for (const place of touches.partitions) this.#places.set(placeKey(place), place);
    for (const groupId of touches.groupIds) {
      this.#groups.set(groupId, this.#groups.get(groupId));
    }
  }

  /** It is known how the transaction ended. */
  end(outcome: TransactionOutcome): void {
    if (this.#undecided === undefined) return;
    for (const place of this.#undecided.partitions) this.#outcomes.set(placeKey(place), outcome);
    for (const groupId of this.#undecided.groupIds) this.#groups.set(groupId, outcome);
    this.#undecided = undefined;
  }

  /** The coordinator does not know of the producer any more: there is nothing that could be ended again. */
  forget(): void {
    this.#places.clear();
    this.#outcomes.clear();
    this.#groups.clear();
    this.lines.clear();
    this.#groupLines.clear();
    this.#undecided = undefined;
  }

  /** @returns what ended in one way, as far as {@link reach} came */
  endedBy(outcome: TransactionOutcome): Touched {
    const partitions = [...this.#places]
      .filter(([key]) => this.#outcomes.get(key) === outcome && this.#reached.has(key))
      .map(([, place]) => place);
    const groupIds = [...this.#groups].flatMap(([id, ended]) => (ended === outcome ? [id] : []));
    return { partitions, groupIds };
  }

  /**
   * @throws PartitionUnwritableError when a partition has no leader, or what ended there could not
   *   be ended again yet: the end of a transaction that has it would not come before its leader
   *   does
   */
  requireWritable({ topic, partition }: TopicPartition): void {
    const leader = this.#cluster.leader(topic, partition);
    const place = { topic, partition };
    if (leader === undefined) throw new PartitionUnwritableError(place, 'it has no leader');
    if (this.lines.isUnbroken(placeKey(place), leader.broker)) return;
    throw new PartitionUnwritableError(place, 'its leader does not answer yet');
  }

  /** A group's offsets were committed over the connection that there is now. */
  noteOffsets(groupId: string, coordinator: Broker): void {
    this.#groupLines.note(groupId, coordinator);
  }

  /** @returns whether a group's offsets go over the connection that they went over before, if any */
  isGroupLineUnbroken(groupId: string, coordinator: Broker): boolean {
    return this.#groupLines.isUnbroken(groupId, coordinator);
  }

  /**
   * @param partitions that a transaction is to touch; by default all that were touched
   * @returns whether they are where they were, behind the same connections
   */
  areLinesUnbroken(partitions: Iterable<TopicPartition> = this.#places.values()): boolean {
    for (const groupId of this.#groups.keys()) {
      const coordinator = this.#cluster.knownCoordinator('group', groupId);
      if (coordinator === undefined) return false;
      if (!this.isGroupLineUnbroken(groupId, coordinator)) return false;
    }
    return [...partitions].every((place) => {
      const leader = this.#cluster.leader(place.topic, place.partition);
      return leader === undefined || this.lines.isUnbroken(placeKey(place), leader.broker);
    });
  }

  /**
   * Finds the leaders, and remembers the connections to them: what is ended after that is lost only
   * if one of them breaks. A partition without a leader is left for later: a marker for it would be
   * lost like the first one.
   */
  async reach(): Promise<void> {
    const cluster = this.#cluster;
    await cluster.refresh();
    this.#reached.clear();
    const byBroker = new Map<number, { broker: Broker; places: TopicPartition[] }>();
    for (const place of this.#places.values()) {
      this.lines.spoil(placeKey(place));
      const leader = cluster.leader(place.topic, place.partition);
      if (leader === undefined) continue;
      const known = byBroker.get(leader.broker.id) ?? { broker: leader.broker, places: [] };
      known.places.push(place);
      byBroker.set(leader.broker.id, known);
    }
    await Promise.all([
      ...[...byBroker.values()].map(({ broker, places }) => this.#reachLeader(broker, places)),
      ...[...this.#groups.keys()].map((groupId) => this.#reachCoordinator(groupId)),
    ]);
  }

  async #reachLeader(broker: Broker, places: readonly TopicPartition[]): Promise<void> {
    const partitions = places.map(({ topic, partition }) => ({
      topic,
      partition,
      leaderEpoch: this.#cluster.leader(topic, partition)?.epoch ?? ANY_EPOCH,
      timestamp: LATEST,
    }));
    const request = { isolation: 'read_uncommitted', partitions } as const;
    const answer = await this.#cluster.send(broker, 'ListOffsets', request, { channel: 'write' });
    for (const { topic, partition, error } of answer.partitions) {
      if (error !== 'NONE') continue;
      const key = placeKey({ topic, partition });
      this.lines.note(key, broker);
      this.#reached.add(key);
    }
  }

  async #reachCoordinator(groupId: string): Promise<void> {
    const coordinator = await this.#cluster.coordinator('group', groupId);
    const request = { groupId, requireStable: false, partitions: [] };
    await this.#cluster.ask('group', groupId, 'OffsetFetch', request, ({ error }) => error);
    this.noteOffsets(groupId, coordinator);
  }
}
