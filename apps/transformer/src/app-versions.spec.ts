import { describe, expect, it } from '@jest/globals';
import { faultsOf } from '@login-pipeline/config/testing';
import fc from 'fast-check';
import semver from 'semver';
import { appVersionWarnings } from './app-versions.ts';
import { FILTERS } from './login-filter.ts';

const problemOf = (FILTER_APP_VERSIONS: string): string | undefined =>
  faultsOf(FILTERS, { FILTER_APP_VERSIONS })[0]?.problem;
const warningsOf = (list: string): readonly string[] =>
  appVersionWarnings(list.split(',').map((entry) => entry.trim()));

describe('FILTER_APP_VERSIONS', () => {
  it.each([
    ['>=2.0.0, <3.0.0', '>=2.0.0 <3.0.0'],
    ['<3.0.0,>=2.0.0', '<3.0.0 >=2.0.0'],
    ['>=v2, 1.0.0, <v3', '>=v2 <v3'],
    ['>=2 || <3', '>=2 <3'],
    ['>1.0.0, nightly, 0.5.0 - 2.0.0, <=1.5', '>1.0.0 <=1.5'],
  ])('is refused as two halves that together let everything pass: %s', (list, meant) => {
    expect(problemOf(list)).toBe(
      `lets every version pass, because a comma means "or", as \`||\` does; for what both have in common write '${meant}'`,
    );
  });

  it.each(['>=0.0.0', 'x', '2.x || *', '>=2.0.0, <2.0.0', '<1, 1.x, >=2', '>=0.0.0-0'])(
    'is refused when it lets everything pass and does not say so: %s',
    (list) => {
      expect(problemOf(list)).toBe('lets every version pass; write `*` if that is meant');
    },
  );

  it.each([
    ['>3 <2', '>3 <2'],
    ['2.0.0 2.1.0', '2.0.0 2.1.0'],
    ['2.x, >=1 <1', '>=1 <1'],
    ['2.x || >3 <2', '>3 <2'],
    ['<0.0.0', '<0.0.0'],
  ])('is refused where no version satisfies it: %s', (list, impossible) => {
    expect(problemOf(list)).toBe(
      `no version satisfies \`${impossible}\`; versions are separated by commas`,
    );
  });

  it.each(['!2.0.0', '!=2.0.0', '>=2.0.0 && <3.0.0'])('is refused with %s', (list) => {
    expect(problemOf(list)).toMatch(/^expected a comma-separated list/);
  });

  it.each([
    '*',
    '2.0.0',
    'v2.0.0',
    '2.x, 1.0.0',
    '<3.0.0, >3.0.0',
    '<1 || >=3',
    '2, 1.0.0 - 1.5.0',
  ])('is taken without a word: %s', (list) => {
    expect(problemOf(list)).toBeUndefined();
    expect(warningsOf(list)).toEqual([]);
  });

  it.each([
    ['nightly build', [/^FILTER_APP_VERSIONS: `nightly build` is neither a version nor a range/]],
    ['"2.0.0", 2.0.0.1', [/`"2.0.0"` is neither/, /`2.0.0.1` is neither/]],
    ['*, 2.0.0', [/`\*` lets every login pass; the other entries mean nothing/]],
    ['2.0.0+5', [/`2.0.0\+5` passes with every build, and without/]],
    ['1.0.0-2.0.0', [/`1.0.0-2.0.0` is one version, a pre-release; a range has blanks/]],
    ['2.0.0, v2.0.0', [/`2.0.0` adds nothing to `2.0.0`/]],
    ['2.1.0, 2.x, >=2 <3', [/`2.1.0` adds nothing to `2.x`/, /`>=2 <3` adds nothing to `2.x`/]],
    ['nightly, nightly', [/neither/, /neither/, /`nightly` adds nothing to `nightly`/]],
    ['2.x, <2.5', [/`2.x` and `<2.5` overlap.* write '2.x <2.5'\.$/]],
    ['1.0.0 - 2.0.0, <1.5', [/ write '>=1.0.0 <=2.0.0 <1.5.0-0'\.$/]],
  ])('is warned of as %s', (list, warnings) => {
    expect(problemOf(list)).toBeUndefined();
    expect(warningsOf(list)).toEqual(
      warnings.map((warning) => expect.stringMatching(warning) as unknown),
    );
  });

  it('is refused as everything only when every release passes, and always then', () => {
    const part = fc.nat({ max: 2 });
    const version = fc.tuple(part, part, part).map((parts) => parts.join('.'));
    const range = fc
      .tuple(fc.constantFrom('<', '<=', '>', '>=', '', '^', '~'), version)
      .map((parts) => parts.join(''));
    const releases = [0, 1, 2, 3].flatMap((major) =>
      [0, 1, 2, 3].flatMap((minor) => [0, 1, 2, 3].map((patch) => `${major}.${minor}.${patch}`)),
    );
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 5 }), (entries) => {
        const all = releases.every((release) => semver.satisfies(release, entries.join(' || ')));
        const isRefused = problemOf(entries.join())?.startsWith('lets every version') === true;
        fc.pre(!entries.includes('<0.0.0'));
        expect([entries, isRefused]).toEqual([entries, all]);
      }),
      { numRuns: 1_000 },
    );
  });
});
