/** Least, middle and greatest of some figures. */
export interface Summary {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** @throws RangeError for no figures at all */
export function summarize(figures: readonly number[]): Summary {
  const sorted = figures.toSorted((one, other) => one - other);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) throw new RangeError('no figures to summarize');
  const upper = sorted[Math.floor(sorted.length / 2)] ?? max;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? min;
  return { min, median: (lower + upper) / 2, max };
}

/**
 * Relates figures of the same rounds: a slow minute of the machine then slows both sides of a ratio.
 *
 * @param ours one figure a round, undefined where the run does not count
 * @returns the summary of `ours / theirs`, round by round; undefined when no round has both, or theirs is 0
 */
export function pairedRatio(
  ours: readonly (number | undefined)[],
  theirs: readonly (number | undefined)[],
): Summary | undefined {
  const ratios = ours.flatMap((figure, round) => {
    const other = theirs[round];
    return figure === undefined || other === undefined || other === 0 ? [] : [figure / other];
  });
  return ratios.length === 0 ? undefined : summarize(ratios);
}
