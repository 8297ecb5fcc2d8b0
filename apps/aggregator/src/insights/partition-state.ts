import { canonicalDeviceType } from '@login-pipeline/schema';
import type { ProcessedLogin } from '@login-pipeline/schema';
import { BoundedValues } from './bounded-values.ts';
import type { Tally } from './bounded-values.ts';
import { DistinctUsers } from './distinct-users.ts';
import type { LedgerEntry, Limits } from './insights.ts';
import { TrafficWindow } from './traffic-window.ts';
import { UserHash } from './user-hash.ts';
import { DailyUsers } from './user-sample.ts';
import { VersionAdoption, versionTally } from './version-adoption.ts';

const MS_PER_MINUTE = 60_000;
const MINUTES_PER_DAY = 1440;
/** The largest time that a Date holds (ECMA-262, "Time Values and Time Range"). */
const MAX_TIME_MS = 8.64e15;

/**
 * How far a login may lie after its own record. The broker bounds a record's timestamp by its own clock
 * (`message.timestamp.after.max.ms`, KIP-937; one hour by default since Kafka 4.0), so that a wrong clock of a device
 * moves the traffic window by two hours at most.
 */
export const FUTURE_TOLERANCE_MS = 3_600_000;

/** Written and read within one fold. */
const userHash = new UserHash();

/** The members of a login that insights are made of. */
export type CountedLogin = Pick<
  ProcessedLogin,
  'user_id' | 'app_version' | 'device_type' | 'locale'
>;

/**
 * All that one input partition has contributed. After the records below offset N the state is a function of those
 * records and the limits alone: no clock is read and no other partition is looked at, so a replay ends in the same
 * state, and an idle partition holds nobody up.
 */
export class PartitionState {
  readonly limits: Limits;
  /** All records below it are folded. */
  nextOffset = 0n;
  consumed = 0;
  counted = 0;
  expired = 0;
  invalid = 0;
  /** How many of `invalid` lay in the future of their own record. */
  future = 0;
  /** Newest record timestamp, epoch ms; -1 before the first. */
  newestRecordMs = -1;
  readonly deviceTypes: BoundedValues<Tally>;
  readonly appVersions: BoundedValues<ReturnType<typeof versionTally>>;
  readonly locales: BoundedValues<Tally>;
  readonly traffic: TrafficWindow;
  readonly adoption = new VersionAdoption();
  readonly distinctUsers = new DistinctUsers();
  readonly dailyUsers = new DailyUsers();

  constructor(limits: Limits) {
    this.limits = limits;
    this.deviceTypes = new BoundedValues(limits.maxDistinctValues, emptyTally);
    this.appVersions = new BoundedValues(limits.maxDistinctValues, versionTally);
    this.locales = new BoundedValues(limits.maxDistinctValues, emptyTally);
    this.traffic = new TrafficWindow(limits.trafficRetentionMinutes);
  }

  /**
   * Takes in one login, as counted, expired (before the traffic window) or invalid (more than
   * {@link FUTURE_TOLERANCE_MS} after its own record). Only counted logins move the window.
   *
   * @param eventTimeMs when the login happened, epoch ms, not negative
   * @param recordTimeMs the record's timestamp, epoch ms; negative: it has none, so the event time is believed
   */
  fold(login: CountedLogin, eventTimeMs: number, recordTimeMs: number): void {
    this.#consume(recordTimeMs);
    if (recordTimeMs >= 0 && eventTimeMs > recordTimeMs + FUTURE_TOLERANCE_MS) {
      this.invalid += 1;
      this.future += 1;
      return;
    }
    const minute = Math.floor(eventTimeMs / MS_PER_MINUTE);
    if (!this.traffic.add(minute)) {
      this.expired += 1;
      return;
    }
    this.counted += 1;
    this.deviceTypes.of(canonicalDeviceType(login.device_type)).count += 1;
    this.locales.of(login.locale).count += 1;
    const version = this.appVersions.of(login.app_version);
    version.count += 1;
    if (eventTimeMs < version.firstSeenMs) version.firstSeenMs = eventTimeMs;
    if (eventTimeMs > version.lastSeenMs) version.lastSeenMs = eventTimeMs;
    this.adoption.add(minute, version.slot, this.traffic.oldest);
    userHash.set(login.user_id);
    this.distinctUsers.add(userHash);
    this.dailyUsers.add(Math.floor(minute / MINUTES_PER_DAY), userHash);
  }

  /** Takes in a record that is no processed login. */
  foldInvalid(recordTimeMs: number): void {
    this.#consume(recordTimeMs);
    this.invalid += 1;
  }

  /** What became of the records so far. */
  ledger(): LedgerEntry {
    const { consumed, counted, expired, invalid, future } = this;
    const unaccounted = consumed - counted - expired - invalid;
    return { consumed, counted, expired, invalid, future, unaccounted };
  }

  #consume(recordTimeMs: number): void {
    this.consumed += 1;
    if (recordTimeMs > this.newestRecordMs && recordTimeMs <= MAX_TIME_MS) {
      this.newestRecordMs = recordTimeMs;
    }
  }
}

function emptyTally(): Tally {
  return { count: 0 };
}
