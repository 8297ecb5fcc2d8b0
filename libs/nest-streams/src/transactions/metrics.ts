import { defineMetrics } from '@login-pipeline/observability';

const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

/** What a consumer shows that transforms in transactions, beside what every consumer does. */
export const TRANSFORM_METRICS = defineMetrics({
  records_total: {
    kind: 'counter',
    unit: 'records',
    help: 'Records whose outcome is committed',
    labels: { outcome: ['emitted', 'dropped', 'dead_lettered'] },
  },
  dead_letters_total: {
    kind: 'counter',
    unit: 'records',
    help: 'Committed dead letters by the reason of the refusal',
    labels: { reason: 'the reasons of docs/records.md' },
  },
  transactions_total: {
    kind: 'counter',
    unit: 'events',
    help: 'Transactions by how they ended; aborted: the group went on without this member, or records were refused and are written in another way; indefinite: the broker did not say',
    labels: { outcome: ['committed', 'aborted', 'indefinite'] },
  },
  transaction_duration_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time from the arrival of a batch to the end of its transaction',
    buckets: DURATIONS,
  },
});
