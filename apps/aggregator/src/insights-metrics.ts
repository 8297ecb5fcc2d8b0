import type { Metrics } from '@login-pipeline/observability';
import type { InsightsViews } from './board/insights-board.ts';
import type { FoldedRecords } from './insight-states.ts';
import { CATALOGUE } from './insights/catalogue.ts';
import { AGGREGATOR_METRICS } from './metrics.ts';

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
    const outcomes = { counted, expired, invalid: invalid - future, future };
    const metric = AGGREGATOR_METRICS.insights_records_total;
    for (const outcome of metric.labels.outcome) {
      this.#metrics.increment(metric, { outcome }, outcomes[outcome]);
    }
  }

  #refresh(): void {
    const view = this.#views.view();
    const metrics = this.#metrics;
    for (const insight of CATALOGUE) insight.gauges?.refresh(view.asked(insight), metrics);
    metrics.set(AGGREGATOR_METRICS.insights_complete, {}, view.complete ? 1 : 0);
    for (const outcome of AGGREGATOR_METRICS.ledger_records.labels.outcome) {
      const value = view.ledger.partitions.reduce((sum, entry) => sum + entry[outcome], 0);
      metrics.set(AGGREGATOR_METRICS.ledger_records, { outcome }, value);
    }
  }
}
