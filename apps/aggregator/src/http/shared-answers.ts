import type { InsightsViews } from '../board/insights-board.ts';
import { periodOf } from '../board/period.ts';
import type { PeriodQuery } from '../board/period.ts';
import type { View } from '../board/view.ts';
import { CATALOGUE } from '../insights/catalogue.ts';
import type { Insight } from '../insights/insight.ts';
import type { Prepared, Route } from '../insights/route.ts';
import { AnswerCache, CachedAnswer, CSV_TYPE } from './answer-cache.ts';
import { csvAnswer, insightsAnswer, ledgerAnswer, routeAnswer } from './answers.ts';

/** A route, and the insight that it is of. */
export interface InsightRoute {
  readonly insight: Insight;
  readonly route: Route;
}

/** The routes of all insights, by path. */
export const INSIGHT_ROUTES: ReadonlyMap<string, InsightRoute> = new Map(
  CATALOGUE.flatMap((insight) =>
    insight.routes.map((route) => [route.path, { insight, route }] as const),
  ),
);

/** The query of a route, as its schema has read it. */
export type RouteQuery = PeriodQuery & Readonly<Record<string, unknown>>;

/** All answers about the insights: each is made at most once per change, for all clients and the live stream. */
export class SharedAnswers {
  readonly #views: InsightsViews;
  readonly #now: () => number;
  readonly #answers = new AnswerCache();
  readonly #prepared = new WeakMap<View, Map<Route, Prepared<RouteQuery>>>();

  /** @param now the replica's clock, epoch ms */
  constructor(views: InsightsViews, now: () => number = Date.now) {
    this.#views = views;
    this.#now = now;
  }

  insights(query: PeriodQuery = {}): CachedAnswer {
    const view = this.#view(query);
    return this.#answers.get(view, '', () => CachedAnswer.of(insightsAnswer(view)));
  }

  ledger(): CachedAnswer {
    const view = this.#views.view();
    return this.#answers.get(view, 'ledger', () => CachedAnswer.of(ledgerAnswer(view)));
  }

  of({ insight, route }: InsightRoute, query: RouteQuery, as: 'csv' | 'json'): CachedAnswer {
    const view = this.#view(query);
    const answer = this.#prepare(view, insight, route).answer(query);
    return this.#answers.get(view, `${as} ${route.path} ${answer.key}`, () =>
      as === 'csv'
        ? new CachedAnswer(csvAnswer(answer), CSV_TYPE)
        : new CachedAnswer(routeAnswer(view, insight, answer)),
    );
  }

  #view(query: PeriodQuery): View {
    return this.#views.view(periodOf(query, this.#now()));
  }

  #prepare(view: View, insight: Insight, route: Route): Prepared<RouteQuery> {
    const ofView = this.#prepared.get(view) ?? new Map<Route, Prepared<RouteQuery>>();
    this.#prepared.set(view, ofView);
    const prepared = ofView.get(route) ?? route.prepare(view.asked(insight));
    ofView.set(route, prepared);
    return prepared;
  }
}
