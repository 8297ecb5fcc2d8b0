/** One metric family: names and units follow https://prometheus.io/docs/practices/naming. */
export interface MetricDefinition {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly unit:
    'records' | 'seconds' | 'bytes' | 'timestamp' | 'events' | 'partitions' | 'users' | 'info';
  readonly help: string;
  /** The services that show it, each from its start. */
  readonly by: readonly ServiceName[];
  /** Label names, each with the closed set of its values, or with what bounds them. */
  readonly labels?: Readonly<Record<string, readonly string[] | string>>;
  /** Upper bounds of a histogram, in the metric's unit. */
  readonly buckets?: readonly number[];
}

export type ServiceName = 'transformer' | 'aggregator' | 'data-generator';

const EVERY_SERVICE = ['transformer', 'aggregator', 'data-generator'] as const;
const CONSUMERS = ['transformer', 'aggregator'] as const;
const WRITERS = ['transformer', 'data-generator'] as const;
const TRANSFORMER = ['transformer'] as const;
const AGGREGATOR = ['aggregator'] as const;

const PARTITION = {
  topic: 'the topic that the service reads',
  partition: 'the assigned partitions',
} as const;
const GROUP_PARTITION = {
  group: "the transformer's group",
  topic: 'the topic that the transformer reads',
  partition: 'the partitions of the topic',
} as const;

const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;
/** Of an event's way: a service objective needs the bound it is about among these. */
const LATENCIES = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900] as const;

export const METRIC_PREFIX = 'login_pipeline_';

/** Every metric of the services, by name without the prefix. No label ever holds personal data. */
export const METRIC_CATALOGUE = {
  build_info: {
    kind: 'gauge',
    unit: 'info',
    help: 'Always 1; the labels say what runs',
    by: EVERY_SERVICE,
    labels: {
      service: 'its own name',
      version: 'its own version',
      node: 'its own version of Node',
    },
  },
  heap_limit_bytes: {
    kind: 'gauge',
    unit: 'bytes',
    help: 'What the old generation of the JavaScript heap may hold before the process runs out of memory',
    by: EVERY_SERVICE,
  },
  generated_records_total: {
    kind: 'counter',
    unit: 'records',
    help: 'Records written and acknowledged by the broker',
    by: ['data-generator'],
    labels: { kind: ['good', 'bad'] },
  },
  records_total: {
    kind: 'counter',
    unit: 'records',
    help: 'Records whose outcome is committed',
    by: TRANSFORMER,
    labels: { outcome: ['emitted', 'dropped', 'dead_lettered'] },
  },
  dead_letters_total: {
    kind: 'counter',
    unit: 'records',
    help: 'Committed dead letters by the reason of the refusal',
    by: TRANSFORMER,
    labels: { reason: 'the reasons of docs/records.md' },
  },
  transactions_total: {
    kind: 'counter',
    unit: 'events',
    help: 'Transactions by how they ended; aborted: the group went on without this member, or records were refused and are written in another way; indefinite: the broker did not say',
    by: TRANSFORMER,
    labels: { outcome: ['committed', 'aborted', 'indefinite'] },
  },
  transaction_duration_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time from the arrival of a batch to the end of its transaction',
    by: TRANSFORMER,
    buckets: DURATIONS,
  },
  batch_records: {
    kind: 'histogram',
    unit: 'records',
    help: 'Records handled at once',
    by: CONSUMERS,
    buckets: [1, 10, 50, 100, 500, 1000, 5000, 10_000, 50_000],
  },
  end_to_end_latency_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    help: "Time from a record's own timestamp until it is committed (transformer) or counted (aggregator), of the last record of each batch",
    by: CONSUMERS,
    buckets: LATENCIES,
  },
  records_lost_total: {
    kind: 'counter',
    unit: 'records',
    help: 'Records that retention deleted before they were read',
    by: CONSUMERS,
  },
  consumer_lag_records: {
    kind: 'gauge',
    unit: 'records',
    help: 'Records between the next offset and the last stable offset of the partition',
    by: CONSUMERS,
    labels: PARTITION,
  },
  consumer_lag_seconds: {
    kind: 'gauge',
    unit: 'seconds',
    help: 'Age of the next unread record, as far as it is known; 0 when there is none',
    by: CONSUMERS,
    labels: PARTITION,
  },
  consumer_last_progress_timestamp_seconds: {
    kind: 'gauge',
    unit: 'timestamp',
    help: 'When the next offset of the partition last advanced, Unix time',
    by: CONSUMERS,
    labels: PARTITION,
  },
  consumer_assigned_partitions: {
    kind: 'gauge',
    unit: 'partitions',
    help: 'Partitions that this process reads',
    by: CONSUMERS,
  },
  throttled_seconds_total: {
    kind: 'counter',
    unit: 'seconds',
    help: 'Time for which brokers hold this client back by its quotas',
    by: CONSUMERS,
    labels: { requests: ['fetch', 'produce'] },
  },
  consumer_unreadable_partitions: {
    kind: 'gauge',
    unit: 'partitions',
    help: 'Partitions that wait because their next record batch cannot be read',
    by: CONSUMERS,
  },
  consumer_rebalances_total: {
    kind: 'counter',
    unit: 'events',
    help: 'Assignments received from the group',
    by: CONSUMERS,
  },
  watchdog_trips_total: {
    kind: 'counter',
    unit: 'events',
    help: 'Times the watchdog gave the process up',
    by: CONSUMERS,
    labels: { cause: ['stalled_partition', 'outside_group'] },
  },
  group_lag_records: {
    kind: 'gauge',
    unit: 'records',
    help: "Records that the transformer's group has not committed, whether or not it has members",
    by: AGGREGATOR,
    labels: GROUP_PARTITION,
  },
  group_lag_seconds: {
    kind: 'gauge',
    unit: 'seconds',
    help: "How long the transformer's group has been behind, whether or not it has members, as far as this process has seen it",
    by: AGGREGATOR,
    labels: GROUP_PARTITION,
  },
  flow_records: {
    kind: 'gauge',
    unit: 'records',
    help: 'What the transformer has done with its records since its group began, as committed with the offsets',
    by: AGGREGATOR,
    labels: { outcome: ['emitted', 'dropped', 'dead_lettered'] },
  },
  flow_unaccounted_records: {
    kind: 'gauge',
    unit: 'records',
    help: 'Committed offsets less the records accounted for: 0, or the constant gap of a group that began later; a change is a loss',
    by: AGGREGATOR,
  },
  ledger_records: {
    kind: 'gauge',
    unit: 'records',
    help: 'What the insights of all partitions have done with their records; unaccounted is always 0',
    by: AGGREGATOR,
    labels: { outcome: ['counted', 'expired', 'invalid', 'unaccounted'] },
  },
  schema_registry_requests_total: {
    kind: 'counter',
    unit: 'events',
    help: 'Requests to the schema registry by their answer; unavailable: none that counts',
    by: WRITERS,
    labels: { outcome: ['ok', 'not_found', 'refused', 'unavailable'] },
  },
  insights_records_total: {
    kind: 'counter',
    unit: 'records',
    help: 'Records this process folded into the insights, or why not',
    by: AGGREGATOR,
    labels: { outcome: ['counted', 'expired', 'invalid', 'future'] },
  },
  insights_complete: {
    kind: 'gauge',
    unit: 'info',
    help: '1 when the insights cover every input partition',
    by: AGGREGATOR,
  },
  insights_peak_logins_per_minute: {
    kind: 'gauge',
    unit: 'records',
    help: 'Logins in the busiest minute of event time, of those that TRAFFIC_RETENTION_MINUTES shows',
    by: AGGREGATOR,
  },
  device_type_logins: {
    kind: 'gauge',
    unit: 'records',
    help: 'Logins by device type: the most frequent ones and other',
    by: AGGREGATOR,
    labels: { device_type: 'the 10 most frequent and other' },
  },
  app_version_logins: {
    kind: 'gauge',
    unit: 'records',
    help: 'Logins by version of the app: the most frequent ones and other',
    by: AGGREGATOR,
    labels: { app_version: 'the 20 most frequent and other' },
  },
  locale_logins: {
    kind: 'gauge',
    unit: 'records',
    help: 'Logins by locale: the most frequent ones and other',
    by: AGGREGATOR,
    labels: { locale: 'the 60 most frequent and other' },
  },
  distinct_users: {
    kind: 'gauge',
    unit: 'users',
    help: 'Estimated distinct users of the last 1, 7 and 30 UTC days, today included',
    by: AGGREGATOR,
    labels: { period: ['day', 'week', 'month'] },
  },
  snapshot_records_total: {
    kind: 'counter',
    unit: 'records',
    help: 'Snapshots of a partition written and acknowledged',
    by: AGGREGATOR,
  },
  snapshot_bytes: {
    kind: 'histogram',
    unit: 'bytes',
    help: 'Bytes written of a partition at a time: what has changed of its state',
    by: AGGREGATOR,
    buckets: [1024, 4096, 16_384, 65_536, 262_144, 1_048_576],
  },
  state_restore_duration_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time from the assignment of a partition to its restored state',
    by: AGGREGATOR,
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

/** @returns the names of the metrics that a service shows from its start, without the prefix */
export function metricsOf(service: string): readonly MetricName[] {
  const all = Object.entries(METRIC_CATALOGUE) as [MetricName, MetricDefinition][];
  return all.filter(([, { by }]) => by.some((name) => name === service)).map(([name]) => name);
}
