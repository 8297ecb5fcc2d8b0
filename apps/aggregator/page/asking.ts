import { ALL_TIME, withPeriod } from './period.ts';
import type { Period } from './period.ts';

/** A route that answers about a period. */
export type InsightsRoute = 'insights' | CardRoute;
export type CardRoute = `insights/${string}`;

/** What is asked about whatever period is chosen, and how often. */
export interface PeriodQuestion {
  readonly route: InsightsRoute;
  /** Absent: the route with the period as its query. */
  readonly path?: (period: Period) => string;
  /** Ms from one question about the period to the next, while the server tells of changes. */
  readonly soonMs: (period: Period) => number;
  /** The same at most. */
  readonly everyMs: number;
}

/** The question about one period, as a tab sends it to the hub. */
export interface AskedQuestion {
  readonly route: InsightsRoute;
  /** With the period. */
  readonly path: string;
  readonly soonMs: number;
  readonly everyMs: number;
}

const INSIGHTS: PeriodQuestion = { route: 'insights', soonMs: () => 1_000, everyMs: 10_000 };

/**
 * @param ofCards what is asked beside `/insights`
 * @returns what is asked about the period; the insights of all time are in the stream
 */
export function questionsAbout(
  period: Period,
  ofCards: readonly PeriodQuestion[],
): readonly AskedQuestion[] {
  const questions = period === ALL_TIME ? ofCards : [INSIGHTS, ...ofCards];
  return questions.map((question) => ({
    route: question.route,
    path: pathOf(question, period),
    soonMs: question.soonMs(period),
    everyMs: question.everyMs,
  }));
}

/** @returns the route with its query */
export function pathOf(
  { route, path }: Pick<PeriodQuestion, 'route' | 'path'>,
  period: Period,
): string {
  return path?.(period) ?? withPeriod(route, period);
}
