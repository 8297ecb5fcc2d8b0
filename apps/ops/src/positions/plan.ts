import { EXIT, Failure } from '@login-pipeline/command';
import { isObeyed, NoSuchPartitionsError } from '@login-pipeline/nest-streams/operations';
import type { GroupPositions, PartitionPosition } from '@login-pipeline/nest-streams/operations';
import type { Target } from './arguments.ts';

/** What a set does to one partition. */
export interface Move {
  readonly partition: number;
  /** Where the group would go on otherwise. */
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * @param at the offsets of the time that the target names, by partition
 * @throws {Failure} that names every partition where that cannot be, NoSuchPartitionsError
 */
export function planMoves(
  positions: GroupPositions,
  target: Target,
  partitions: readonly number[] | undefined,
  at: ReadonlyMap<number, bigint>,
): readonly Move[] {
  const all = new Map(positions.partitions.map((position) => [position.partition, position]));
  const absent = partitions?.filter((partition) => !all.has(partition)) ?? [];
  if (absent.length > 0) throw new NoSuchPartitionsError(absent, all.size);
  const chosen = [...all.values()].filter(
    ({ partition }) => partitions === undefined || partitions.includes(partition),
  );
  const moves = chosen.map((position) => ({
    partition: position.partition,
    from: resumeOf(position, positions),
    to: offsetOf(position, target, at),
  }));
  const faults = moves.flatMap((move, index) => faultsOf(move, chosen[index], positions));
  if (faults.length > 0) throw refused(faults);
  return moves;
}

/** @returns where the group goes on by itself: at its position, within the log, else at the start */
export function resumeOf(
  position: PartitionPosition,
  positions: Pick<GroupPositions, 'snapshotTopic'>,
): bigint {
  const { start, end } = position;
  const next = positionOf(position, positions) ?? start;
  if (next < start) return start;
  return next > end ? end : next;
}

/** @returns the offset that the group goes by, if any: committed or its snapshot's, within the log or not */
export function positionOf(
  { committed, isSetByOperator, isOfAnotherTopic, snapshot, start, end }: PartitionPosition,
  { snapshotTopic }: Pick<GroupPositions, 'snapshotTopic'>,
): bigint | undefined {
  if (snapshotTopic === undefined) return isOfAnotherTopic ? undefined : committed;
  if (!isSetByOperator || committed === undefined) return snapshot;
  const state = snapshot === undefined || snapshot < start ? start : snapshot;
  return isObeyed(committed, { start: state, end }) ? committed : snapshot;
}

function offsetOf(
  { partition, start, end }: PartitionPosition,
  target: Target,
  at: ReadonlyMap<number, bigint>,
): bigint {
  switch (target.to) {
    case 'earliest':
      return start;
    case 'end':
      return end;
    case 'offset':
      return target.offset;
    case 'time':
      return at.get(partition) ?? end;
  }
}

function faultsOf(
  { partition, to }: Move,
  position: PartitionPosition | undefined,
  { snapshotTopic }: GroupPositions,
): readonly string[] {
  if (position === undefined) return [];
  const { start, end, snapshot } = position;
  if (to < start || to > end) {
    return [`--to: partition ${partition} holds ${start} to ${end}, ${to} lies outside`];
  }
  return snapshot !== undefined && to < snapshot
    ? [
        `--to: partition ${partition} is counted up to ${snapshot} ("${snapshotTopic ?? ''}"), ${to} lies before: records would ` +
          'count twice. A new SNAPSHOT_TOPIC counts the topic anew',
      ]
    : [];
}

function refused(faults: readonly string[]): Failure {
  return new Failure(faults.join('\n'), EXIT.config);
}
