import { Range, validRange } from 'semver';
import { ALL_VERSIONS, plainVersion } from './app-versions.ts';

/** Distinct versions are few; past this many a source sends noise, and it is judged each time. */
const REMEMBERED_VERSIONS = 10_000;

/** Spares noise the attempt to parse it, which fails by an exception. */
const WHOLE_VERSION = /^\d+\.\d+\.\d+/;

/**
 * Which app versions pass. Blanks around a version and a leading `v` mean nothing, neither in an entry nor in a login.
 *
 * @param entries as in FILTER_APP_VERSIONS: `*` lets everything pass; a version or range such as `>=2.0.0 <3` takes the
 *   versions that node-semver says satisfy it (pre-releases only where it names one, whatever the build); and every
 *   entry takes its own text, which is all that one does which is no range
 */
export function versionFilter(entries: readonly string[]): (version: string) => boolean {
  if (entries.includes(ALL_VERSIONS)) return () => true;
  const plain = entries.map(plainVersion);
  const texts = new Set(plain);
  const ranges = plain
    .filter((entry) => validRange(entry) !== null)
    .map((entry) => new Range(entry));
  const judge = (version: string): boolean => {
    const text = plainVersion(version);
    return (
      texts.has(text) || (WHOLE_VERSION.test(text) && ranges.some((range) => range.test(text)))
    );
  };

  const judged = new Map<string, boolean>();
  return (version) => {
    const known = judged.get(version);
    if (known !== undefined) return known;
    const passes = judge(version);
    if (judged.size < REMEMBERED_VERSIONS) judged.set(version, passes);
    return passes;
  };
}
