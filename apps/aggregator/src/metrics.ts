import { CONSUMER_METRICS, FLOW_METRICS, FOLD_METRICS } from '@login-pipeline/nest-streams/metrics';
import { defineMetrics, PROCESS_METRICS } from '@login-pipeline/observability';
import { CATALOGUE } from './insights/catalogue.ts';

export const AGGREGATOR_METRICS = defineMetrics({
  ledger_records: {
    kind: 'gauge',
    unit: 'records',
    help: 'What the insights of all partitions have done with their records; unaccounted is always 0',
    labels: { outcome: ['counted', 'expired', 'invalid', 'unaccounted'] },
  },
  insights_records_total: {
    kind: 'counter',
    unit: 'records',
    help: 'Records this process folded into the insights, or why not',
    labels: { outcome: ['counted', 'expired', 'invalid', 'future'] },
  },
  insights_complete: {
    kind: 'gauge',
    unit: 'info',
    help: '1 when the insights cover every input partition',
  },
});

/** All that the aggregator shows. */
export const METRICS = [
  PROCESS_METRICS,
  CONSUMER_METRICS,
  FOLD_METRICS,
  FLOW_METRICS,
  AGGREGATOR_METRICS,
  ...CATALOGUE.flatMap(({ gauges }) => (gauges ? [gauges.metrics] : [])),
] as const;
