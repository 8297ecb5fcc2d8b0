import { expect, it } from '@jest/globals';
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
  ['records_total', { outcome: 'emitted' }, 12],
  ['records_total', {}, 42],
  ['records_total', { outcome: 'dead_lettered' }, 0],
  ['consumer_lag_records', {}, 7],
  ['snapshot_records_total', {}, 5],
  ['dead_letters_total', {}, 0],
] as const)('sums up %s with the labels %j to %d', (name, labels, sum) => {
  expect(sumOfMetric(TEXT, name, labels)).toBe(sum);
});
