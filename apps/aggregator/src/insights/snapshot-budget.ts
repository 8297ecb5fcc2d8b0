import type { Limits } from './insights.ts';

/** Versions counted by slot within one hour; the rest is slot 0, `other`. More would let a snapshot grow tenfold. */
export const HOURLY_VERSIONS = 100;
/** So many at least, or the adoption of a release says nothing. */
const LEAST_HOURLY_VERSIONS = 10;

/** The most bytes of a snapshot when it is decompressed: a forged snapshot cannot make us allocate more. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

// The most that parts of a snapshot take, in bytes: docs/snapshot-format.md. A varint takes one for seven bits.
/** Header, ledger, tallies of `other`, sketch of distinct users, two samples of users. */
const FIXED_BYTES = 12 * 1024;
/** Difference to the minute before, and 32 bits of count. */
const MINUTE_BYTES = 1 + 5;
/** The hour and the length of its list. */
const HOUR_BYTES = 4 + 1;
/** Slot, and the count of sixty minutes. */
const HOURLY_VERSION_BYTES = 3 + 6;
/** Length of a name and its count. */
const TALLY_BYTES = 2 + 8;
/** First seen, and how much later last. */
const SIGHTING_BYTES = 8 + 8;
/** A text of 64 code points. */
const LONGEST_NAME_BYTES = 64 * 4;
const DIMENSIONS = 3;
/** What brotli adds to bytes that do not compress: some for each 16 KiB. */
const BROTLI_SHARE = 0.001;
const BROTLI_BYTES = 64;

/** How a snapshot of bounded size is shared out: a function of the limits alone, as what is counted by name has to be. */
export interface SnapshotBudget {
  /** What the names of one dimension may take, each as {@link nameBytes} says. */
  readonly namesBytes: number;
  /** Versions counted by name within one hour. */
  readonly hourlyVersions: number;
}

/** @returns the most that a name with its tally takes of a snapshot, in bytes */
export function nameBytes(utf8Bytes: number): number {
  return utf8Bytes + TALLY_BYTES + SIGHTING_BYTES;
}

/** @returns how much the minutes and hours of the retention may take, which nothing can be folded into, in bytes */
export function leastSnapshotBytes({ trafficRetentionMinutes }: Limits): number {
  const half = hoursOf(trafficRetentionMinutes) * hourBytes(LEAST_HOURLY_VERSIONS);
  const body = FIXED_BYTES + trafficRetentionMinutes * MINUTE_BYTES + 2 * half;
  return Math.ceil(body / (1 - BROTLI_SHARE)) + BROTLI_BYTES;
}

/** @param limits of {@link leastSnapshotBytes} or more */
export function snapshotBudget(limits: Limits): SnapshotBudget {
  const { trafficRetentionMinutes, maxSnapshotBytes = Infinity } = limits;
  const compressible = Math.floor((maxSnapshotBytes - BROTLI_BYTES) * (1 - BROTLI_SHARE));
  const bodyBytes = Math.min(compressible, MAX_BODY_BYTES);
  const spare = bodyBytes - FIXED_BYTES - trafficRetentionMinutes * MINUTE_BYTES;
  const hours = hoursOf(trafficRetentionMinutes);
  const affordable = Math.floor((spare / 2 / hours - hourBytes(0)) / HOURLY_VERSION_BYTES);
  const hourlyVersions = Math.min(affordable, HOURLY_VERSIONS);
  const namesBytes = Math.floor((spare - hours * hourBytes(hourlyVersions)) / DIMENSIONS);
  return { namesBytes, hourlyVersions };
}

/** @returns how many values of a dimension are counted by name for sure, whatever they are */
export function sureNames(limits: Limits): number {
  const { namesBytes } = snapshotBudget(limits);
  return Math.min(limits.maxDistinctValues, Math.floor(namesBytes / nameBytes(LONGEST_NAME_BYTES)));
}

/** Of the window's minutes, with the hours that it begins and ends in. */
function hoursOf(retentionMinutes: number): number {
  return Math.ceil(retentionMinutes / 60) + 2;
}

/** Slot 0, `other`, comes on top. */
function hourBytes(versions: number): number {
  return HOUR_BYTES + (versions + 1) * HOURLY_VERSION_BYTES;
}
