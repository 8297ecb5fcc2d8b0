import { distributionInsight, topSamples } from '../counting/distribution-insight.ts';

/** Logins by device type, without regard to case. */
export const deviceTypes = distributionInsight({
  name: 'device-types',
  member: 'deviceTypes',
  route: { path: 'device-types', summary: 'Logins by device type' },
  row: 'device_type',
  valueOf: ({ deviceType }) => deviceType,
  gauges({ merged }, metrics) {
    metrics.setAll('device_type_logins', topSamples(merged, 'device_type', 10));
  },
});
