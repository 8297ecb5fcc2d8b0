import type { ErrorName } from '../../../protocol/errors.ts';
import { ANY_EPOCH } from '../../../protocol/log-apis.ts';
import type { TopicConfig } from '../../topic-config.ts';
import { PartitionLog } from './partition-log.ts';

/** The topic of committed offsets, a partition of which makes its leader the coordinator of a group. */
export const OFFSETS_TOPIC = '__consumer_offsets';
export { TRANSACTIONS_TOPIC } from '../../../protocol/transaction-apis.ts';

/** A partition with its log. All brokers have replicas, and all of them are in sync. */
export class Partition {
  readonly topic: string;
  readonly topicId: string;
  readonly index: number;
  readonly log = new PartitionLog();
  /** The broker's id; -1: none. */
  leader = -1;
  leaderEpoch = -1;
  /** From when on the leader knows that it is one. */
  leadsFrom = 0;
  /** The topic is gone. */
  isDeleted = false;
  /** It has no leader, whatever brokers there are. */
  isHeldLeaderless = false;
  readonly #watchers = new Set<() => void>();

  constructor(topic: string, topicId: string, index: number) {
    this.topic = topic;
    this.topicId = topicId;
    this.index = index;
  }

  get key(): string {
    return partitionKey(this.topic, this.index);
  }

  isLedBy(broker: number, now: number): boolean {
    return this.leader === broker && now >= this.leadsFrom;
  }

  /** What a broker answers to a request for the leader of an epoch. */
  check(broker: number, now: number, epoch: number): ErrorName {
    const isKnown = now >= this.leadsFrom || this.leaderEpoch > 0;
    if (this.isDeleted || !isKnown) return 'UNKNOWN_TOPIC_OR_PARTITION';
    if (epoch !== ANY_EPOCH) {
      // Its new leader is the last one to know.
      const isLate = broker === this.leader && now < this.leadsFrom;
      const known = isLate ? this.leaderEpoch - 1 : this.leaderEpoch;
      if (epoch < known) return 'FENCED_LEADER_EPOCH';
      if (epoch > known) return 'UNKNOWN_LEADER_EPOCH';
    }
    return this.isLedBy(broker, now) ? 'NONE' : 'NOT_LEADER_OR_FOLLOWER';
  }

  /** Gives the partition to a leader. */
  elect(leader: number, leadsFrom: number): void {
    this.leader = leader;
    this.leaderEpoch += 1;
    this.leadsFrom = leadsFrom;
    if (leader >= 0) this.log.beginEpoch(this.leaderEpoch);
    this.changed();
  }

  /** Runs when there may be more to read, or other answers to give, until it is let go. */
  watch(watcher: () => void): void {
    this.#watchers.add(watcher);
  }

  unwatch(watcher: () => void): void {
    this.#watchers.delete(watcher);
  }

  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

/** A topic as it is, whatever brokers know of it. */
export interface Topic {
  readonly name: string;
  readonly id: string;
  readonly partitions: Partition[];
  readonly config: TopicConfig;
}

/** A partition's name. */
export function partitionKey(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

/** Utils.abs(key.hashCode()) % partitions. */
export function partitionOf(key: string, partitions: number): number {
  let hash = 0;
  for (let index = 0; index < key.length; index += 1) {
    hash = (Math.imul(31, hash) + key.charCodeAt(index)) | 0;
  }
  return (hash & 0x7fffffff) % partitions;
}
