import { describe, expect, it } from '@jest/globals';
import { observeLatency } from './latency.ts';

const NOW = 1_734_547_631_000;
const HOUR = 3_600_000;

describe('observeLatency', () => {
  it.each([
    ['a second ago', String(NOW - 1_000), [1]],
    ['by a clock that is ahead of ours', NOW + HOUR, [0]],
    ['without a timestamp', -1, []],
    ['in a future that cannot be', NOW + HOUR + 1, []],
    ['at the end of time', '9223372036854775807', []],
  ])('believes a record that was written %s as far as it can be', (_when, timestamp, expected) => {
    const seconds: number[] = [];
    const metrics = {
      observe: (_name: string, _labels: object, value: number) => seconds.push(value),
    };
    observeLatency(metrics, [{ offset: '0', key: null, value: null, timestamp }], NOW);
    expect(seconds).toEqual(expected);
  });

  it('observes nothing of no records', () => {
    const observe = (): void => {
      throw new Error('observed');
    };
    observeLatency({ observe }, [], NOW);
  });
});
