import { PlausibleTime } from '@login-pipeline/streams';
import { canonicalDeviceType } from '@login-pipeline/schema';
import type { ProcessedLogin } from '@login-pipeline/schema';
import { CATALOGUE } from '../insights/catalogue.ts';
import type { FoldedLogin } from '../insights/insight.ts';
import { HOURS_PER_DAY, MINUTES_PER_HOUR, MS_PER_MINUTE } from '../utc.ts';
import { boundsOf } from './bounds.ts';
import type { Bounds, Limits } from './bounds.ts';
import type { LedgerEntry } from './ledger.ts';
import { TimeCells } from './time-cells.ts';
import { UserHash } from './user-hash.ts';

/** The members of a login that insights are made of. */
export type CountedLogin = Pick<
  ProcessedLogin,
  'user_id' | 'app_version' | 'device_type' | 'locale'
>;

/** Written and read within one fold. */
const folded: { -readonly [Member in keyof FoldedLogin]: FoldedLogin[Member] } = {
  deviceType: '',
  appVersion: '',
  locale: '',
  user: new UserHash(),
  timeMs: 0,
  minute: 0,
  hour: 0,
  day: 0,
};

/** What an insight keeps of one partition since the beginning, and since when. */
export interface KeptInsight {
  /** See {@link Kept}. */
  state: unknown;
  /** It began later than the rest: when, epoch ms of record time; undefined: it has all. */
  sinceMs: number | undefined;
  /** The first hour of event time, since the epoch, of which all was counted. */
  sinceHour: number;
}

/**
 * All that one input partition has contributed. After the records below offset N the state is a
 * function of those records and the limits: no other partition is looked at, so an idle one holds
 * up no other. The replica's clock decides only what is of the future; where record timestamps lie
 * before it, as all that a broker has bounded do, a replay ends in the same state.
 */
export class PartitionState {
  readonly limits: Limits;
  readonly bounds: Bounds;
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
  /** In the order of the catalogue. */
  readonly insights: readonly KeptInsight[];
  readonly cells: TimeCells;
  readonly #plausible = new PlausibleTime();

  constructor(limits: Limits) {
    this.limits = limits;
    this.bounds = boundsOf(limits);
    this.insights = CATALOGUE.map(({ always }) => ({
      state: always.empty(this.bounds),
      sinceMs: undefined,
      sinceHour: 0,
    }));
    this.cells = new TimeCells(this.bounds);
  }

  /** @param nowMs the replica's clock, epoch ms: what it calls the future in the records to come is not believed */
  startBatch(nowMs: number): void {
    this.#plausible.startBatch(nowMs);
    this.cells.startBatch();
  }

  /**
   * Takes in one login, as counted, expired (of a day before those that are kept) or invalid (of
   * the future: {@link PlausibleTime}). Only counted logins move the days that are kept.
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
    const hour = Math.floor(minute / MINUTES_PER_HOUR);
    const cell = this.cells.count(minute, hour);
    if (cell === undefined) {
      this.expired += 1;
      return;
    }
    this.counted += 1;
    folded.deviceType = canonicalDeviceType(login.device_type);
    folded.appVersion = login.app_version;
    folded.locale = login.locale;
    folded.user.set(login.user_id);
    folded.timeMs = eventTimeMs;
    folded.minute = minute;
    folded.hour = hour;
    folded.day = Math.floor(hour / HOURS_PER_DAY);
    for (let index = 0; index < CATALOGUE.length; index += 1) {
      CATALOGUE[index]?.fold(this.insights[index]?.state, cell.parts[index], folded);
    }
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
