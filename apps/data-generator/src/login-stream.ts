import type { OutgoingRecord } from '@login-pipeline/streams';
import type { Reason } from '@login-pipeline/schema';
import { BAD_KINDS } from './bad-records.ts';
import { Random } from './random.ts';
import { Users } from './users.ts';
import type { User } from './users.ts';

/** A record with what its generator knows about it. */
export interface GeneratedRecord extends OutgoingRecord {
  readonly user: User;
  /** When the login happened, to the precision its timestamp is written in; epoch ms. */
  readonly eventTimeMs: number;
  /** Why the pipeline must refuse it; absent: a valid login. */
  readonly reason?: Reason;
}

/** What a stream of logins depends on. */
export interface StreamSettings {
  /**
   * A 32-bit integer. Decides all but the times: who logs in, with what, in which order, what is
   * bad and how late it comes.
   */
  readonly seed: number;
  /** Share of bad records, 0 to 1. */
  readonly badRatio: number;
  /** @returns when the login of that index happened if it came without delay, epoch ms */
  readonly eventTime: (index: number) => number;
}

/** One bad record in so many has lost its key as well. */
const KEYLESS = 8;

/**
 * An endless, seeded sequence of login records, the same whatever rate and batch size it is taken
 * in. A bad record takes the place of a good one: the others stay as they are, so runs with
 * different shares compare record by record.
 */
export class LoginStream {
  readonly #badRatio: number;
  readonly #eventTime: (index: number) => number;
  readonly #users: Users;
  readonly #random: Random;
  #index = 0;
  #bad = 0;

  constructor({ seed, badRatio, eventTime }: StreamSettings) {
    const streams = Random.streams(seed);
    this.#users = new Users(streams.next().value);
    this.#random = streams.next().value;
    this.#badRatio = badRatio;
    this.#eventTime = eventTime;
  }

  /** @returns the next records, in order */
  take(count: number): GeneratedRecord[] {
    return Array.from({ length: count }, () => this.#next());
  }

  #next(): GeneratedRecord {
    const user = this.#users.next();
    const time = this.#eventTime(this.#index) - lateness(this.#random);
    const badBefore = this.#bad;
    this.#index++;
    // Not by chance: after any number of records their share is bad, to the nearest one below.
    this.#bad = Math.floor(this.#index * this.#badRatio);
    return this.#bad > badBefore ? spoiled(user, time, badBefore) : login(user, time);
  }
}

function login(user: User, time: number): GeneratedRecord {
  const { precision, write } = user.timestampStyle;
  const eventTimeMs = time - (time % precision);
  return {
    key: user.key,
    value: Buffer.from(`${user.beforeTimestamp}${write(eventTimeMs)}}`, 'latin1'),
    timestamp: String(eventTimeMs),
    user,
    eventTimeMs,
  };
}

/** @param index how many bad records there were before */
function spoiled(user: User, time: number, index: number): GeneratedRecord {
  const kind = BAD_KINDS[index % BAD_KINDS.length];
  if (kind === undefined) throw new RangeError('There is no kind of bad record.');
  return {
    key: index % KEYLESS === KEYLESS - 1 ? null : user.key,
    value: kind.spoil({ ...user.members, timestamp: time }),
    timestamp: String(time),
    user,
    eventTimeMs: time,
    reason: kind.reason,
  };
}

/**
 * Most logins arrive within three seconds, some phones were without a network for up to a quarter
 * of an hour; whole ms.
 */
function lateness(random: Random): number {
  const chance = random.unit();
  const longest = chance < 0.92 ? 3000 : chance < 0.99 ? 60_000 : 900_000;
  return random.below(longest);
}
