import { HOURS_PER_DAY, MINUTES_PER_DAY } from '../utc.ts';

/** What the settings and the topic of snapshots allow. */
export interface Limits {
  /** Minutes of event time for which traffic is shown without a period, counted back from the newest. */
  readonly trafficRetentionMinutes: number;
  /** UTC days of event time before the newest one of which hours and users are kept. */
  readonly insightRetentionDays: number;
  /** Device types, app versions and locales that are counted by name, each; the rest is `other`. */
  readonly maxDistinctValues: number;
  /** The most bytes that a section of a snapshot may have, whatever the records hold; default: any. */
  readonly maxSectionBytes?: number;
}

/** What a partition's state may hold: a function of the limits alone, as what is counted by name has to be. */
export interface Bounds {
  /** UTC days before the newest one that are kept. */
  readonly retentionDays: number;
  /** Values that one dimension counts by name. */
  readonly maxDistinctValues: number;
  /** What these may take of their section, each as {@link nameBytes} says. */
  readonly namesBytes: number;
  /** Values that one hour counts by name. */
  readonly hourValues: number;
}

/** The most bytes of a section when it is decompressed: a forged one cannot take more memory. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** So many values of an hour at least, or the adoption of a release says nothing. */
const LEAST_HOUR_VALUES = 10;

// The most that parts of a section take, in bytes: docs/snapshot-format.md. A varint takes one for seven bits.
/** What sections begin with, and the tally of `other`. */
const FIXED_BYTES = 256;
/** Length of a name and its count. */
const TALLY_BYTES = 2 + 8;
/** First seen, and how much later last. */
const SIGHTING_BYTES = 8 + 8;
/** A text of 64 code points. */
const LONGEST_NAME_BYTES = 64 * 4;
/** Difference to the slot before, and 32 bits of count. */
const HOUR_VALUE_BYTES = 3 + 5;
/** Insights that have values by name in each hour, as many as the bounds let them. */
export const DIMENSIONS = 3;
/** Sixty minutes, with what tells hours and insights apart. */
const HOUR_BYTES = 60 * (1 + 5) + 40;
/** Sketch of users, with what tells insights apart. */
const DAY_BYTES = 8 * 1024;
/** Of a day's section, for the values of its hours; the rest is for insights to come. */
const VALUES_SHARE = 0.75;
/** What brotli adds to bytes that do not compress: some for each 16 KiB. */
const BROTLI_SHARE = 0.001;
const BROTLI_BYTES = 64;

/** @returns the most that a name with its tally takes of a section, in bytes */
export function nameBytes(utf8Bytes: number): number {
  return utf8Bytes + TALLY_BYTES + SIGHTING_BYTES;
}

/** @returns how much the section of a day may take at least, in bytes, or little is kept of its hours */
export function leastSectionBytes(): number {
  const values = HOURS_PER_DAY * DIMENSIONS * (LEAST_HOUR_VALUES + 1) * HOUR_VALUE_BYTES;
  const body = DAY_BYTES + HOURS_PER_DAY * HOUR_BYTES + values / VALUES_SHARE;
  return Math.ceil(body / (1 - BROTLI_SHARE)) + BROTLI_BYTES;
}

/** @param limits with {@link leastSectionBytes} or more */
export function boundsOf(limits: Limits): Bounds {
  const { trafficRetentionMinutes, insightRetentionDays, maxDistinctValues } = limits;
  const { maxSectionBytes = Infinity } = limits;
  const compressible = Math.floor((maxSectionBytes - BROTLI_BYTES) * (1 - BROTLI_SHARE));
  const bodyBytes = Math.min(compressible, MAX_BODY_BYTES);
  const forValues = (bodyBytes - DAY_BYTES - HOURS_PER_DAY * HOUR_BYTES) * VALUES_SHARE;
  const perHour = forValues / (HOURS_PER_DAY * DIMENSIONS);
  return {
    retentionDays: Math.max(
      insightRetentionDays,
      Math.ceil(trafficRetentionMinutes / MINUTES_PER_DAY),
    ),
    maxDistinctValues,
    namesBytes: bodyBytes - FIXED_BYTES,
    hourValues: Math.min(maxDistinctValues, Math.floor(perHour / HOUR_VALUE_BYTES) - 1),
  };
}

/** @returns how many values of a dimension are counted by name for sure, in all and in one hour, whatever they are */
export function sureNames(limits: Limits): number {
  const { namesBytes, maxDistinctValues, hourValues } = boundsOf(limits);
  const fitting = Math.floor(namesBytes / nameBytes(LONGEST_NAME_BYTES));
  return Math.min(maxDistinctValues, fitting, hourValues);
}
