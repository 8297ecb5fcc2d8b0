/** One metric family: names and units follow https://prometheus.io/docs/practices/naming. */
export interface MetricDefinition {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Label names, each with the closed set of its values, or `BOUNDED` when code bounds them. */
  readonly labels?: Readonly<Record<string, readonly string[] | typeof BOUNDED>>;
  /** Upper bounds of a histogram, in the metric's unit. */
  readonly buckets?: readonly number[];
}

/** Label values not listed here, but few by construction: topics, partitions, reasons, the top values of a dimension. */
const BOUNDED = 'bounded';

const PARTITION = { topic: BOUNDED, partition: BOUNDED } as const;
const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

export const METRIC_PREFIX = 'login_pipeline_';

/** Every metric of the services, by name without the prefix. No label ever holds personal data. */
export const METRIC_CATALOGUE = {
  build_info: {
    kind: 'gauge',
    help: 'Always 1; the labels say what runs',
    labels: { service: BOUNDED, version: BOUNDED, node: BOUNDED },
  },
  records_total: {
    kind: 'counter',
    help: 'Records whose outcome is committed',
    labels: { outcome: ['emitted', 'dropped', 'dead_lettered'] },
  },
  dead_letters_total: {
    kind: 'counter',
    help: 'Committed dead letters by the reason of the refusal',
    labels: { reason: BOUNDED },
  },
  transactions_total: {
    kind: 'counter',
    help: 'Transactions by how they ended; indefinite: the broker did not say',
    labels: { outcome: ['committed', 'aborted', 'indefinite'] },
  },
  transaction_duration_seconds: {
    kind: 'histogram',
    help: 'Time from the start of a transaction to its end',
    buckets: DURATIONS,
  },
  batch_records: {
    kind: 'histogram',
    help: 'Records handled at once',
    buckets: [1, 10, 50, 100, 500, 1000, 5000, 10_000, 50_000],
  },
  consumer_lag_records: {
    kind: 'gauge',
    help: 'Records between the next offset and the end of the partition',
    labels: PARTITION,
  },
  consumer_lag_seconds: {
    kind: 'gauge',
    help: 'Age of the next unread record; 0 when there is none',
    labels: PARTITION,
  },
  consumer_assigned_partitions: {
    kind: 'gauge',
    help: 'Partitions that this process reads',
  },
  consumer_rebalances_total: {
    kind: 'counter',
    help: 'Assignments received from the group',
  },
  consumer_restarts_total: {
    kind: 'counter',
    help: 'Consumers restarted inside the process',
    labels: { cause: BOUNDED },
  },
  consumer_last_progress_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the next offset of the partition last advanced, Unix time',
    labels: PARTITION,
  },
  watchdog_trips_total: {
    kind: 'counter',
    help: 'Times the watchdog gave the process up',
    labels: { cause: BOUNDED },
  },
  generated_records_total: {
    kind: 'counter',
    help: 'Records written and acknowledged by the broker',
    labels: { kind: ['good', 'bad'] },
  },
  insights_records_total: {
    kind: 'counter',
    help: 'Records folded into the insights, or why not',
    labels: { outcome: ['counted', 'expired', 'invalid', 'future'] },
  },
  device_type_logins: {
    kind: 'gauge',
    help: 'Logins by device type: the most frequent ones and other',
    labels: { device_type: BOUNDED },
  },
  app_version_logins: {
    kind: 'gauge',
    help: 'Logins by version of the app: the most frequent ones and other',
    labels: { app_version: BOUNDED },
  },
  locale_logins: {
    kind: 'gauge',
    help: 'Logins by locale: the most frequent ones and other',
    labels: { locale: BOUNDED },
  },
  insights_peak_logins_per_minute: {
    kind: 'gauge',
    help: 'Logins in the busiest minute of event time',
  },
  insights_complete: {
    kind: 'gauge',
    help: '1 when the insights cover every input partition',
  },
  snapshot_records_total: {
    kind: 'counter',
    help: 'Snapshots written and acknowledged',
  },
  snapshot_bytes: {
    kind: 'histogram',
    help: 'Size of a snapshot',
    buckets: [1024, 4096, 16_384, 65_536, 262_144, 1_048_576],
  },
  state_restore_duration_seconds: {
    kind: 'histogram',
    help: 'Time from an assignment to restored state',
    buckets: DURATIONS,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

type Catalogue = typeof METRIC_CATALOGUE;

/** Name of a metric of the kind, without the prefix. */
export type MetricName<Kind extends MetricDefinition['kind'] = MetricDefinition['kind']> = {
  [N in keyof Catalogue]: Catalogue[N]['kind'] extends Kind ? N : never;
}[keyof Catalogue];

/** The labels that a metric must be given, all of them; `{}` when it has none. */
export type MetricLabels<N extends MetricName> = Catalogue[N] extends { readonly labels: infer L }
  ? { readonly [K in keyof L]: L[K] extends readonly (infer V)[] ? V : string | number }
  : Readonly<Record<string, never>>;

/** @returns the name as scraped */
export function metricName(name: MetricName): string {
  return `${METRIC_PREFIX}${name}`;
}
