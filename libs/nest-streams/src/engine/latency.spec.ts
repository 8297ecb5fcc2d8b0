import { describe, expect, it } from '@jest/globals';
import type { ConsumedRecord, Timestamp } from '@login-pipeline/streams';
import { Latency } from './latency.ts';

const NOW = 1_734_547_631_000;
const HOUR = 3_600_000;

/** @returns the latencies, in seconds, and the warnings that batches of records with these times lead to */
function observed(...batches: readonly (readonly Timestamp[])[]) {
  const seconds: number[] = [];
  const warnings: string[] = [];
  const latency = new Latency({
    metrics: { observe: (_name, _labels, value) => void seconds.push(value) },
    logger: { warn: (_fields: unknown, text?: string) => void warnings.push(String(text)) },
  });
  for (const times of batches) {
    const records = times.map((timestamp): ConsumedRecord => {
      return { offset: '0', key: null, value: null, timestamp };
    });
    latency.observe(records, NOW);
  }
  return { seconds, warnings };
}

const times = (count: number, timestamp: number): number[] =>
  Array.from({ length: count }, () => timestamp);

describe('Latency', () => {
  it.each([
    ['a second ago', String(NOW - 1_000), [1]],
    ['by a clock that is ahead of the process', NOW + HOUR, [0]],
    ['without a timestamp', -1, []],
    ['in a future that cannot be', NOW + HOUR + 1, []],
    ['at the end of time', '9223372036854775807', []],
  ])('believes a record that was written %s as far as it can be', (_when, timestamp, expected) => {
    expect(observed([NOW, timestamp]).seconds).toEqual(expected);
  });

  it('observes nothing of no records', () => {
    expect(observed([])).toEqual({ seconds: [], warnings: [] });
  });

  it('warns once of a clock that is behind all records, however few a batch has', () => {
    const far = NOW + 2 * HOUR;
    for (const batches of [
      [times(500, far), times(500, far)],
      times(300, far).map((time) => [time]),
    ]) {
      const { warnings } = observed(...batches);
      expect(warnings).toEqual([expect.stringContaining('at least 7200 s after this host')]);
    }
  });

  it('does not warn while some records are of the present', () => {
    const far = NOW + 2 * HOUR;
    const mixed = [NOW, ...times(60, far)];
    expect(observed(mixed, mixed, mixed, [...times(500, far), NOW]).warnings).toEqual([]);
    expect(observed(times(500, NOW + HOUR), times(500, -1)).warnings).toEqual([]);
  });
});
