import type { JSX } from 'preact';
import type { Insights } from '../api.ts';
import type { PeriodQuestion } from '../asking.ts';

/** What a card is drawn from. */
export interface CardProps<Own = unknown> {
  /** The answer of `/insights`. */
  readonly insights: Insights;
  /** Whether that is of the period before. */
  readonly isOld: boolean;
  /** The answer to the card's own question. */
  readonly asked: Asked<Own>;
  readonly nowMs: number;
}

export interface Asked<Own> {
  /** Undefined before the first one. */
  readonly answer: Own | undefined;
  /** Whether it is of the period before. */
  readonly isOld: boolean;
}

/** A card of a column: all that the page knows of it. */
export interface PageCard<Own = unknown> {
  /** What it asks beside `/insights`. */
  readonly question?: PeriodQuestion;
  Card(props: CardProps<Own>): JSX.Element;
}
