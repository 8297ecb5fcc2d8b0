import { describe, expect, it } from '@jest/globals';
import { growth } from './flatness.ts';
import type { Minute, SoakFigure } from './flatness.ts';

const FLAT: Minute = {
  recordsPerSecond: 50_000,
  heapMb: 40,
  rssMb: 200,
  fileDescriptors: 40,
  activeResources: 20,
  eventLoopMs: 15,
};

function minutes(figure: SoakFigure, at: (minute: number) => number): readonly Minute[] {
  return Array.from({ length: 10 }, (_, minute) => ({ ...FLAT, [figure]: at(minute) }));
}

describe('growth', () => {
  it.each<[SoakFigure, number]>([
    ['heapMb', 2],
    ['rssMb', 10],
    ['fileDescriptors', 1],
    ['activeResources', 1],
    ['eventLoopMs', 20],
  ])('finds that %s grows by %d a minute', (figure, perMinute) => {
    const found = growth(minutes(figure, (minute) => FLAT[figure] + perMinute * minute));
    expect(found).toEqual([expect.stringContaining(`${figure} grew by`)]);
  });

  it.each<[string, SoakFigure, (minute: number) => number]>([
    ['nothing moves', 'heapMb', () => 40],
    ['it falls', 'heapMb', (minute) => 80 - 3 * minute],
    ['it swings', 'heapMb', (minute) => 40 + 10 * (minute % 2)],
    ['it grows while it warms up', 'rssMb', (minute) => (minute < 2 ? 80 + 60 * minute : 200)],
    ['one minute was bad', 'eventLoopMs', (minute) => (minute === 7 ? 900 : 15)],
    ['the rate grows', 'recordsPerSecond', (minute) => 1_000 * minute],
  ])('is quiet when %s', (_, figure, at) => {
    expect(growth(minutes(figure, at))).toEqual([]);
  });

  it('refuses to judge a short run', () => {
    expect(() => growth([FLAT, FLAT, FLAT])).toThrow('at least 5 minutes');
  });
});
