/** How many of each value, ascending by value. A list, because `__proto__` is a value too. */
export type Tally = readonly (readonly [value: string, count: number])[];

/** @returns how often each value occurs */
export function tally(values: readonly string[]): Tally {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return ascending([...counts]);
}

/** Sorts by value, in the order of UTF-16 code units. */
export function ascending(counts: Tally): Tally {
  return counts.toSorted(([one], [other]) => (one < other ? -1 : 1));
}
