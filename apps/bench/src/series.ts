/** What is measured, with how it is written. The order is that of columns. */
export const FIGURES = {
  recordsPerSecond: { title: 'records/s', digits: 0, better: 'more' },
  cpuUsPerRecord: { title: 'CPU µs per record', digits: 2, better: 'less' },
  brokerCpuUsPerRecord: { title: 'broker CPU µs per record', digits: 2, better: 'less' },
  rssMb: { title: 'memory MB', digits: 0, better: 'less' },
  firstOutputMs: { title: 'start to first output ms', digits: 0, better: 'less' },
  catchUpMs: { title: 'start to caught up ms', digits: 0, better: 'less' },
  readyMs: { title: 'start to ready ms', digits: 0, better: 'less' },
  cpuMsPerSecond: { title: 'CPU ms per second', digits: 1, better: 'less' },
  brokerCpuMsPerSecond: { title: 'broker CPU ms per second', digits: 1, better: 'less' },
  transactionsPerSecond: { title: 'transactions per second', digits: 0, better: 'less' },
  p50Ms: { title: 'p50 ms', digits: 1, better: 'less' },
  p99Ms: { title: 'p99 ms', digits: 1, better: 'less' },
  p999Ms: { title: 'p99.9 ms', digits: 1, better: 'less' },
  probeP99Ms: { title: 'probe p99 ms', digits: 1, better: 'less' },
  answersPerSecond: { title: 'answers/s', digits: 0, better: 'more' },
  stalenessP99Ms: { title: 'staleness p99 ms', digits: 0, better: 'less' },
} as const satisfies Readonly<
  Record<string, { title: string; digits: number; better: 'more' | 'less' }>
>;

export type FigureName = keyof typeof FIGURES;

/** The figures of one run. */
export type Figures = Readonly<Partial<Record<FigureName, number>>>;

/** All runs of one contender at one point of a suite. */
export interface Series {
  readonly suite: string;
  readonly point: string;
  readonly contender: string;
  /** One entry a round; a round whose run failed its check is missing on every side. */
  readonly rounds: readonly Figures[];
}

/** Where and with what a suite ran. */
export interface Surroundings {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  /** Load average of the last minute when the suite began: others at work make its figures worthless. */
  readonly loadBefore: number;
}

/** A suite as it ran: the unit in which figures may be compared. */
export interface SuiteResult {
  readonly suite: string;
  readonly surroundings: Surroundings;
  readonly series: readonly Series[];
}

/** @returns the figures of that name, one a round */
export function column({ rounds }: Series, name: FigureName): number[] {
  return rounds.flatMap((figures) => figures[name] ?? []);
}
