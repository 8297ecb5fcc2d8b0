import { expect, it } from '@jest/globals';
import {
  CONSUMER_METRICS,
  FOLD_METRICS,
  TRANSFORM_METRICS,
} from '@login-pipeline/nest-streams/metrics';
import { sumOfMetric } from './sample.ts';

const TEXT = `# HELP login_pipeline_records_total Records whose outcome is committed
# TYPE login_pipeline_records_total counter
login_pipeline_records_total{outcome="emitted"} 12
login_pipeline_records_total{outcome="dropped"} 30
login_pipeline_consumer_lag_records{topic="user-login",partition="0"} 3
login_pipeline_consumer_lag_records{topic="user-login",partition="1"} 4
login_pipeline_snapshot_records_total 5
login_pipeline_insights_complete 1
`;

it.each([
  [TRANSFORM_METRICS.records_total, { outcome: 'emitted' }, 12],
  [TRANSFORM_METRICS.records_total, {}, 42],
  [TRANSFORM_METRICS.records_total, { outcome: 'dead_lettered' }, 0],
  [CONSUMER_METRICS.consumer_lag_records, {}, 7],
  [FOLD_METRICS.snapshot_records_total, {}, 5],
  [TRANSFORM_METRICS.dead_letters_total, {}, 0],
] as const)('sums up a metric of %j', (metric, labels, sum) => {
  expect([metric.name, sumOfMetric(TEXT, metric, labels)]).toEqual([metric.name, sum]);
});
