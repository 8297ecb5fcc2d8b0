/** So many services start at the same time. */
const SIDE_BY_SIDE = 4;

/** Test cases that run side by side, with what they are all about. */
export function inGroups<C extends readonly [string, ...unknown[]]>(
  cases: readonly C[],
): readonly [string, readonly C[]][] {
  const groups: [string, readonly C[]][] = [];
  for (let first = 0; first < cases.length; first += SIDE_BY_SIDE) {
    const group = cases.slice(first, first + SIDE_BY_SIDE);
    groups.push([group.map(([name]) => name).join('; '), group]);
  }
  return groups;
}
