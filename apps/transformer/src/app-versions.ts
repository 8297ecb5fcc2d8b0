import semver from 'semver';
import * as z from 'zod';
import { list } from '@login-pipeline/config';
import type { Format } from '@login-pipeline/config';

/** What lets every login pass, on purpose. */
export const ALL_VERSIONS = '*';

const NAME = 'FILTER_APP_VERSIONS';

/** Versions that pass: a login does when one entry takes it. */
export const APP_VERSIONS: Format<readonly string[]> = {
  expected:
    'a comma-separated list of versions, semver ranges (`2.x`, `^2.1`, `>=2.0.0 <3`) or `*` for all',
  schema: list(z.string().min(1).refine(isVersionOrRange)).superRefine((entries, context) => {
    const message = mistakeIn(entries);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  }),
};

/** @returns a version, or an entry, as it is compared: blanks around it and a leading `v` mean nothing */
export function plainVersion(text: string): string {
  return text.trim().replace(/^v(?=\d)/i, '');
}

/** @returns what is allowed but may not be meant, one sentence each */
export function appVersionWarnings(entries: readonly string[]): readonly string[] {
  if (entries.includes(ALL_VERSIONS)) {
    return entries.length === 1
      ? []
      : [`${NAME}: \`*\` lets every login pass; the other entries mean nothing.`];
  }
  const plain = entries.map(plainVersion);
  const warnings = [
    ...entries.flatMap(oddityOf),
    ...plain.flatMap((entry, index) => containedIn(plain, entry, index)),
    ...pairsOf(plain).flatMap(overlapOf),
  ];
  return warnings.map((warning) => `${NAME}: ${warning}`);
}

/** What only a range can mean must be one: compared literally, a mistyped range would match nothing. */
function isVersionOrRange(entry: string): boolean {
  return !/^[!<>=^~]|\|\|/.test(entry) || isRange(entry);
}

/** An exact version is one, too. */
function isRange(entry: string): boolean {
  return semver.validRange(entry) !== null;
}

/** @returns why the entries cannot be meant, or undefined */
function mistakeIn(entries: readonly string[]): string | undefined {
  if (entries.includes(ALL_VERSIONS)) return undefined;
  const ranges = entries.map(plainVersion).filter(isRange).flatMap(alternativesIn);
  const impossible = ranges.find((range) => semver.minVersion(range) === null);
  if (impossible !== undefined) {
    return `no version satisfies \`${impossible}\`; versions are separated by commas`;
  }
  if (!isEveryRelease(ranges)) return undefined;
  const halves = pairsOf(ranges).find(
    ([one, other]) =>
      isEveryRelease([one, other]) &&
      semver.intersects(one, other) &&
      ![one, other].some((half) => isEveryRelease([half])),
  );
  return halves === undefined
    ? 'lets every version pass; write `*` if that is meant'
    : `lets every version pass, because a comma means "or", as \`||\` does; for what both have in common write '${bothOf(...halves)}'`;
}

/** @returns the ranges of which one is enough: node-semver's `subset` and `minVersion` do not look across `||` */
function alternativesIn(range: string): readonly string[] {
  return range.split('||').map((alternative) => alternative.trim());
}

/**
 * Where the ranges leave releases out, the first of them is 0.0.0, the release at a bound, or the next one after it:
 * when these pass, all do.
 */
function isEveryRelease(ranges: readonly string[]): boolean {
  if (ranges.length === 0) return false;
  const union = new semver.Range(ranges.join('||'));
  // The comparator of "any" has none.
  const bounds = union.set.flat().filter(({ value }) => value !== '');
  const firsts = bounds.flatMap(({ semver: { major, minor, patch } }) => [
    `${major}.${minor}.${patch}`,
    `${major}.${minor}.${patch + 1}`,
  ]);
  return ['0.0.0', ...firsts].every((release) => union.test(release));
}

function oddityOf(entry: string): readonly string[] {
  const version = semver.parse(plainVersion(entry));
  if (version === null) {
    return isRange(plainVersion(entry))
      ? []
      : [
          `\`${entry}\` is neither a version nor a range; only a login with exactly this text passes.`,
        ];
  }
  const { build, prerelease } = version;
  if (build.length > 0) return [`\`${entry}\` passes with every build, and without.`];
  return /^\d+\.\d+\.\d+/.test(prerelease.join('.'))
    ? [`\`${entry}\` is one version, a pre-release; a range has blanks around its hyphen.`]
    : [];
}

/** @returns that an entry adds nothing to another one: of two that mean the same, the later */
function containedIn(all: readonly string[], entry: string, index: number): readonly string[] {
  const other = all.find(
    (candidate, at) =>
      at !== index && contains(candidate, entry) && (at < index || !contains(entry, candidate)),
  );
  return other === undefined ? [] : [`\`${entry}\` adds nothing to \`${other}\`.`];
}

function contains(whole: string, part: string): boolean {
  return whole === part || (isRange(whole) && isRange(part) && semver.subset(part, whole));
}

function overlapOf([one, other]: readonly [string, string]): readonly string[] {
  if (!isRange(one) || !isRange(other) || !semver.intersects(one, other)) return [];
  if (contains(one, other) || contains(other, one) || `${one}${other}`.includes('||')) return [];
  return [
    `\`${one}\` and \`${other}\` overlap, and a comma means "or"; for what both have in common write '${bothOf(one, other)}'.`,
  ];
}

/** @returns the range of what two ranges have in common; a hyphen range has to be spelled out for it */
function bothOf(one: string, other: string): string {
  const both = `${one} ${other}`;
  return isRange(both) ? both : [one, other].map((range) => semver.validRange(range)).join(' ');
}

function pairsOf(entries: readonly string[]): readonly (readonly [string, string])[] {
  return entries.flatMap((one, index) =>
    entries.slice(index + 1).map((other) => [one, other] as const),
  );
}
