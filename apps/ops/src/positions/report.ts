import type { GroupPositions, PartitionPosition } from '@login-pipeline/nest-streams/operations';
import { positionOf, resumeOf } from './plan.ts';
import type { Target } from './arguments.ts';
import type { Move } from './plan.ts';

/** @returns a table of where the group stands */
export function positionLines(positions: GroupPositions): readonly string[] {
  const { state, members, snapshotTopic, partitions } = positions;
  const hasSnapshots = snapshotTopic !== undefined;
  const header = ['partition', 'committed', ...(hasSnapshots ? ['snapshot'] : []), 'start', 'end'];
  const rows = partitions.map((position) => {
    const { partition, committed, snapshot, start, end } = position;
    const numbers = [partition, committed, ...(hasSnapshots ? [snapshot] : []), start, end];
    const lag = end - resumeOf(position, positions);
    return [
      [...numbers, lag].map((number) => String(number ?? '-')),
      oddityOf(position, positions),
    ] as const;
  });
  const all = [[...header, 'lag'], ...rows.map(([cells]) => cells)];
  const widths = all[0]?.map((_, column) =>
    Math.max(...all.map((cells) => cells[column]?.length ?? 0)),
  );
  const [head = '', ...lines] = all.map((cells) =>
    cells.map((cell, column) => cell.padStart(widths?.[column] ?? 0)).join('  '),
  );
  return [
    `the group is ${state}${members.length === 0 ? '' : `: ${members.join(', ')}`}`,
    ...(hasSnapshots ? [`it goes on at its snapshots in "${snapshotTopic}"`] : []),
    head,
    ...lines.map((line, index) => `${line}  ${rows[index]?.[1] ?? ''}`.trimEnd()),
  ];
}

/** @returns how a target was understood that can be misunderstood: a time */
export function targetLines(target: Target, now: number): readonly string[] {
  if (target.to !== 'time') return [];
  const future = target.time > now ? ', a time in the future' : '';
  return [`to the first record of ${new Date(target.time).toISOString()} or later${future}`];
}

/** @returns what a set does, partition by partition */
export function moveLines(
  moves: readonly Move[],
  { snapshotTopic }: Pick<GroupPositions, 'snapshotTopic'>,
): readonly string[] {
  // A group cannot be set back below its snapshot, and has counted nothing above it.
  const back = snapshotTopic === undefined ? 'repeats' : 'no longer skips';
  return moves.map(({ partition, from, to }) => {
    const what = `partition ${partition}: ${from} -> ${to}`;
    if (to > from) return `${what}, skips ${records(from, to)}`;
    return to < from ? `${what}, ${back} ${records(to, from)}` : `${what}, stays`;
  });
}

/** Aborted records, the marks of transactions and what compaction took have offsets, too. */
function records(from: bigint, to: bigint): string {
  const count = to - from;
  return count === 1n
    ? `offset ${from}, at most 1 record`
    : `offsets ${from} to ${to - 1n}, at most ${count} records`;
}

function oddityOf(position: PartitionPosition, positions: GroupPositions): string {
  const { committed, isSetByOperator, isOfAnotherTopic, start, end } = position;
  const next = positionOf(position, positions);
  if (isOfAnotherTopic) {
    return `of another topic of this name: ${positions.snapshotTopic === undefined ? 'goes on at the start' : 'the service refuses to start'}`;
  }
  if (next !== undefined && next > end) return 'above the end: the log was cut or created anew';
  if (next !== undefined && next < start) {
    return `below the start: ${start - next} offsets are gone`;
  }
  if (isSetByOperator) {
    const isObeyed = next === committed;
    return `set by an operator${isObeyed ? '' : ', not obeyed: before the snapshot or outside the log'}`;
  }
  if (next !== undefined) return '';
  return positions.snapshotTopic === undefined
    ? 'nothing committed: goes on at the start'
    : 'no snapshot';
}
