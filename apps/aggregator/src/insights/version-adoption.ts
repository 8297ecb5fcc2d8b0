import type { Tally } from './bounded-values.ts';

const MINUTES_PER_HOUR = 60;

/** Versions counted by slot within one hour; the rest is slot 0, `other`. More would let a snapshot grow tenfold. */
export const HOURLY_VERSIONS = 100;

/** One app version of one partition. */
export interface VersionTally extends Tally {
  /** Short name of the version within its partition; 0 is `other`. */
  readonly slot: number;
  /** Event time of the earliest and of the latest counted login, epoch ms. */
  firstSeenMs: number;
  lastSeenMs: number;
}

/** @returns the tally of a version without logins */
export function versionTally(slot: number): VersionTally {
  return { slot, count: 0, firstSeenMs: Infinity, lastSeenMs: -Infinity };
}

/** Logins per version and hour of event time: how fast a release is taken up. */
export class VersionAdoption {
  /** Slots with their counts, by hours since the epoch. */
  readonly hours = new Map<number, Map<number, number>>();

  /** @param oldestMinute hours that end before it are forgotten */
  add(minute: number, slot: number, oldestMinute: number): void {
    const hour = Math.floor(minute / MINUTES_PER_HOUR);
    const versions = this.hours.get(hour) ?? this.#open(hour, oldestMinute);
    const known = versions.has(slot) || versions.size < HOURLY_VERSIONS;
    const counted = known ? slot : 0;
    versions.set(counted, (versions.get(counted) ?? 0) + 1);
  }

  #open(hour: number, oldestMinute: number): Map<number, number> {
    for (const past of this.hours.keys()) {
      if ((past + 1) * MINUTES_PER_HOUR <= oldestMinute) this.hours.delete(past);
    }
    const versions = new Map<number, number>();
    this.hours.set(hour, versions);
    return versions;
  }
}
