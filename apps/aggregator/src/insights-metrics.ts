import type { Metrics } from '@login-pipeline/observability';
import type { FoldedRecords } from './insight-states.ts';
import type { Distribution, InsightsView } from './insights/index.ts';
import { OTHER, peaks } from './insights/index.ts';

/** Series per dimension: the most frequent values; what they leave is `other`. */
const TOP_VALUES = { deviceTypes: 10, appVersions: 20, locales: 60 } as const;

/** Shows the insights to Prometheus, in few series whatever the logins hold. */
export class InsightsMetrics {
  readonly #metrics: Metrics;
  readonly #view: InsightsView;

  constructor(metrics: Metrics, view: InsightsView) {
    this.#metrics = metrics;
    this.#view = view;
    metrics.onScrape(() => {
      this.#refresh();
    });
  }

  /** Counts what became of the records of a batch. */
  count({ counted, expired, invalid, future }: FoldedRecords): void {
    this.#metrics.increment('insights_records_total', { outcome: 'counted' }, counted);
    this.#metrics.increment('insights_records_total', { outcome: 'expired' }, expired);
    this.#metrics.increment('insights_records_total', { outcome: 'invalid' }, invalid - future);
    this.#metrics.increment('insights_records_total', { outcome: 'future' }, future);
  }

  #refresh(): void {
    const { deviceTypes, appVersions, locales, traffic, complete } = this.#view.insights();
    const metrics = this.#metrics;
    metrics.setAll(
      'device_type_logins',
      top(deviceTypes, TOP_VALUES.deviceTypes).map(({ value, count }) => ({
        labels: { device_type: value },
        value: count,
      })),
    );
    metrics.setAll(
      'app_version_logins',
      top(appVersions, TOP_VALUES.appVersions).map(({ value, count }) => ({
        labels: { app_version: value },
        value: count,
      })),
    );
    metrics.setAll(
      'locale_logins',
      top(locales, TOP_VALUES.locales).map(({ value, count }) => ({
        labels: { locale: value },
        value: count,
      })),
    );
    metrics.set('insights_peak_logins_per_minute', {}, peaks(traffic, 1)[0]?.count ?? 0);
    metrics.set('insights_complete', {}, complete ? 1 : 0);
    this.#showLedger();
  }

  #showLedger(): void {
    const { partitions } = this.#view.ledger();
    for (const outcome of ['counted', 'expired', 'invalid', 'unaccounted'] as const) {
      const value = partitions.reduce((sum, entry) => sum + entry[outcome], 0);
      this.#metrics.set('ledger_records', { outcome }, value);
    }
  }
}

/** @returns the most frequent values, and the sum of all others as `other` */
function top(distribution: Distribution, values: number): Distribution {
  const named = distribution.filter(({ value }) => value !== OTHER).slice(0, values);
  const total = distribution.reduce((sum, { count }) => sum + count, 0);
  const rest = total - named.reduce((sum, { count }) => sum + count, 0);
  return rest === 0 ? named : [...named, { value: OTHER, count: rest }];
}
