import { describe, expect, it } from '@jest/globals';
import { adoption } from './adoption.ts';

const HOURS = [
  { hour: '2024-12-17T16:00Z', versions: { '2.0.0': 100 } },
  { hour: '2024-12-17T17:00Z', versions: { '2.0.0': 75, '2.1.0': 25 } },
  { hour: '2024-12-17T19:00Z', versions: { '2.0.0': 20, '2.1.0': 60 } },
];

describe('adoption', () => {
  it('gives the share of every hour, with a gap where there were no logins', () => {
    const shares = adoption(HOURS, '2.1.0', 24).map(({ share }) => share);
    expect(shares).toEqual([0, 0.25, undefined, 0.75]);
  });

  it('reaches back as many hours as asked for', () => {
    expect(adoption(HOURS, '2.0.0', 2)).toEqual([
      { hourMs: Date.parse('2024-12-17T18:00Z'), share: undefined },
      { hourMs: Date.parse('2024-12-17T19:00Z'), share: 0.25 },
    ]);
  });

  it('of no hours is empty', () => {
    expect(adoption([], '2.0.0', 24)).toEqual([]);
  });
});
