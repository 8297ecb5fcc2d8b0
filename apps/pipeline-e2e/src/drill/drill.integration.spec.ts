import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  alertRules,
  hasPrometheus,
  METRIC_PREFIX,
  metricName,
  metricsOf,
} from '@login-pipeline/monitoring';
import { drill } from './drill.ts';
import type { DrillReport } from './drill.ts';

const DRILL_MS = 300_000;
const MAX_SERIES = 300;

(hasPrometheus() ? describe : describe.skip)('The watch over the pipeline', () => {
  let report: DrillReport;

  beforeAll(async () => {
    report = await drill(() => undefined);
  }, DRILL_MS);

  it('is silent while all is well', () => {
    expect(report.falseAlarms).toEqual([]);
  });

  it.each(alertRules().map(({ alert }) => alert))(
    'tells its fault to the receiver: %s',
    (alert) => {
      expect(report.arrived.get(alert)).toBeGreaterThan(0);
    },
  );

  it('has something to show in every panel', () => {
    expect(report.emptyPanels).toEqual([]);
  });

  it.each(['transformer', 'aggregator', 'data-generator'])(
    'finds what the catalogue says, and no more, at the %s',
    (app) => {
      const { families = [] } = report.scrapes.find((scrape) => scrape.app === app) ?? {};
      const own = families.filter((name) => name.startsWith(METRIC_PREFIX));
      expect(own.toSorted()).toEqual(metricsOf(app).map(metricName).toSorted());
      expect(families).toContain('nodejs_eventloop_lag_p99_seconds');
    },
  );

  it('takes few series, in a form that promtool has nothing against', () => {
    // The names of Kafka Exporter are another project's.
    const ours = report.scrapes.filter(({ app }) => app !== 'kafka-exporter');
    expect(ours).toHaveLength(3);
    for (const { app, series, lint } of ours) {
      expect([app, lint]).toEqual([app, '']);
      expect(series).toBeLessThan(MAX_SERIES);
    }
  });
});
