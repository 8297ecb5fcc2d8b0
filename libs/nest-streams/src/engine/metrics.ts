import { defineMetrics } from '@login-pipeline/observability';

const PARTITION = {
  topic: 'the topic that the service reads',
  partition: 'the assigned partitions',
} as const;

/** Of an event's way: a service objective needs the bound it is about among these. */
const LATENCIES = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900] as const;

/** What every consumer shows. */
export const CONSUMER_METRICS = defineMetrics({
  batch_records: {
    kind: 'histogram',
    unit: 'records',
    help: 'Records handled at once',
    buckets: [1, 10, 50, 100, 500, 1000, 5000, 10_000, 50_000],
  },
  end_to_end_latency_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    help: "Time from a record's own timestamp until it is committed (transformer) or counted (aggregator), of the last record of each batch",
    buckets: LATENCIES,
  },
  records_lost_total: {
    kind: 'counter',
    unit: 'records',
    help: 'Records that retention deleted before they were read',
  },
  consumer_lag_records: {
    kind: 'gauge',
    unit: 'records',
    help: 'Records between the next offset and the last stable offset of the partition',
    labels: PARTITION,
  },
  consumer_lag_seconds: {
    kind: 'gauge',
    unit: 'seconds',
    help: 'Age of the next unread record, as far as it is known; 0 when there is none',
    labels: PARTITION,
  },
  consumer_last_progress_timestamp_seconds: {
    kind: 'gauge',
    unit: 'timestamp',
    help: 'When the next offset of the partition last advanced, Unix time',
    labels: PARTITION,
  },
  consumer_assigned_partitions: {
    kind: 'gauge',
    unit: 'partitions',
    help: 'Partitions that this process reads',
  },
  throttled_seconds_total: {
    kind: 'counter',
    unit: 'seconds',
    help: 'Time for which brokers hold this client back by its quotas',
    labels: { requests: ['fetch', 'produce'] },
  },
  consumer_unreadable_partitions: {
    kind: 'gauge',
    unit: 'partitions',
    help: 'Partitions that wait because their next record batch cannot be read',
  },
  consumer_rebalances_total: {
    kind: 'counter',
    unit: 'events',
    help: 'Assignments received from the group',
  },
  watchdog_trips_total: {
    kind: 'counter',
    unit: 'events',
    help: 'Times the watchdog gave the process up',
    labels: { cause: ['stalled_partition', 'outside_group'] },
  },
});
