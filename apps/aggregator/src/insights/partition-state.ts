import { PlausibleTime } from '@login-pipeline/streams';
import { canonicalDeviceType } from '@login-pipeline/schema';
import type { ProcessedLogin } from '@login-pipeline/schema';
import { BoundedValues } from './bounded-values.ts';
import type { Tally } from './bounded-values.ts';
import { DistinctUsers } from './distinct-users.ts';
import type { LedgerEntry, Limits } from './insights.ts';
import { snapshotBudget } from './snapshot-budget.ts';
import { TrafficWindow } from './traffic-window.ts';
import { UserHash } from './user-hash.ts';
import { DailyUsers } from './user-sample.ts';
import { VersionAdoption, versionTally } from './version-adoption.ts';

const MS_PER_MINUTE = 60_000;
const MINUTES_PER_DAY = 1440;

/** Written and read within one fold. */
const userHash = new UserHash();

/** The members of a login that insights are made of. */
export type CountedLogin = Pick<
  ProcessedLogin,
  'user_id' | 'app_version' | 'device_type' | 'locale'
>;

/**
 * All that one input partition has contributed. After the records below offset N the state is a function of those records
 * and the limits: no other partition is looked at, so an idle one holds up no other. Our clock decides only what is of the
 * future; where record timestamps lie before it, as all that a broker has bounded do, a replay ends in the same state.
 */
export class PartitionState {
  readonly limits: Limits;
  /** All records below it are folded. */
  nextOffset = 0n;
  consumed = 0;
  counted = 0;
  expired = 0;
  invalid = 0;
  /** How many of `invalid` cannot have happened yet: {@link PlausibleTime}. */
  future = 0;
  /** Newest record timestamp that is believed, epoch ms; -1 before the first. */
  newestRecordMs = -1;
  readonly deviceTypes: BoundedValues<Tally>;
  readonly appVersions: BoundedValues<ReturnType<typeof versionTally>>;
  readonly locales: BoundedValues<Tally>;
  readonly traffic: TrafficWindow;
  readonly adoption: VersionAdoption;
  readonly distinctUsers = new DistinctUsers();
  readonly dailyUsers = new DailyUsers();
  readonly #plausible = new PlausibleTime();

  constructor(limits: Limits) {
    this.limits = limits;
    const { namesBytes, hourlyVersions } = snapshotBudget(limits);
    const bounds = { values: limits.maxDistinctValues, bytes: namesBytes };
    this.deviceTypes = new BoundedValues(bounds, emptyTally);
    this.appVersions = new BoundedValues(bounds, versionTally);
    this.locales = new BoundedValues(bounds, emptyTally);
    this.traffic = new TrafficWindow(limits.trafficRetentionMinutes);
    this.adoption = new VersionAdoption(hourlyVersions);
  }

  /** @param nowMs our own clock, epoch ms: what it calls the future in the records to come is not believed */
  startBatch(nowMs: number): void {
    this.#plausible.startBatch(nowMs);
  }

  /**
   * Takes in one login, as counted, expired (before the traffic window) or invalid (of the future: {@link PlausibleTime}).
   * Only counted logins move the window.
   *
   * @param eventTimeMs when the login happened, epoch ms, not negative
   * @param recordTimeMs the record's timestamp, epoch ms; negative: it has none
   */
  fold(login: CountedLogin, eventTimeMs: number, recordTimeMs: number): void {
    const writtenMs = this.#consume(recordTimeMs);
    if (this.#plausible.isFuture(eventTimeMs, writtenMs)) {
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

  /** @returns the record's timestamp, negative when there is none to be believed */
  #consume(recordTimeMs: number): number {
    this.consumed += 1;
    const writtenMs = this.#plausible.believed(recordTimeMs);
    if (writtenMs > this.newestRecordMs) this.newestRecordMs = writtenMs;
    return writtenMs;
  }
}

function emptyTally(): Tally {
  return { count: 0 };
}
