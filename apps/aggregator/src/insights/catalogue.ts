import { appVersions } from './app-versions/insight.ts';
import { deviceTypes } from './device-types/insight.ts';
import type { Insight, SummariesOf } from './insight.ts';
import { locales } from './locales/insight.ts';
import { loginsPerUser } from './logins-per-user/insight.ts';
import { traffic } from './traffic/insight.ts';
import { users } from './users/insight.ts';
import { weekHours } from './week-hours/insight.ts';

const INSIGHTS = [
  deviceTypes,
  appVersions,
  locales,
  traffic,
  users,
  loginsPerUser,
  weekHours,
] as const;

/** All insights: the members of `/insights` have their order. */
export const CATALOGUE: readonly Insight[] = INSIGHTS;

/** What they say in `/insights`. */
export type Summaries = SummariesOf<typeof INSIGHTS>;
