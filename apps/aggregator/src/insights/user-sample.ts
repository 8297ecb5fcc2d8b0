import { LOGIN_BUCKETS } from './insights.ts';
import type { DailyLoginsPerUser, LoginBucket } from './insights.ts';
import type { UserHash } from './user-hash.ts';

/** Users a sample holds at most. */
export const SAMPLE_SIZE = 256;

/** Largest number of logins of each bucket but the last. */
const BUCKET_ENDS = [1, 2, 5, 10];

interface SampledUser {
  /** Trailing zero bits of the user's low hash word: the user stays while the level is not above it. */
  readonly rank: number;
  logins: number;
}

/**
 * The logins of a random share of one day's users, chosen by hash: a user is in with all their logins or not at all.
 * Adaptive sampling (Wegman; Flajolet 1990): when the sample overflows, the level rises and halves the share to
 * 2^-level. Counts times 2^level are unbiased estimates. Which users are in depends on the hashes alone.
 */
export class UserSample {
  level = 0;
  /** By the high hash word, which says nothing about being sampled. */
  readonly users = new Map<number, SampledUser>();

  add(hash: UserHash): void {
    const rank = trailingZeros(hash.low);
    if (rank >= this.level) this.put(hash.high, rank, 1);
  }

  /** Counts logins of a user whose rank is known to reach the level. */
  put(key: number, rank: number, logins: number): void {
    const user = this.users.get(key);
    if (user !== undefined) {
      user.logins += logins;
      return;
    }
    this.users.set(key, { rank, logins });
    while (this.users.size > SAMPLE_SIZE && this.level < 32) this.raiseTo(this.level + 1);
  }

  /** Leaves only the users whom a sample of that level holds. */
  raiseTo(level: number): void {
    if (level <= this.level) return;
    this.level = level;
    for (const [key, user] of this.users) if (user.rank < level) this.users.delete(key);
  }
}

/** The samples of the newest UTC day with logins and of the day before. */
export class DailyUsers {
  /** Days since the epoch; -1 before the first login. */
  newestDay = -1;
  readonly samples = new Map<number, UserSample>();

  add(day: number, hash: UserHash): void {
    this.sampleOf(day)?.add(hash);
  }

  /** Forgets the days after `latest`. @returns whether there were any */
  forgetAfter(latest: number): boolean {
    if (this.newestDay <= latest) return false;
    for (const day of this.samples.keys()) if (day > latest) this.samples.delete(day);
    this.newestDay = Math.max(-1, ...this.samples.keys());
    return true;
  }

  /** @returns the day's sample, opened if need be, or undefined for a day that is no longer kept */
  sampleOf(day: number): UserSample | undefined {
    const sample = this.samples.get(day);
    if (sample !== undefined || day < this.newestDay - 1) return sample;
    if (day > this.newestDay) {
      this.newestDay = day;
      for (const past of this.samples.keys()) if (past < day - 1) this.samples.delete(past);
    }
    const opened = new UserSample();
    this.samples.set(day, opened);
    return opened;
  }
}

/**
 * Brings samples of one day to their highest level, where they have the same share, and scales their union up.
 *
 * @param samples of different partitions; a user who is in several counts once, with all logins
 */
export function estimateLoginsPerUser(
  day: number,
  samples: readonly UserSample[],
): DailyLoginsPerUser {
  const level = Math.max(0, ...samples.map((sample) => sample.level));
  const logins = new Map<number, number>();
  for (const sample of samples) {
    for (const [key, user] of sample.users) {
      if (user.rank >= level) logins.set(key, (logins.get(key) ?? 0) + user.logins);
    }
  }
  const sampled = new Map<LoginBucket, number>(LOGIN_BUCKETS.map((bucket) => [bucket, 0]));
  for (const count of logins.values()) {
    const bucket = bucketOf(count);
    sampled.set(bucket, (sampled.get(bucket) ?? 0) + 1);
  }
  return {
    day,
    users: [...sampled].map(([bucket, users]) => ({ logins: bucket, users: users * 2 ** level })),
    sampledUsers: logins.size,
  };
}

function bucketOf(logins: number): LoginBucket {
  const index = BUCKET_ENDS.findIndex((end) => logins <= end);
  return LOGIN_BUCKETS[index] ?? '11+';
}

function trailingZeros(word: number): number {
  return word === 0 ? 32 : 31 - Math.clz32(word & -word);
}
