import { satisfies, valid, validRange } from 'semver';

/** Distinct versions are few; past this many somebody sends noise, and it is judged each time. */
const REMEMBERED_VERSIONS = 10_000;

/**
 * Which app versions pass.
 *
 * @param entries as in FILTER_APP_VERSIONS: `*` lets everything pass; an exact version, or a text that is
 * no semver range, is compared as it is; a range such as `>=2.0.0 <3` takes the versions that node-semver
 * says satisfy it (pre-releases only where the range names one)
 */
export function versionFilter(entries: readonly string[]): (version: string) => boolean {
  if (entries.includes('*')) return () => true;
  const literals = new Set(entries);
  const ranges = entries.filter((entry) => valid(entry) === null && validRange(entry) !== null);
  if (ranges.length === 0) return (version) => literals.has(version);

  const judged = new Map<string, boolean>();
  return (version) => {
    const known = judged.get(version);
    if (known !== undefined) return known;
    const passes = literals.has(version) || ranges.some((range) => satisfies(version, range));
    if (judged.size < REMEMBERED_VERSIONS) judged.set(version, passes);
    return passes;
  };
}
