import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { versionFilter } from './version-filter.ts';

describe('versionFilter', () => {
  it.each([
    { entries: ['2.0.0'], passes: ['2.0.0'], stays: ['2.0.1', '2.0', '2.0.0-beta', '=2.0.0'] },
    { entries: ['2.0.0', '2.3.0'], passes: ['2.0.0', '2.3.0'], stays: ['2.1.0'] },
    { entries: ['2.0.0'], passes: [' v2.0.0\t', 'V2.0.0', '2.0.0+5'], stays: ['v', 'v 2.0.0'] },
    { entries: [' v2.0.0 '], passes: ['2.0.0', 'v2.0.0'], stays: ['2.0.1'] },
    { entries: ['2.0.0+5'], passes: ['2.0.0', '2.0.0+6'], stays: ['2.0.1+5'] },
    { entries: ['=2.0.0'], passes: ['2.0.0', 'v2.0.0'], stays: ['2.0.1'] },
    { entries: ['2.0'], passes: ['2.0.7', '2.0', ' v2.0 '], stays: ['2.1.0', '2', '2.0.0-rc.1'] },
    { entries: ['2.0.0-rc.1'], passes: ['v2.0.0-rc.1'], stays: ['2.0.0', '2.0.0-RC.1'] },
    { entries: ['>=2.0.0 <3'], passes: ['2.0.0', ' v2.9.9 '], stays: ['1.9.9', '3.0.0', '2.5'] },
    { entries: ['1.0.0 - 2.0.0'], passes: ['1.0.0', '2.0.0'], stays: ['2.0.1'] },
    { entries: ['<1 || >=3'], passes: ['0.9.0', '3.0.0'], stays: ['1.0.0', '2.9.9'] },
    { entries: ['2.x', '1.0.0'], passes: ['2.7.1', '1.0.0'], stays: ['1.0.1', '3.0.0'] },
    { entries: ['^2.1'], passes: ['2.1.0', '2.4.0'], stays: ['2.0.9', '2.2.0-rc.1'] },
    { entries: ['nightly build'], passes: ['nightly build '], stays: ['nightly', 'Nightly build'] },
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

  type Version = readonly [number, number, number];
  const version = fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 4 }), fc.nat({ max: 4 }));
  const compare = (one: Version, other: Version): number =>
    one[0] - other[0] || one[1] - other[1] || one[2] - other[2];

  it('takes ranges as arithmetic does', () => {
    fc.assert(
      fc.property(version, version, version, (low, high, asked) => {
        const [from, to, text] = [low, high, asked].map((parts) => parts.join('.'));
        const between = compare(asked, low) >= 0 && compare(asked, high) < 0;
        expect(versionFilter([`>=${from} <${to}`])(`${text}`)).toBe(between);
        expect(versionFilter([`>=${from}`])(`${text}`)).toBe(compare(asked, low) >= 0);
        expect(versionFilter([`${low[0]}.x`])(`${text}`)).toBe(asked[0] === low[0]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('lets pass what any entry alone lets pass, however often it is asked', () => {
    const entry = fc.oneof(
      version.map((parts) => parts.join('.')),
      version.map((parts) => `^${parts.join('.')}`),
      fc.constantFrom('2.x', '>=1.2 <3', 'nightly', '2.0.0-rc.1'),
    );
    const asked = fc.oneof(
      version.map((parts) => parts.join('.')),
      fc.constantFrom('nightly', '2.0.0-rc.1', '2.0', ''),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 4 }), asked, (entries, text) => {
        const filter = versionFilter(entries);
        const alone = entries.some((each) => versionFilter([each])(text));
        expect([filter(text), filter(text)]).toEqual([alone, alone]);
      }),
      { numRuns: 1_000 },
    );
  });
});
