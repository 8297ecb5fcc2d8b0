import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FUTURE_TOLERANCE_MS, PlausibleTime } from './plausible-time.ts';

const NOW = Date.UTC(2026, 10, 29, 12);
const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const NONE = -1;

/** @returns whether a login at the time is of the future, after records with the timestamps given */
function isFuture(eventTimeMs: number, recordTimeMs: number, before: readonly number[] = []) {
  const time = new PlausibleTime();
  time.startBatch(NOW);
  for (const timestamp of before) time.believed(timestamp);
  return time.isFuture(eventTimeMs, time.believed(recordTimeMs));
}

const anyTime = fc.oneof(
  fc.constantFrom(NONE, 0, 1, NOW, NOW * 1_000, 8.64e15, Number.MAX_SAFE_INTEGER),
  fc.integer({ min: NOW - 3 * YEAR, max: NOW + 3 * YEAR }),
);

describe('the time of a login', () => {
  it.each([
    ['an hour after its record', NOW - YEAR + HOUR, NOW - YEAR, [], false],
    ['more than an hour after its record', NOW - YEAR + HOUR + 1, NOW - YEAR, [], true],
    ['long before its record', 0, NOW, [], false],
    ['an hour after the clock of the process', NOW + HOUR, NOW + HOUR, [], false],
    [
      'within an hour of its record, but not of the clock of the process',
      NOW + HOUR + 1,
      NOW + HOUR,
      [],
      true,
    ],
    ['now, in a record of the year 2100', NOW, Date.UTC(2100), [], false],
    ['2100, as its record is', Date.UTC(2100), Date.UTC(2100), [], true],
    ['now, in a record whose timestamp counts microseconds', NOW, NOW * 1_000, [], false],
    ['the last that a Date holds, without timestamp', 8.64e15, NONE, [], true],
    ['now, in a partition without timestamps', NOW, NONE, [NONE, NONE], false],
    ['two hours ahead, in a partition without timestamps', NOW + 2 * HOUR, NONE, [], true],
    ['now, among records of last year', NOW, NONE, [NOW - YEAR], true],
    ['last year, among records of last year', NOW - YEAR, NONE, [NOW - YEAR], false],
    ['now, after records of 2100 that are not believed', NOW, NONE, [Date.UTC(2100)], false],
  ])('%s', (_name, eventTimeMs, recordTimeMs, before, expected) => {
    expect(isFuture(eventTimeMs, recordTimeMs, before)).toBe(expected);
  });

  it('goes on, where records have no timestamp, with the time that passes here', () => {
    const time = new PlausibleTime();
    time.startBatch(NOW);
    time.believed(NOW - YEAR);
    time.startBatch(NOW + 5 * HOUR);
    expect(time.isFuture(NOW - YEAR + 6 * HOUR, NONE)).toBe(false);
    expect(time.isFuture(NOW - YEAR + 6 * HOUR + 1, NONE)).toBe(true);
  });

  it('is never believed beyond the clock of the process, nor beyond that of its record, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(anyTime), anyTime, anyTime, (before, eventTimeMs, recordTimeMs) => {
        fc.pre(!isFuture(eventTimeMs, recordTimeMs, before));
        const isBelieved = recordTimeMs >= 0 && recordTimeMs <= NOW + FUTURE_TOLERANCE_MS;
        const clock = isBelieved ? Math.min(recordTimeMs, NOW) : NOW;
        expect(eventTimeMs).toBeLessThanOrEqual(clock + FUTURE_TOLERANCE_MS);
      }),
    );
  });

  it('is believed up to its record, whatever came before', () => {
    const past = fc.integer({ min: 0, max: NOW });
    fc.assert(
      fc.property(fc.array(anyTime), past, past, (before, one, other) => {
        expect(isFuture(Math.min(one, other), Math.max(one, other), before)).toBe(false);
      }),
    );
  });
});
