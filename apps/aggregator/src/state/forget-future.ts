import { appVersions } from '../insights/app-versions/insight.ts';
import type { VersionTally } from '../insights/app-versions/sightings.ts';
import type { BoundedValues } from '../insights/counting/bounded-values.ts';
import { loginsPerUser } from '../insights/logins-per-user/insight.ts';
import type { DailyUsers } from '../insights/logins-per-user/user-sample.ts';
import { CATALOGUE } from '../insights/catalogue.ts';
import { MINUTES_PER_HOUR, MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from '../utc.ts';
import type { OldTimes } from './format-1.ts';
import type { PartitionState } from './partition-state.ts';

/** A part of a state that holds times. */
export type TimedPart = 'asOf' | 'traffic' | 'versionsByHour' | 'versionSightings' | 'dailyUsers';

/**
 * Takes out of a state what cannot have happened when it was kept: releases that believed every
 * record without a timestamp let one login move the windows to any time, after which all others
 * were expired. No total changes, and the next logins count; what a window had forgotten stays
 * forgotten. Format 1 only: what writes format 2 believes no such time.
 *
 * @param latestMs the latest event time that can be, epoch ms
 * @returns the parts that lost something
 */
export function forgetFuture(
  state: PartitionState,
  times: OldTimes,
  latestMs: number,
): readonly TimedPart[] {
  const dailyUsers = partOf(state, loginsPerUser) as DailyUsers;
  const lost: Readonly<Record<TimedPart, boolean>> = {
    asOf: forgetRecordTime(state, latestMs),
    traffic: forgetMinutes(times, Math.floor(latestMs / MS_PER_MINUTE)),
    versionsByHour: forgetHours(times, Math.floor(latestMs / MS_PER_HOUR)),
    versionSightings: forgetSightings(partOf(state, appVersions) as Versions, latestMs),
    dailyUsers: dailyUsers.forgetAfter(Math.floor(latestMs / MS_PER_DAY)),
  };
  return (Object.keys(lost) as TimedPart[]).filter((part) => lost[part]);
}

type Versions = BoundedValues<VersionTally>;

function partOf({ insights }: PartitionState, insight: (typeof CATALOGUE)[number]): unknown {
  return insights[CATALOGUE.indexOf(insight)]?.state;
}

function forgetRecordTime(state: PartitionState, latestMs: number): boolean {
  if (state.newestRecordMs <= latestMs) return false;
  state.newestRecordMs = -1;
  return true;
}

/** The minutes before had been forgotten: what is whole begins after the latest. */
function forgetMinutes(times: OldTimes, latest: number): boolean {
  if (times.newestMinute <= latest) return false;
  times.newestMinute = -1;
  times.oldestMinute = latest + 1;
  for (const [hour, { minutes }] of times.hours) {
    for (const minute of minutes.keys()) {
      const at = hour * MINUTES_PER_HOUR + minute;
      if (at > latest) minutes.delete(minute);
      else times.newestMinute = Math.max(times.newestMinute, at);
    }
  }
  return true;
}

function forgetHours({ hours }: OldTimes, latest: number): boolean {
  let any = false;
  for (const [hour, { versions }] of hours) {
    if (hour <= latest) continue;
    any ||= versions.size > 0;
    hours.delete(hour);
  }
  return any;
}

function forgetSightings(versions: Versions, latestMs: number): boolean {
  let any = forgetSighting(versions.other, latestMs);
  for (const [, tally] of versions.entries()) any = forgetSighting(tally, latestMs) || any;
  return any;
}

function forgetSighting(tally: VersionTally, latestMs: number): boolean {
  if (tally.lastSeenMs <= latestMs) return false;
  if (tally.firstSeenMs > latestMs) tally.firstSeenMs = Infinity;
  // A login was seen then, if perhaps not the last one: the next one tells.
  tally.lastSeenMs = tally.firstSeenMs === Infinity ? -Infinity : tally.firstSeenMs;
  return true;
}
