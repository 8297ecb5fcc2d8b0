import { describe, expect, it } from '@jest/globals';
import { mapBounds, mapStep, outsideStates, placeName, US_STATES } from './places.ts';

describe('places', () => {
  it('are the fifty states and the district', () => {
    expect(US_STATES.size).toBe(51);
    expect(new Set(US_STATES.values()).size).toBe(51);
  });

  it.each([
    ['TX', 'Texas'],
    ['CA', 'California'],
    ['DC', 'District of Columbia'],
    ['RU', 'Russia'],
    ['XQ', undefined],
    ['en-US', undefined],
    ['tx', undefined],
    ['東京', undefined],
    ['other', undefined],
  ])('%s has the name %s', (locale, name) => {
    expect(placeName(locale)).toBe(name);
  });

  it('sums up what is on no map', () => {
    expect(outsideStates({ TX: 5, RU: 3, other: 2 })).toBe(5);
  });
});

describe('steps of the map', () => {
  it.each([
    [0, 0],
    [1, 1],
    [4, 1],
    [5, 2],
    [16, 2],
    [36, 3],
    [64, 4],
    [65, 5],
    [100, 5],
  ])('%i of at most 100 is step %i', (count, step) => {
    expect(mapStep(count, 100)).toBe(step);
  });

  it('are as the legend says', () => {
    const bounds = mapBounds(21_831);
    expect(bounds.at(-1)).toBe(21_831);
    for (const [index, bound] of bounds.entries()) {
      expect(mapStep(bound, 21_831)).toBe(index + 1);
      if (index < 4) expect(mapStep(bound + 1, 21_831)).toBe(index + 2);
    }
  });

  it('are none without logins', () => {
    expect(mapStep(0, 0)).toBe(0);
  });
});
