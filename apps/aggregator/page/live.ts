import type { Flow, Insights, Traffic, Versions } from './api.ts';
import type { Connection } from './connection.ts';

/** All that the server has sent. */
export interface Live {
  readonly connection: Connection;
  readonly insights: Insights | undefined;
  readonly flow: Flow | undefined;
  readonly traffic: Traffic | undefined;
  readonly versions: Versions | undefined;
  /** Logins per second, one value a second, the newest last; undefined where it was not known. */
  readonly rates: readonly (number | undefined)[];
}

/** Before the server has sent anything. */
export const NOTHING: Live = {
  connection: { connected: false, lastSignMs: undefined },
  insights: undefined,
  flow: undefined,
  traffic: undefined,
  versions: undefined,
  rates: [],
};
