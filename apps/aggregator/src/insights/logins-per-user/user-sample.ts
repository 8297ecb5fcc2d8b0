import type { UserHash } from '../../state/user-hash.ts';

/** Logins of one user in one day. */
export const LOGIN_BUCKETS = ['1', '2', '3-5', '6-10', '11+'] as const;
export type LoginBucket = (typeof LOGIN_BUCKETS)[number];

/** How many users logged in how often during one UTC day, scaled up from a sample of users. */
export interface DailyLoginsPerUser {
  /** Days since the epoch, UTC. */
  readonly day: number;
  /** Estimated users by the label of {@link LOGIN_BUCKETS}. */
  readonly users: readonly { readonly logins: LoginBucket; readonly users: number }[];
  /** Users the estimate rests on; a share p of them has the standard error sqrt(p (1 - p) / sampledUsers). */
  readonly sampledUsers: number;
}

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
  readonly #most: number;

  /** @param most users that it holds */
  constructor(most = SAMPLE_SIZE) {
    this.#most = most;
  }

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
    while (this.users.size > this.#most && this.level < 32) this.raiseTo(this.level + 1);
  }

  /** Adds the users of another sample, at the higher level of both, where they have the same share. */
  merge(other: UserSample): void {
    this.raiseTo(other.level);
    for (const [key, { rank, logins }] of other.users) {
      if (rank >= this.level) this.put(key, rank, logins);
    }
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

/** @returns how the users of a day log in, scaled up from a sample of them */
export function estimateLoginsPerUser(day: number, sample: UserSample): DailyLoginsPerUser {
  const sampled = new Map<LoginBucket, number>(LOGIN_BUCKETS.map((bucket) => [bucket, 0]));
  for (const { logins } of sample.users.values()) {
    const bucket = bucketOf(logins);
    sampled.set(bucket, (sampled.get(bucket) ?? 0) + 1);
  }
  const scale = 2 ** sample.level;
  return {
    day,
    users: [...sampled].map(([bucket, users]) => ({ logins: bucket, users: users * scale })),
    sampledUsers: sample.users.size,
  };
}

function bucketOf(logins: number): LoginBucket {
  const index = BUCKET_ENDS.findIndex((end) => logins <= end);
  return LOGIN_BUCKETS[index] ?? '11+';
}

function trailingZeros(word: number): number {
  return word === 0 ? 32 : 31 - Math.clz32(word & -word);
}
