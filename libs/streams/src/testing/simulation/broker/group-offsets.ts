import type { OffsetToCommit, StoredOffset } from '../../../protocol/group-apis.ts';
import type { TopicPartition } from '../../../protocol/log-apis.ts';
import { partitionKey } from './topics.ts';

/** An offset, and where in the log of offsets it stands. */
export interface PlacedOffset extends OffsetToCommit {
  readonly recordOffset: number;
}

type Offsets = Map<string, PlacedOffset>;

/** OffsetMetadataManager: offsets of groups, and those that wait for the end of their transactions. */
export class GroupOffsets {
  readonly #committed = new Map<string, Offsets>();
  /** By the partition of the log of offsets, the producer, and the group. */
  readonly #pending = new Map<number, Map<number, Map<string, Offsets>>>();

  /** A record of an offset was appended. @param baseOffset where in the log, the first of them */
  store(groupId: string, offsets: readonly OffsetToCommit[], baseOffset: number): void {
    put(entry(this.#committed, groupId, newOffsets), offsets, baseOffset);
  }

  /** Records of offsets were appended in a transaction. */
  storePending(
    partition: number,
    producerId: number,
    groupId: string,
    offsets: readonly OffsetToCommit[],
    baseOffset: number,
  ): void {
    const producers = entry(
      this.#pending,
      partition,
      () => new Map<number, Map<string, Offsets>>(),
    );
    const groups = entry(producers, producerId, () => new Map<string, Offsets>());
    put(entry(groups, groupId, newOffsets), offsets, baseOffset);
  }

  /** A marker was appended. What stands later in the log wins, whenever its transaction ends (KAFKA-4850). */
  end(partition: number, producerId: number, isCommit: boolean): void {
    const producers = this.#pending.get(partition);
    const groups = producers?.get(producerId);
    if (groups === undefined) return;
    producers?.delete(producerId);
    if (!isCommit) return;
    for (const [groupId, offsets] of groups) {
      const committed = entry(this.#committed, groupId, newOffsets);
      for (const [key, offset] of offsets) {
        const existing = committed.get(key);
        if (existing === undefined || offset.recordOffset > existing.recordOffset) {
          committed.set(key, offset);
        }
      }
    }
  }

  fetch(
    groupId: string,
    partitions: readonly TopicPartition[],
    requireStable: boolean,
  ): StoredOffset[] {
    const committed = this.#committed.get(groupId);
    return partitions.map(({ topic, partition }) => {
      const key = partitionKey(topic, partition);
      if (requireStable && this.#isPending(groupId, key)) {
        return { topic, partition, ...NOTHING, error: 'UNSTABLE_OFFSET_COMMIT' as const };
      }
      const stored = committed?.get(key);
      if (stored === undefined) return { topic, partition, ...NOTHING };
      const { offset, leaderEpoch, metadata } = stored;
      return { topic, partition, error: 'NONE' as const, offset, leaderEpoch, metadata };
    });
  }

  /** What a group has committed, as it is known without asking. */
  of(groupId: string): readonly PlacedOffset[] {
    return [...(this.#committed.get(groupId)?.values() ?? [])];
  }

  /** The producers whose transactions may still move an offset of the group. */
  pendingOf(groupId: string): readonly number[] {
    const found: number[] = [];
    for (const producers of this.#pending.values()) {
      for (const [producerId, groups] of producers) if (groups.has(groupId)) found.push(producerId);
    }
    return found;
  }

  /** A topic was deleted: its offsets are, too. */
  deleteTopic(topic: string): void {
    const remove = (offsets: Offsets): void => {
      for (const [key, offset] of offsets) if (offset.topic === topic) offsets.delete(key);
    };
    for (const offsets of this.#committed.values()) remove(offsets);
    for (const producers of this.#pending.values()) {
      for (const groups of producers.values())
        for (const offsets of groups.values()) remove(offsets);
    }
  }

  #isPending(groupId: string, key: string): boolean {
    for (const producers of this.#pending.values()) {
      for (const groups of producers.values()) {
        if (groups.get(groupId)?.has(key) === true) return true;
      }
    }
    return false;
  }
}

const NOTHING = { error: 'NONE', offset: -1n, leaderEpoch: -1, metadata: '' } as const;

const newOffsets = (): Offsets => new Map();

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function put(target: Offsets, offsets: readonly OffsetToCommit[], baseOffset: number): void {
  for (const [index, offset] of offsets.entries()) {
    target.set(partitionKey(offset.topic, offset.partition), {
      ...offset,
      recordOffset: baseOffset + index,
    });
  }
}
