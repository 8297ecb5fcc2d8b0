import { describe, expect, it } from '@jest/globals';
import { eventTimeMs } from './event-time.ts';

describe('eventTimeMs', () => {
  it.each<[timestamp: number | string, ms: number]>([
    [0, 0],
    [1734547631, 1734547631000],
    [1734547631.001, 1734547631001],
    [1734547631.9999, 1734547631999],
    [99999999999, 99999999999000],
    [100000000000, 100000000000],
    [1734547631123, 1734547631123],
    [1734547631123.9, 1734547631123],
    [8640000000000000, 8640000000000000],
    ['1734547631', 1734547631000],
    ['1734547631.123456', 1734547631123],
    ['1734547631123', 1734547631123],
    ['0001734547631', 1734547631000],
  ])('takes %p as %p ms', (timestamp, ms) => {
    expect(eventTimeMs({ timestamp })).toBe(ms);
  });

  it('is exact for every millisecond of a second written as float seconds', () => {
    for (let ms = 1734547631000; ms < 1734547632000; ms += 1) {
      const text = (ms / 1000).toFixed(3);
      expect(eventTimeMs({ timestamp: text })).toBe(ms);
      expect(eventTimeMs({ timestamp: Number(text) })).toBe(ms);
    }
  });
});
