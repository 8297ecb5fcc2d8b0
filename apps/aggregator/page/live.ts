import type { Flow, Insights } from './api.ts';
import type { CardRoute } from './asking.ts';
import type { Connection } from './connection.ts';
import type { Period } from './period.ts';

/** What is so for every tab, whatever period it shows. */
export interface Now {
  readonly connection: Connection;
  /** The insights of all time. */
  readonly overall: Insights | undefined;
  readonly flow: Flow | undefined;
  /** Logins per second, one value a second, the newest last; undefined where it was not known. */
  readonly rates: readonly (number | undefined)[];
}

/** What the server answers about a period. */
export interface Answers {
  readonly insights: Insights;
  /** What cards ask, by the route: each knows the shape of its answer. */
  readonly [route: CardRoute]: unknown;
  /** Why there are no newer insights; undefined while all is well. */
  readonly problem: string | undefined;
}

/** What a tab gets to know. */
export interface News {
  readonly now?: Partial<Now>;
  /** The tab may have chosen another period since. */
  readonly of?: { readonly period: Period; readonly answers: Partial<Answers> };
}

/** Before the server has sent anything. */
export const NOTHING: Now = {
  connection: { connected: false, lastSignMs: undefined },
  overall: undefined,
  flow: undefined,
  rates: [],
};
