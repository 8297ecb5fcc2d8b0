import { describe, expect, it } from '@jest/globals';
import { chartShapes } from './chart-shapes.ts';
import { DAY_MS, MINUTE_MS } from './series.ts';
import type { Series } from './series.ts';

const START = Date.parse('2024-12-17T00:00Z');

function series(counts: readonly number[], more: Partial<Series> = {}): Series {
  const { unitMs = MINUTE_MS } = more;
  const units = counts.map((count, index) => ({ timeMs: START + index * unitMs, count }));
  const endMs = START + counts.length * unitMs;
  return { unitMs, units, endMs, lastIsPartial: false, ...more };
}

const MANY = Array.from({ length: 100 }, (_, index) => (index === 50 ? 80 : 40));

describe('chartShapes', () => {
  it('gives every unit its width, and spans counts from 0 to a round number', () => {
    const three = series([0, 40, 97]);
    const { place, counts } = chartShapes(three);
    const middles = three.units.map((unit) => place(unit).x);
    expect(middles.map((x) => Math.round(x * 6))).toEqual([1, 3, 5]);
    expect(place({ timeMs: START, count: 0 }).y).toBe(1);
    expect(counts.map(({ value }) => value)).toEqual([0, 20, 40, 60, 80, 100]);
    expect([counts.at(0)?.at, counts.at(-1)?.at]).toEqual([1, 0]);
  });

  it('leaves room for what of the period is to come', () => {
    const two = series([1, 2], { endMs: START + 4 * MINUTE_MS });
    expect(two.units.map((unit) => chartShapes(two).place(unit).x)).toEqual([0.125, 0.375]);
  });

  it('draws few units as bars, none of an empty one', () => {
    const { kind, fill, edge } = chartShapes(series([1, 0, 1]));
    expect(kind).toBe('bars');
    expect(fill.split('M')).toHaveLength(3);
    expect(edge).toBe('');
  });

  it('draws many as steps: no way from one count to another but straight up or down', () => {
    const { kind, edge } = chartShapes(series(MANY));
    expect(kind).toBe('steps');
    const points = edge
      .slice(1)
      .split('L')
      .map((point) => point.split(',').map(Number));
    for (const [index, [x, y]] of points.entries()) {
      const [lastX, lastY] = points[index - 1] ?? [x, y];
      expect(x === lastX || y === lastY).toBe(true);
    }
    expect(points.at(-1)?.[0]).toBe(1000);
  });

  it.each([[[10, 20, 1]], [MANY]])('draws a unit that may still grow apart', (counts) => {
    const whole = chartShapes(series(counts));
    const growing = chartShapes(series(counts, { lastIsPartial: true }));
    expect(whole.partial).toBe('');
    expect(growing.partial).not.toBe('');
    expect(growing.fill.length).toBeLessThan(whole.fill.length);
  });

  it('draws parts of the counts', () => {
    const units = [{ timeMs: START, count: 10, part: 5 }];
    const { fill, parts } = chartShapes(
      series([], { unitMs: DAY_MS, units, endMs: START + DAY_MS }),
    );
    expect(fill).toMatch(/^M[\d.]+,240V0H/);
    expect(parts).toMatch(/^M[\d.]+,240V120H/);
  });

  it('marks the counts of a quiet time by whole numbers', () => {
    expect(chartShapes(series([1, 0, 1])).counts.map(({ value }) => value)).toEqual([0, 1]);
  });

  it('marks days in their middle, the last one in any case', () => {
    const { times } = chartShapes(series(MANY.slice(0, 30), { unitMs: DAY_MS }));
    expect(times.map(({ value }) => (value - START) / DAY_MS)).toEqual([4, 9, 14, 19, 24, 29]);
    expect(times.at(-1)?.at).toBeCloseTo(29.5 / 30);
  });
});
