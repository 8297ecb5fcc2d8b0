import { describe, expect, it } from '@jest/globals';
import { versionFilter } from './version-filter.ts';

describe('versionFilter', () => {
  it.each([
    { entries: ['2.0.0'], passes: ['2.0.0'], stays: ['2.0.1', '2.0', 'v2.0.0', '2.0.0-beta'] },
    { entries: ['2.0.0', '2.3.0'], passes: ['2.0.0', '2.3.0'], stays: ['2.1.0'] },
    { entries: ['>=2.0.0 <3'], passes: ['2.0.0', '2.9.9'], stays: ['1.9.9', '3.0.0', 'nightly'] },
    { entries: ['2.x', '1.0.0'], passes: ['2.7.1', '1.0.0'], stays: ['1.0.1', '3.0.0'] },
    { entries: ['^2.1'], passes: ['2.1.0', '2.4.0'], stays: ['2.0.9', '2.2.0-rc.1'] },
    { entries: ['nightly build'], passes: ['nightly build'], stays: ['nightly', '2.0.0'] },
    { entries: ['2.0.0', '*'], passes: ['2.0.0', 'anything at all', '0'], stays: [] },
  ])('lets $passes pass and keeps $stays back with $entries', ({ entries, passes, stays }) => {
    const filter = versionFilter(entries);
    for (const version of passes) expect([version, filter(version)]).toEqual([version, true]);
    for (const version of stays) expect([version, filter(version)]).toEqual([version, false]);
  });

  it('judges alike whether a version is new or was seen before', () => {
    const filter = versionFilter(['2.x']);
    expect([filter('2.1.0'), filter('2.1.0'), filter('3.0.0'), filter('3.0.0')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
