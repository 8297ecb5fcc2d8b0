import type { PartitionState } from './partition-state.ts';
import type { VersionTally } from './version-adoption.ts';

const MS_PER_MINUTE = 60_000;
const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 86_400_000;

/** A part of a state that holds times. */
export type TimedPart = 'asOf' | 'traffic' | 'versionsByHour' | 'versionSightings' | 'dailyUsers';

/**
 * Takes out of a state what cannot have happened when it was kept: releases that believed every record without a timestamp
 * let one login move the windows to any time, after which all others were expired. No total changes, and the next logins
 * count; what a window had forgotten stays forgotten.
 *
 * @param latestMs the latest event time that can be, epoch ms
 * @returns the parts that lost something
 */
export function forgetFuture(state: PartitionState, latestMs: number): readonly TimedPart[] {
  const latest = (unitMs: number): number => Math.floor(latestMs / unitMs);
  const lost: Readonly<Record<TimedPart, boolean>> = {
    asOf: forgetRecordTime(state, latestMs),
    traffic: state.traffic.forgetAfter(latest(MS_PER_MINUTE)),
    versionsByHour: state.adoption.forgetAfter(latest(MS_PER_HOUR)),
    versionSightings: forgetSightings(state, latestMs),
    dailyUsers: state.dailyUsers.forgetAfter(latest(MS_PER_DAY)),
  };
  return (Object.keys(lost) as TimedPart[]).filter((part) => lost[part]);
}

function forgetRecordTime(state: PartitionState, latestMs: number): boolean {
  if (state.newestRecordMs <= latestMs) return false;
  state.newestRecordMs = -1;
  return true;
}

function forgetSightings({ appVersions }: PartitionState, latestMs: number): boolean {
  let any = forgetSighting(appVersions.other, latestMs);
  for (const [, tally] of appVersions.entries()) any = forgetSighting(tally, latestMs) || any;
  return any;
}

function forgetSighting(tally: VersionTally, latestMs: number): boolean {
  if (tally.lastSeenMs <= latestMs) return false;
  if (tally.firstSeenMs > latestMs) tally.firstSeenMs = Infinity;
  // A login was seen then, if perhaps not the last one: the next one tells.
  tally.lastSeenMs = tally.firstSeenMs === Infinity ? -Infinity : tally.firstSeenMs;
  return true;
}
