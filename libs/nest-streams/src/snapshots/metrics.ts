import { defineMetrics } from '@login-pipeline/observability';

const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

/** What a consumer shows that folds into snapshots, beside what every consumer does. */
export const FOLD_METRICS = defineMetrics({
  snapshot_records_total: {
    kind: 'counter',
    unit: 'records',
    help: 'Snapshots of a partition written and acknowledged',
  },
  snapshot_bytes: {
    kind: 'histogram',
    unit: 'bytes',
    help: 'Bytes written of a partition at a time: what has changed of its state',
    buckets: [1024, 4096, 16_384, 65_536, 262_144, 1_048_576],
  },
  state_restore_duration_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time from the assignment of a partition to its restored state',
    buckets: DURATIONS,
  },
});
