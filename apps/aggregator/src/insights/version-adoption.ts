import type { Tally } from './bounded-values.ts';

const MINUTES_PER_HOUR = 60;

/** One app version of one partition. */
export interface VersionTally extends Tally {
  /** Short name of the version within its partition; 0 is `other`. */
  readonly slot: number;
  /** Event time of the earliest and of the latest counted login, epoch ms; infinite where none is believed. */
  firstSeenMs: number;
  lastSeenMs: number;
}

/** @returns whether it is known when the version was seen: not where all that was said of it is forgotten */
export function isSeen({ firstSeenMs }: Pick<VersionTally, 'firstSeenMs'>): boolean {
  return firstSeenMs !== Infinity;
}

/** @returns the tally of a version without logins */
export function versionTally(slot: number): VersionTally {
  return { slot, count: 0, firstSeenMs: Infinity, lastSeenMs: -Infinity };
}

/** Logins per version and hour of event time: how fast a release is taken up. */
export class VersionAdoption {
  /** Slots with their counts, by hours since the epoch. */
  readonly hours = new Map<number, Map<number, number>>();
  readonly #hourlyVersions: number;

  /** @param hourlyVersions counted by slot within one hour; the rest is slot 0, `other` */
  constructor(hourlyVersions: number) {
    this.#hourlyVersions = hourlyVersions;
  }

  /** @param oldestMinute hours that end before it are forgotten */
  add(minute: number, slot: number, oldestMinute: number): void {
    const hour = Math.floor(minute / MINUTES_PER_HOUR);
    const versions = this.hours.get(hour) ?? this.#open(hour, oldestMinute);
    const known = versions.has(slot) || versions.size < this.#hourlyVersions;
    const counted = known ? slot : 0;
    versions.set(counted, (versions.get(counted) ?? 0) + 1);
  }

  /** Forgets the hours after `latest`. @returns whether there were any */
  forgetAfter(latest: number): boolean {
    const gone = [...this.hours.keys()].filter((hour) => hour > latest);
    for (const hour of gone) this.hours.delete(hour);
    return gone.length > 0;
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
