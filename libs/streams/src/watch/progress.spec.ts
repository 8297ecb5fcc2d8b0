import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PartitionProgress } from './progress.ts';

/**
 * What happened to a partition and when, in seconds: processed up to an offset (`move`), sent to one (`place`),
 * assigned anew, or the broker answered the `end`.
 */
type Step =
  | { readonly at: number; readonly move: number; readonly recordTime?: number }
  | { readonly at: number; readonly place: number }
  | { readonly at: number; readonly assigned: true }
  | { readonly at: number; readonly end: number };

function progressAfter(steps: readonly Step[]): PartitionProgress {
  let progress = new PartitionProgress();
  for (const step of steps) {
    const now = step.at * 1_000;
    if ('assigned' in step) progress = new PartitionProgress(progress);
    else if ('place' in step) progress.place(BigInt(step.place), now);
    else if ('end' in step) progress.observeEnd(BigInt(step.end), now);
    else if (step.recordTime === undefined) progress.advance(BigInt(step.move), now);
    else progress.advance(BigInt(step.move), now, step.recordTime * 1_000);
  }
  return progress;
}

describe('PartitionProgress', () => {
  it.each<{ name: string; steps: Step[]; stalled: number; lag: object | undefined }>([
    { name: 'nothing known', steps: [], stalled: 0, lag: undefined },
    { name: 'no end known', steps: [{ at: 0, move: 5 }], stalled: 0, lag: undefined },
    { name: 'no position known', steps: [{ at: 0, end: 5 }], stalled: 0, lag: undefined },
    {
      name: 'at the end',
      steps: [
        { at: 0, move: 5 },
        { at: 1, end: 5 },
      ],
      stalled: 0,
      lag: { records: 0, seconds: 0 },
    },
    {
      name: 'behind since the end moved on',
      steps: [
        { at: 0, move: 5 },
        { at: 10, end: 5 },
        { at: 20, end: 8 },
        { at: 50, end: 9 },
      ],
      stalled: 80,
      lag: { records: 4, seconds: 90 },
    },
    {
      name: 'behind, but moving',
      steps: [
        { at: 0, move: 5 },
        { at: 10, end: 50 },
        { at: 95, move: 6 },
      ],
      stalled: 5,
      lag: { records: 44, seconds: 0 },
    },
    {
      name: 'caught up after having been behind',
      steps: [
        { at: 0, move: 5 },
        { at: 10, end: 50 },
        { at: 95, move: 50 },
      ],
      stalled: 0,
      lag: { records: 0, seconds: 0 },
    },
    {
      name: 'past an end that was seen earlier',
      steps: [
        { at: 0, end: 5 },
        { at: 10, move: 9 },
      ],
      stalled: 0,
      lag: { records: 0, seconds: 0 },
    },
    {
      name: 'an end that went back, as after an unclean election',
      steps: [
        { at: 0, move: 5 },
        { at: 10, end: 8 },
        { at: 20, end: 4 },
      ],
      stalled: 0,
      lag: { records: 0, seconds: 0 },
    },
    {
      name: 'sent back after a failure',
      steps: [
        { at: 0, move: 9 },
        { at: 10, end: 9 },
        { at: 40, place: 2 },
      ],
      stalled: 60,
      lag: { records: 7, seconds: 90 },
    },
    {
      name: 'sent back again and again',
      steps: [
        { at: 0, place: 2 },
        { at: 10, end: 9 },
        ...[20, 40, 60, 80].map((at) => ({ at, place: 2 })),
      ],
      stalled: 90,
      lag: { records: 7, seconds: 0 },
    },
    {
      name: 'assigned again and again at the same place',
      steps: [
        { at: 0, place: 2 },
        { at: 10, end: 9 },
        ...[20, 40, 60, 80].flatMap((at) => [
          { at, assigned: true } as const,
          { at: at + 1, place: 2 },
          { at: at + 2, end: 9 },
        ]),
      ],
      stalled: 90,
      lag: { records: 7, seconds: 0 },
    },
    {
      name: 'assigned again, after another member has moved on',
      steps: [
        { at: 0, place: 2 },
        { at: 10, end: 9 },
        { at: 40, assigned: true },
        { at: 41, place: 5 },
        { at: 42, end: 9 },
      ],
      stalled: 58,
      lag: { records: 4, seconds: 0 },
    },
    {
      name: 'assigned again, after another member has finished',
      steps: [
        { at: 0, place: 2 },
        { at: 10, end: 9 },
        { at: 40, assigned: true },
        { at: 41, place: 9 },
        { at: 42, end: 9 },
      ],
      stalled: 0,
      lag: { records: 0, seconds: 0 },
    },
    {
      name: 'assigned again and not placed yet',
      steps: [
        { at: 0, place: 2 },
        { at: 10, end: 9 },
        { at: 40, assigned: true },
      ],
      stalled: 0,
      lag: undefined,
    },
    {
      name: 'old records, replayed',
      steps: [
        { at: 90, move: 0 },
        { at: 91, end: 9 },
        { at: 99, move: 3, recordTime: 10 },
      ],
      stalled: 1,
      lag: { records: 6, seconds: 90 },
    },
    {
      name: 'a record from the future',
      steps: [
        { at: 91, end: 9 },
        { at: 99, move: 3, recordTime: 400 },
      ],
      stalled: 1,
      lag: { records: 6, seconds: 0 },
    },
    ...[
      { name: 'a record without a timestamp', recordTime: -0.001 },
      { name: 'a record of a future that cannot be', recordTime: 99 + 3_601 },
      { name: 'no record', recordTime: NaN },
    ].map(({ name, recordTime }) => ({
      name: `${name} after one that has a time`,
      steps: [
        { at: 90, move: 0 },
        { at: 91, end: 9 },
        { at: 98, move: 2, recordTime: 10 },
        { at: 99, move: 3, recordTime },
      ],
      stalled: 1,
      lag: { records: 6, seconds: 90 },
    })),
  ])('with $name, after 100 s: stalled for $stalled s', ({ steps, stalled, lag }) => {
    const progress = progressAfter(steps);
    expect(progress.stalledFor(100_000)).toBe(stalled * 1_000);
    expect(progress.lag(100_000)).toEqual(lag);
  });

  it('does not count time without a look', () => {
    const progress = progressAfter([
      { at: 0, move: 5 },
      { at: 10, end: 9 },
    ]);
    expect(progress.stalledFor(100_000, 70_000)).toBe(30_000);
    expect(progress.stalledFor(100_000, 5_000)).toBe(90_000);
  });

  it('does not count the time in which it waits for its turn', () => {
    const progress = progressAfter([
      { at: 0, move: 5 },
      { at: 10, end: 9 },
    ]);
    progress.waiting(true, 20_000);
    expect(progress.stalledFor(100_000)).toBe(10_000);
    progress.waiting(false, 90_000);
    expect(progress.stalledFor(100_000)).toBe(20_000);
  });

  it('begins to count when its turn comes where records came meanwhile', () => {
    const progress = progressAfter([{ at: 0, move: 5 }]);
    progress.waiting(true, 20_000);
    progress.observeEnd(9n, 50_000);
    progress.waiting(false, 90_000);
    expect(progress.stalledFor(100_000)).toBe(10_000);
  });

  it('tells position, end and when it moved', () => {
    const progress = progressAfter([
      { at: 3, move: 7 },
      { at: 4, end: 9 },
    ]);
    expect([progress.position, progress.end, progress.movedAt]).toEqual([7n, 9n, 3_000]);
  });

  const seconds = fc.nat({ max: 100 });
  const offset = fc.nat({ max: 1_000 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ at: seconds, move: offset, recordTime: fc.nat({ max: 1_000 }) }),
    fc.record({ at: seconds, move: offset }),
    fc.record({ at: seconds, place: offset }),
    fc.record({ at: seconds, assigned: fc.constant(true as const) }),
    fc.record({ at: seconds, end: offset }),
  );
  const steps = fc
    .array(step, { maxLength: 30 })
    .map((all) => all.toSorted((one, other) => one.at - other.at));

  it('never has a negative lag', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const lag = progressAfter(all).lag(100_000);
        expect(lag?.records ?? 0).toBeGreaterThanOrEqual(0);
        expect(lag?.seconds ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('never stalls while there is nothing unread, however long', () => {
    fc.assert(
      fc.property(steps, offset, fc.nat(), (all, end, later) => {
        const progress = progressAfter([...all, { at: 100, end }, { at: 100, move: end }]);
        progress.observeEnd(BigInt(end), 100_000 + later);
        expect(progress.stalledFor(100_000 + 2 * later)).toBe(0);
      }),
    );
  });

  it('never counts more than the time since it last moved, so slow is not stalled', () => {
    fc.assert(
      fc.property(steps, offset, fc.nat({ max: 50 }), (all, move, sinceMove) => {
        const progress = progressAfter([
          ...all,
          { at: 100, move },
          { at: 100 + sinceMove, end: 1_001 },
        ]);
        expect(progress.stalledFor((100 + sinceMove) * 1_000)).toBeLessThanOrEqual(
          sinceMove * 1_000,
        );
      }),
    );
  });
});
