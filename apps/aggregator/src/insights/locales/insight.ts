import { distributionInsight, topSamples } from '../counting/distribution-insight.ts';

/** Logins by locale. */
export const locales = distributionInsight({
  name: 'locales',
  member: 'locales',
  route: { path: 'locales', summary: 'Logins by locale' },
  row: 'locale',
  valueOf: ({ locale }) => locale,
  gauges({ merged }, metrics) {
    metrics.setAll('locale_logins', topSamples(merged, 'locale', 60));
  },
});
