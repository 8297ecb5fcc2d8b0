import { appVersions } from './app-versions/insight.ts';
import { deviceTypes } from './device-types/insight.ts';
import type { Insight } from './insight.ts';
import { locales } from './locales/insight.ts';
import { loginsPerUser } from './logins-per-user/insight.ts';
import { traffic } from './traffic/insight.ts';
import { users } from './users/insight.ts';
import { weekHours } from './week-hours/insight.ts';

/** All insights: the members of `/insights` have their order. */
export const CATALOGUE: readonly Insight[] = [
  deviceTypes,
  appVersions,
  locales,
  traffic,
  users,
  loginsPerUser,
  weekHours,
];
