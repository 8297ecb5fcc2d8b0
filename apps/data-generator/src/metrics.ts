import { defineMetrics, PROCESS_METRICS } from '@login-pipeline/observability';
import { REGISTRY_METRICS } from '@login-pipeline/registry';

export const GENERATOR_METRICS = defineMetrics({
  generated_records_total: {
    kind: 'counter',
    unit: 'records',
    help: 'Records written and acknowledged by the broker',
    labels: { kind: ['good', 'bad'] },
  },
});

/** All that the generator shows. */
export const METRICS = [PROCESS_METRICS, GENERATOR_METRICS, REGISTRY_METRICS] as const;
