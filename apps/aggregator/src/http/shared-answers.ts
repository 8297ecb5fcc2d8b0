import type { z } from 'zod';
import type { Insights, InsightsView, Ledger } from '../insights/index.ts';
import { AnswerCache, CachedAnswer } from './answer-cache.ts';
import { AnswerRows } from './answer-rows.ts';
import {
  DEFAULT_PEAKS,
  distributionAnswer,
  insightsAnswer,
  ledgerAnswer,
  minuteOf,
  trafficAnswer,
  versionsAnswer,
} from './answers.ts';
import type { Dimension } from './answers.ts';
import type { DISTRIBUTION_QUERY, TRAFFIC_QUERY } from './schemas.ts';

/** All answers about the insights: each is made at most once per change, for all clients and the live stream. */
export class SharedAnswers {
  readonly #view: InsightsView;
  readonly #insights = new AnswerCache<Insights>();
  readonly #ledger = new AnswerCache<Ledger>();
  #rows: AnswerRows | undefined;
  #rowsOf: Insights | undefined;

  constructor(view: InsightsView) {
    this.#view = view;
  }

  insights(): CachedAnswer {
    return this.#insights.get(this.#view.insights(), 'insights', (insights) =>
      CachedAnswer.of(insightsAnswer(insights)),
    );
  }

  versions(): CachedAnswer {
    return this.#insights.get(this.#view.insights(), 'versions', (insights) =>
      CachedAnswer.of(versionsAnswer(insights)),
    );
  }

  ledger(): CachedAnswer {
    return this.#ledger.get(this.#view.ledger(), '', (ledger) =>
      CachedAnswer.of(ledgerAnswer(ledger)),
    );
  }

  distribution(
    dimension: Dimension,
    { limit: most }: Partial<z.infer<typeof DISTRIBUTION_QUERY>>,
  ): CachedAnswer {
    const insights = this.#view.insights();
    const rows = this.#rowsFor(insights);
    // What exceeds the list asks the same as its length.
    const { length } = insights[dimension];
    const limit = Math.min(most ?? length, length);
    return this.#insights.get(
      insights,
      `${dimension} ${limit}`,
      () => new CachedAnswer(distributionAnswer(insights, rows, dimension, limit)),
    );
  }

  traffic({ from, to, peaks }: Partial<z.infer<typeof TRAFFIC_QUERY>>): CachedAnswer {
    const insights = this.#view.insights();
    const rows = this.#rowsFor(insights);
    // Times between which the same minutes lie ask the same.
    const range = rows.range(
      from === undefined ? -Infinity : minuteOf(from),
      to === undefined ? Infinity : minuteOf(to),
    );
    const atMostPeaks = Math.min(peaks ?? DEFAULT_PEAKS, range.end - range.begin);
    return this.#insights.get(
      insights,
      `traffic ${range.begin} ${range.end} ${atMostPeaks}`,
      () => new CachedAnswer(trafficAnswer(insights, rows, range, atMostPeaks)),
    );
  }

  #rowsFor(insights: Insights): AnswerRows {
    if (this.#rows === undefined || insights !== this.#rowsOf) {
      this.#rows = new AnswerRows(insights);
      this.#rowsOf = insights;
    }
    return this.#rows;
  }
}
