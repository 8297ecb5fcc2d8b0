import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TrafficWindow } from './traffic-window.ts';

function contents(window: TrafficWindow): [number, number][] {
  const minutes: [number, number][] = [];
  window.forEach((minute, count) => minutes.push([minute, count]));
  return minutes;
}

describe('TrafficWindow', () => {
  it.each([
    [
      'takes minutes in any order',
      [103, 101, 103],
      [true, true, true],
      [
        [101, 1],
        [103, 2],
      ],
    ],
    [
      'has as many minutes as it retains',
      [101, 105],
      [true, true],
      [
        [101, 1],
        [105, 1],
      ],
    ],
    ['forgets the minute that falls out', [101, 106], [true, true], [[106, 1]]],
    [
      'refuses a minute before the window',
      [106, 101, 102],
      [true, false, true],
      [
        [102, 1],
        [106, 1],
      ],
    ],
    ['forgets everything on a leap', [101, 102, 1_000_000], [true, true, true], [[1_000_000, 1]]],
    [
      'keeps no count of a former round in the ring',
      [101, 104, 108, 106],
      [true, true, true, true],
      [
        [104, 1],
        [106, 1],
        [108, 1],
      ],
    ],
    [
      'reuses the slot of the minute that falls out',
      [101, 104, 106],
      [true, true, true],
      [
        [104, 1],
        [106, 1],
      ],
    ],
    [
      'starts at the epoch',
      [0, 2],
      [true, true],
      [
        [0, 1],
        [2, 1],
      ],
    ],
  ])('%s', (_name, minutes, taken, expected) => {
    const window = new TrafficWindow(5);
    expect(minutes.map((minute) => window.add(minute))).toEqual(taken);
    expect(contents(window)).toEqual(expected);
  });

  it('never remembers again what a shorter retention has forgotten', () => {
    const window = new TrafficWindow(10);
    window.restore(98, 100);
    expect(window.add(97)).toBe(false);
    expect(window.add(98)).toBe(true);
  });

  it('forgets what a shorter retention does not reach', () => {
    const window = new TrafficWindow(2);
    window.restore(90, 100);
    expect([98, 99, 100].map((minute) => window.add(minute))).toEqual([false, true, true]);
  });

  /** What the window promises, the slow way: every minute in a map, and those that the newest has left behind gone. */
  function recount(minutes: readonly number[], retention: number): [number, number][] {
    const counts = new Map<number, number>();
    let newest = -1;
    for (const minute of minutes) {
      if (minute <= newest - retention) continue;
      newest = Math.max(newest, minute);
      counts.set(minute, (counts.get(minute) ?? 0) + 1);
    }
    return [...counts].filter(([minute]) => minute > newest - retention).sort(([a], [b]) => a - b);
  }

  const retentions = fc.integer({ min: 1, max: 12 });
  const minute = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 1_000_000 }));
  const someMinutes = fc.array(minute, { maxLength: 60 });

  it('holds what a recount holds, in whatever order the minutes come', () => {
    fc.assert(
      fc.property(retentions, someMinutes, (retention, minutes) => {
        const window = new TrafficWindow(retention);
        for (const each of minutes) window.add(each);
        expect(contents(window)).toEqual(recount(minutes, retention));
      }),
      { numRuns: 1_000 },
    );
  });

  it('goes on after a restart as if there had been none', () => {
    fc.assert(
      fc.property(retentions, someMinutes, someMinutes, (retention, before, after) => {
        const window = new TrafficWindow(retention);
        for (const each of before) window.add(each);
        const restored = new TrafficWindow(retention);
        restored.restore(window.oldest, window.newest);
        window.forEach((each, count) => restored.add(each, count));
        for (const each of after) expect(restored.add(each)).toBe(window.add(each));
        expect(contents(restored)).toEqual(contents(window));
      }),
      { numRuns: 1_000 },
    );
  });
});
