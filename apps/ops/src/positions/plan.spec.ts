import { describe, expect, it } from '@jest/globals';
import type { GroupPositions, PartitionPosition } from '@login-pipeline/nest-streams/operations';
import type { Target } from './arguments.ts';
import { planMoves } from './plan.ts';
import { moveLines, positionLines, targetLines } from './report.ts';

const AT_NONE = new Map<number, bigint>();

/** Partition by partition: committed, start, end, and the snapshot. */
function positions(
  rows: readonly (readonly [bigint | undefined, bigint, bigint, bigint?])[],
  snapshotTopic?: string,
  isSetByOperator = false,
): GroupPositions {
  const partitions = rows.map(
    ([committed, start, end, snapshot], partition): PartitionPosition => ({
      partition,
      committed,
      start,
      end,
      snapshot,
      isSetByOperator,
      isOfAnotherTopic: false,
    }),
  );
  return { state: 'Empty', members: [], snapshotTopic, partitions };
}

describe('a set of positions', () => {
  const group = positions([
    [100n, 0n, 150n],
    [undefined, 10n, 20n],
    [1000n, 0n, 100n],
    [5n, 50n, 90n],
  ]);

  it('tells what it repeats and skips, from where the group would go on', () => {
    expect(moveLines(planMoves(group, { to: 'end' }, undefined, AT_NONE), group)).toEqual([
      'partition 0: 100 -> 150, skips offsets 100 to 149, at most 50 records',
      'partition 1: 10 -> 20, skips offsets 10 to 19, at most 10 records',
      'partition 2: 100 -> 100, stays',
      'partition 3: 50 -> 90, skips offsets 50 to 89, at most 40 records',
    ]);
    expect(moveLines(planMoves(group, { to: 'earliest' }, [0, 2], AT_NONE), group)).toEqual([
      'partition 0: 100 -> 0, repeats offsets 0 to 99, at most 100 records',
      'partition 2: 100 -> 0, repeats offsets 0 to 99, at most 100 records',
    ]);
    const offset = { to: 'offset', offset: 101n } as const;
    expect(moveLines(planMoves(group, offset, [0], AT_NONE), group)).toEqual([
      'partition 0: 100 -> 101, skips offset 100, at most 1 record',
    ]);
    const at = new Map([[3, 77n]]);
    expect(planMoves(group, { to: 'time', time: 0 }, [3], at)).toEqual([
      { partition: 3, from: 50n, to: 77n },
    ]);
  });

  it('tells the time that it goes by, in UTC, and whether that is still to come', () => {
    const now = Date.UTC(2026, 10, 23);
    const to = (time: number) => targetLines({ to: 'time', time }, now);
    expect(to(now)).toEqual(['to the first record of 2026-11-23T00:00:00.000Z or later']);
    expect(to(now + 1)).toEqual([
      'to the first record of 2026-11-23T00:00:00.001Z or later, a time in the future',
    ]);
    expect(targetLines({ to: 'end' }, now)).toEqual([]);
  });

  it('is refused outside the log, and for partitions that are not there, all of them named', () => {
    const offset = { to: 'offset', offset: 95n } as const;
    expect(() => planMoves(group, offset, undefined, AT_NONE)).toThrow(
      '--to: partition 1 holds 10 to 20, 95 lies outside\n--to: partition 3 holds 50 to 90, 95 lies outside',
    );
    expect(() => planMoves(group, offset, undefined, AT_NONE)).toThrow(
      expect.objectContaining({ exitCode: 78 }),
    );
    expect(() => planMoves(group, offset, [0, 4, 9], AT_NONE)).toThrow(
      '--partition: there are 4, from 0 on: not 4, 9',
    );
  });

  it('is refused below a snapshot, and may be ahead of it', () => {
    const folding = positions([[40n, 0n, 150n, 60n]], 'insights');
    const to = (offset: bigint) =>
      moveLines(planMoves(folding, { to: 'offset', offset }, undefined, AT_NONE), folding);
    expect(() => to(59n)).toThrow(/counted up to 60 \("insights"\), 59 lies before/);
    expect(to(60n)).toEqual(['partition 0: 60 -> 60, stays']);
    expect(to(61n)).toEqual(['partition 0: 60 -> 61, skips offset 60, at most 1 record']);
  });

  it('starts from an earlier one that the group will obey, and takes back what that skipped', () => {
    const set = positions([[150n, 0n, 150n, 60n]], 'insights', true);
    const to = (target: Target) => moveLines(planMoves(set, target, undefined, AT_NONE), set);
    expect(to({ to: 'end' })).toEqual(['partition 0: 150 -> 150, stays']);
    expect(to({ to: 'offset', offset: 100n })).toEqual([
      'partition 0: 150 -> 100, no longer skips offsets 100 to 149, at most 50 records',
    ]);
  });
});

it('positions are shown with what is odd about them', () => {
  const group = positions([
    [100n, 0n, 150n],
    [undefined, 10n, 20n],
    [1000n, 0n, 100n],
    [5n, 50n, 90n],
  ]);
  expect(positionLines({ ...group, state: 'Stable', members: ['me (/10.0.0.1)'] })).toEqual([
    'the group is Stable: me (/10.0.0.1)',
    'partition  committed  start  end  lag',
    '        0        100      0  150   50',
    '        1          -     10   20   10  nothing committed: goes on at the start',
    '        2       1000      0  100    0  above the end: the log was cut or created anew',
    '        3          5     50   90   40  below the start: 45 offsets are gone',
  ]);
  expect(positionLines(positions([[40n, 0n, 150n, 60n]], 'insights'))).toEqual([
    'the group is Empty',
    'it goes on at its snapshots in "insights"',
    'partition  committed  snapshot  start  end  lag',
    '        0         40        60      0  150   90',
  ]);
});

it('a set offset of a group with snapshots is shown as the group will take it', () => {
  const group = positions(
    [
      [150n, 0n, 150n, 60n],
      [20n, 10n, 50n],
      [59n, 0n, 150n, 60n],
      [151n, 0n, 150n, 60n],
      [5n, 10n, 50n],
    ],
    'insights',
    true,
  );
  expect(positionLines(group).slice(2)).toEqual([
    'partition  committed  snapshot  start  end  lag',
    '        0        150        60      0  150    0  set by an operator',
    '        1         20         -     10   50   30  set by an operator',
    '        2         59        60      0  150   90  set by an operator, not obeyed: before the snapshot or outside the log',
    '        3        151        60      0  150   90  set by an operator, not obeyed: before the snapshot or outside the log',
    '        4          5         -     10   50   40  set by an operator, not obeyed: before the snapshot or outside the log',
  ]);
});

it('an offset of another topic of the name is shown as what it is: the group goes on at the start', () => {
  const group = positions([[40n, 10n, 150n]]);
  const partitions = group.partitions.map((one) => ({ ...one, isOfAnotherTopic: true }));
  const moved = { ...group, partitions };
  expect(positionLines(moved).at(-1)).toBe(
    '        0         40     10  150  140  of another topic of this name: goes on at the start',
  );
  expect(planMoves(moved, { to: 'end' }, undefined, AT_NONE)).toEqual([
    { partition: 0, from: 10n, to: 150n },
  ]);
});

it('a snapshot of another topic of the name is shown as what it is: the service refuses to start', () => {
  const group = positions([[40n, 0n, 50n, 45n]], 'insights');
  const partitions = group.partitions.map((one) => ({ ...one, isOfAnotherTopic: true }));
  expect(positionLines({ ...group, partitions }).at(-1)).toMatch(
    / 45 .* of another topic of this name: the service refuses to start$/,
  );
});
