import type { Metrics } from '@login-pipeline/observability';
import type { InsightsViews } from './board/insights-board.ts';
import type { FoldedRecords } from './insight-states.ts';
import { CATALOGUE } from './insights/catalogue.ts';

/** Shows the insights to Prometheus, in few series whatever the logins hold. */
export class InsightsMetrics {
  readonly #metrics: Metrics;
  readonly #views: InsightsViews;

  constructor(metrics: Metrics, views: InsightsViews) {
    this.#metrics = metrics;
    this.#views = views;
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
    const view = this.#views.view();
    const metrics = this.#metrics;
    for (const insight of CATALOGUE) insight.gauges?.(view.asked(insight), metrics);
    metrics.set('insights_complete', {}, view.complete ? 1 : 0);
    for (const outcome of ['counted', 'expired', 'invalid', 'unaccounted'] as const) {
      const value = view.ledger.partitions.reduce((sum, entry) => sum + entry[outcome], 0);
      metrics.set('ledger_records', { outcome }, value);
    }
  }
}
