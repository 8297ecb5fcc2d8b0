import { defineMetrics } from '@login-pipeline/observability';
import { distributionInsight, topSamples } from '../counting/distribution-insight.ts';

const METRICS = defineMetrics({
  device_type_logins: {
    kind: 'gauge',
    unit: 'records',
    help: 'Logins by device type: the most frequent ones and other',
    labels: { device_type: 'the 10 most frequent and other' },
  },
});

/** Logins by device type, without regard to case. */
export const deviceTypes = distributionInsight({
  name: 'device-types',
  member: 'deviceTypes',
  route: { path: 'device-types', summary: 'Logins by device type, without regard to case' },
  row: 'device_type',
  valueOf: ({ deviceType }) => deviceType,
  gauges: {
    metrics: METRICS,
    refresh({ merged }, metrics) {
      metrics.setAll(METRICS.device_type_logins, topSamples(merged, 'device_type', 10));
    },
  },
});
