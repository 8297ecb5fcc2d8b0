import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from './minutes.ts';
import { trafficShapes } from './traffic-scale.ts';

const START = Date.parse('2024-12-17T18:00Z');

function minutes(...counts: readonly number[]): { timeMs: number; count: number }[] {
  return counts.map((count, index) => ({ timeMs: START + index * MINUTE_MS, count }));
}

describe('trafficShapes', () => {
  it('spans time from edge to edge and counts from 0 to a round number', () => {
    const series = minutes(0, 40, 97);
    const { place, counts } = trafficShapes({ minutes: series, lastIsPartial: false });
    expect(series.map((minute) => place(minute).x)).toEqual([0, 0.5, 1]);
    expect(place({ timeMs: START, count: 0 }).y).toBe(1);
    expect(counts.map(({ value }) => value)).toEqual([0, 20, 40, 60, 80, 100]);
    expect([counts.at(0)?.at, counts.at(-1)?.at]).toEqual([1, 0]);
  });

  it('draws the way to a minute that may still grow apart from the others', () => {
    const whole = trafficShapes({ minutes: minutes(10, 20, 1), lastIsPartial: false });
    const growing = trafficShapes({ minutes: minutes(10, 20, 1), lastIsPartial: true });
    expect(whole.partial).toBe('');
    expect(whole.line).toContain('1000,');
    expect(growing.partial).toContain('1000,');
    expect(growing.line).not.toContain('1000,');
  });

  it('marks the counts of a quiet time by whole numbers', () => {
    const { counts } = trafficShapes({ minutes: minutes(1, 0, 1), lastIsPartial: false });
    expect(counts.map(({ value }) => value)).toEqual([0, 1]);
  });

  it('stands a single minute at the left', () => {
    const [only] = minutes(5);
    const { place, line } = trafficShapes({ minutes: minutes(5), lastIsPartial: false });
    expect(only && place(only).x).toBe(0);
    expect(line).not.toContain('NaN');
  });
});
