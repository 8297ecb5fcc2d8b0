import type { Tally } from '../counting/bounded-values.ts';
import type { TallyCodec } from '../counting/value-counts.ts';

/** When a version was seen, by event time, epoch ms; infinite where none is believed. */
export interface Sighting {
  firstSeenMs: number;
  lastSeenMs: number;
}

/** One app version of one partition. */
export type VersionTally = Tally & Sighting;

/** First seen, of a version with logins but none whose time is believed: the last time there is (ECMA-262). */
const UNSEEN_MS = 8.64e15;

/** @returns whether it is known when the version was seen: not where all that was said of it is forgotten */
export function isSeen({ firstSeenMs }: Sighting): boolean {
  return firstSeenMs !== Infinity;
}

/** Takes in that a version was seen. */
export function see(sighting: Sighting, first: number, last: number): void {
  if (first < sighting.firstSeenMs) sighting.firstSeenMs = first;
  if (last > sighting.lastSeenMs) sighting.lastSeenMs = last;
}

/** A version with its sightings. */
export const SIGHTED: TallyCodec<VersionTally> = {
  holds: 'first and last seen',
  create: (slot) => ({ slot, count: 0, firstSeenMs: Infinity, lastSeenMs: -Infinity }),
  write(tally, writer) {
    if (tally.count === 0) return;
    writer.uint(isSeen(tally) ? tally.firstSeenMs : UNSEEN_MS);
    writer.uint(isSeen(tally) ? tally.lastSeenMs - tally.firstSeenMs : 0);
  },
  read(tally, reader) {
    if (tally.count === 0) return;
    const first = reader.uint();
    const last = first + reader.uint();
    if (first !== UNSEEN_MS) see(tally, first, last);
  },
};
