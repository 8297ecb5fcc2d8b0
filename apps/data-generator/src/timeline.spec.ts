import { describe, expect, it } from '@jest/globals';
import { timeline } from './timeline.ts';

const HOUR = 3_600_000;
const START = Date.parse('2024-12-17T18:47:30.250Z');

describe('timeline with a rate', () => {
  it.each([
    { rate: 100, count: 0, elapsedMs: 0, due: 1 },
    { rate: 100, count: 0, elapsedMs: 9, due: 1 },
    { rate: 100, count: 0, elapsedMs: 10, due: 2 },
    { rate: 100, count: 0, elapsedMs: 10_000, due: 1001 },
    { rate: 100, count: 50, elapsedMs: 10_000, due: 50 },
    { rate: 20_000, count: 0, elapsedMs: 5, due: 101 },
    { rate: 0.5, count: 0, elapsedMs: 3999, due: 2 },
  ])(
    'has $due due after $elapsedMs ms at rate $rate, count $count',
    ({ due, elapsedMs, ...load }) => {
      expect(timeline(load, START).dueBy(elapsedMs)).toBe(due);
    },
  );

  it.each([1, 3, 100, 7_000])('has at rate %d each login due once its time has come', (rate) => {
    const { dueAt, dueBy } = timeline({ rate, count: 0 }, START);
    for (let index = 0; index < 1000; index++) {
      expect(dueBy(dueAt(index) + 1e-6)).toBe(index + 1);
    }
  });

  it('keeps the mean rate however unevenly it is asked', () => {
    const { dueBy } = timeline({ rate: 333, count: 0 }, START);
    let sent = 0;
    for (let elapsed = 0; elapsed <= 60_000; elapsed += 7 + (elapsed % 11)) sent = dueBy(elapsed);
    expect(Math.abs(sent - 333 * 60)).toBeLessThan(10);
  });

  it('tells event times from the full second of the start on, at the rate', () => {
    const { eventTime } = timeline({ rate: 4, count: 0 }, START);
    expect([0, 1, 2, 3, 4].map((index) => new Date(eventTime(index)).toISOString())).toEqual([
      '2024-12-17T18:47:30.000Z',
      '2024-12-17T18:47:30.250Z',
      '2024-12-17T18:47:30.500Z',
      '2024-12-17T18:47:30.750Z',
      '2024-12-17T18:47:31.000Z',
    ]);
  });
});

describe('timeline of a bulk load', () => {
  const COUNT = 100_000;

  it('has everything due at once', () => {
    const { dueBy, dueAt } = timeline({ rate: 0, count: COUNT }, START);
    expect([dueBy(0), dueAt(COUNT - 1)]).toEqual([COUNT, 0]);
  });

  it('fills the twelve full hours before the start, in order', () => {
    const { eventTime } = timeline({ rate: 0, count: COUNT }, START);
    const times = Array.from({ length: COUNT }, (_, index) => eventTime(index));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Date(times[0] ?? 0).toISOString()).toBe('2024-12-17T06:00:00.000Z');
    expect(new Date(times.at(-1) ?? 0).toISOString()).toMatch(/^2024-12-17T17:59:5/);
  });

  it('follows the curve of a day', () => {
    const { eventTime } = timeline({ rate: 0, count: COUNT }, START);
    const byHour = new Map<number, number>();
    for (let index = 0; index < COUNT; index++) {
      const hour = new Date(eventTime(index)).getUTCHours();
      byHour.set(hour, (byHour.get(hour) ?? 0) + 1);
    }
    expect(byHour.size).toBe(12);
    expect((byHour.get(17) ?? 0) / (byHour.get(8) ?? 1)).toBeCloseTo(72 / 15, 1);
  });

  it('tells the same times within one hour', () => {
    const load = { rate: 0, count: 1000 };
    const [early, late] = [timeline(load, START), timeline(load, START + 0.2 * HOUR)];
    expect(late.eventTime(777)).toBe(early.eventTime(777));
  });

  it('never runs ahead of the clock without a count', () => {
    const { dueBy, eventTime } = timeline({ rate: 0, count: 0 }, START);
    expect(dueBy(0)).toBe(Infinity);
    expect(eventTime(1_000_000)).toBe(START - (START % 1000) + 1000);
  });
});
