import type { Flow, Insights, Traffic, Users, Versions, WeekHours } from './api.ts';
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
  readonly traffic: Traffic;
  readonly versions: Versions;
  readonly users: Users;
  readonly weekHours: WeekHours;
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
