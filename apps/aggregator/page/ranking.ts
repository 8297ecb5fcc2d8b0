/** A value of a distribution with its part of the whole. */
export interface Ranked {
  readonly value: string;
  readonly count: number;
  /** From 0 to 1. */
  readonly share: number;
}

/** Highest count first, equal ones by value, and the sum of what does not fit. */
export interface Ranking {
  readonly top: readonly Ranked[];
  /** Undefined when all fit. */
  readonly rest:
    { readonly values: number; readonly count: number; readonly share: number } | undefined;
}

/** @param atMost rows; a rest of one value is a row, not a rest */
export function rank(counts: Readonly<Record<string, number>>, atMost: number): Ranking {
  const entries = Object.entries(counts).sort(
    ([a, countOfA], [b, countOfB]) => countOfB - countOfA || (a < b ? -1 : 1),
  );
  const total = sum(entries);
  const shown = entries.length <= atMost + 1 ? entries.length : atMost;
  const others = entries.slice(shown);
  const count = sum(others);
  return {
    top: entries
      .slice(0, shown)
      .map(([value, each]) => ({ value, count: each, share: each / total })),
    rest: others.length === 0 ? undefined : { values: others.length, count, share: count / total },
  };
}

function sum(entries: readonly (readonly [string, number])[]): number {
  return entries.reduce((total, [, count]) => total + count, 0);
}
