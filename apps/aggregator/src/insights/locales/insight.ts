import { defineMetrics } from '@login-pipeline/observability';
import { distributionInsight, topSamples } from '../counting/distribution-insight.ts';

const METRICS = defineMetrics({
  locale_logins: {
    kind: 'gauge',
    unit: 'records',
    help: 'Logins by locale: the most frequent ones and other',
    labels: { locale: 'the 60 most frequent and other' },
  },
});

/** Logins by locale. */
export const locales = distributionInsight({
  name: 'locales',
  member: 'locales',
  route: { path: 'locales', summary: 'Logins by locale' },
  row: 'locale',
  valueOf: ({ locale }) => locale,
  gauges: {
    metrics: METRICS,
    refresh({ merged }, metrics) {
      metrics.setAll(METRICS.locale_logins, topSamples(merged, 'locale', 60));
    },
  },
});
