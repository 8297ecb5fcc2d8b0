import { summarize } from '../statistics.ts';

/** What one process had in one minute. */
export interface Minute {
  /** Records that the transformer finished, a second. */
  readonly recordsPerSecond: number;
  /** The lowest seen: what is left after a collection, nearly. */
  readonly heapMb: number;
  /** The highest seen. */
  readonly rssMb: number;
  readonly fileDescriptors: number;
  /** Timers, sockets and what else keeps an event loop going: the lowest seen. */
  readonly activeResources: number;
  /** The highest 99th percentile seen. */
  readonly eventLoopMs: number;
}

export type SoakFigure = keyof Minute;

/** How much a figure may grow over the run: by a share of its mean, and by so much in any case. */
const LIMITS: Readonly<
  Partial<Record<SoakFigure, { share: number; least: number; unit: string }>>
> = {
  heapMb: { share: 0.15, least: 6, unit: ' MB' },
  rssMb: { share: 0.15, least: 25, unit: ' MB' },
  fileDescriptors: { share: 0, least: 3, unit: '' },
  activeResources: { share: 0, least: 4, unit: '' },
  eventLoopMs: { share: 1, least: 25, unit: ' ms' },
};

/** Compilation, caches and pools fill up first. */
const WARM_UP_SHARE = 0.2;
const FEWEST_MINUTES = 3;

/**
 * @returns what grew, in words; nothing when all figures are flat
 * @throws RangeError for fewer minutes than a slope takes
 */
export function growth(minutes: readonly Minute[]): readonly string[] {
  const settled = minutes.slice(Math.ceil(minutes.length * WARM_UP_SHARE));
  if (settled.length < FEWEST_MINUTES) {
    throw new RangeError(`A soak takes at least ${FEWEST_MINUTES + 2} minutes to show a slope`);
  }
  return Object.entries(LIMITS).flatMap(([name, { share, least, unit }]) => {
    const figures = settled.map((minute) => minute[name as SoakFigure]);
    const grown = slope(figures) * (figures.length - 1);
    const allowed = Math.max(least, share * summarize(figures).median);
    if (grown <= allowed) return [];
    const shown = [grown, allowed].map((figure) => `${Math.round(figure * 10) / 10}${unit}`);
    return [`${name} grew by ${shown.join(', more than ')}`];
  });
}

/** @returns how much figures grow from one to the next, by Theil and Sen: one outlier does not make a slope */
function slope(figures: readonly number[]): number {
  const slopes = figures.flatMap((later, at) =>
    figures.slice(0, at).map((earlier, from) => (later - earlier) / (at - from)),
  );
  return summarize(slopes).median;
}
