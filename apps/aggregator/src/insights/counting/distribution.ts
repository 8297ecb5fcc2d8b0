/** The value under which all that exceeds a bound is counted; a login that really carries it is counted there too. */
export const OTHER = 'other';

export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

/** Highest count first, equal counts by value. */
export type Distribution = readonly ValueCount[];

/** Counts by value, `other` among them. */
export type Counts = Map<string, number>;

/** Adds to one value. */
export function addCount(counts: Counts, value: string, count: number): void {
  counts.set(value, (counts.get(value) ?? 0) + count);
}

/**
 * @param maxDistinctValues names beside `other`: of more, the most frequent are kept
 * @returns the counts in order
 */
export function distributionOf(counts: Counts, maxDistinctValues: number): Distribution {
  const named = new Map(counts);
  let rest = named.get(OTHER) ?? 0;
  named.delete(OTHER);
  const ranked = ranking(named);
  for (const { count } of ranked.splice(maxDistinctValues)) rest += count;
  if (rest === 0) return ranked;
  ranked.push({ value: OTHER, count: rest });
  return ranked.sort(byCount);
}

/** @returns all values, most frequent first */
export function ranking(counts: Counts): ValueCount[] {
  return [...counts].map(([value, count]) => ({ value, count })).sort(byCount);
}

/** Own members by definition, so that `__proto__` is a value like any other. */
export function asMembers(distribution: Distribution): Record<string, number> {
  return Object.fromEntries(distribution.map(({ value, count }) => [value, count]));
}

/** Compares by UTF-16 code units: the same order in every locale. */
function byCount(a: ValueCount, b: ValueCount): number {
  return b.count - a.count || (a.value < b.value ? -1 : 1);
}
