import type { Reason } from '@login-pipeline/schema';
import type { GeneratedRecord } from './login-stream.ts';

/** Counts of valid logins, as the insights must show them. */
export interface LoginCounts {
  readonly total: number;
  /** By canonical device type. */
  readonly deviceTypes: Readonly<Record<string, number>>;
  readonly locales: Readonly<Record<string, number>>;
  /** By UTC minute of event time, such as `2024-12-17T18:47Z`, ascending. */
  readonly minutes: Readonly<Record<string, number>>;
}

/** What a run has written so far: enough to compute the pipeline's exact result for any FILTER_APP_VERSIONS. */
export interface TruthReport extends LoginCounts {
  readonly seed: number;
  /** Whether the run is over, so that nothing will be added. */
  readonly finished: boolean;
  /** Records acknowledged by the broker: `good` + `bad`. */
  readonly generated: number;
  readonly good: number;
  readonly bad: number;
  readonly badByReason: Readonly<Partial<Record<Reason, number>>>;
  readonly appVersions: Readonly<Record<string, number>>;
  readonly byAppVersion: Readonly<Record<string, LoginCounts>>;
}

/** Counts acknowledged records. Feed it no others: its numbers are what the topic holds. */
export class Truth {
  readonly #seed: number;
  readonly #badByReason = new Map<Reason, number>();
  readonly #byAppVersion = new Map<string, Tally>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  add(records: readonly GeneratedRecord[]): void {
    for (const { user, eventTimeMs, reason } of records) {
      if (reason === undefined) {
        this.#tally(user.members.app_version).add(
          user.canonicalDeviceType,
          user.members.locale,
          Math.floor(eventTimeMs / 60_000),
        );
      } else {
        increment(this.#badByReason, reason);
      }
    }
  }

  /** @param finished whether the run is over */
  report(finished: boolean): TruthReport {
    const all = new Tally();
    for (const tally of this.#byAppVersion.values()) all.merge(tally);
    const bad = [...this.#badByReason.values()].reduce((sum, count) => sum + count, 0);
    const counts = all.counts();
    const byAppVersion = Object.fromEntries(
      ascending(this.#byAppVersion).map(([version, tally]) => [version, tally.counts()]),
    );
    return {
      seed: this.#seed,
      finished,
      generated: counts.total + bad,
      good: counts.total,
      bad,
      badByReason: Object.fromEntries(ascending(this.#badByReason)),
      ...counts,
      appVersions: Object.fromEntries(
        Object.entries(byAppVersion).map(([version, { total }]) => [version, total]),
      ),
      byAppVersion,
    };
  }

  #tally(appVersion: string): Tally {
    let tally = this.#byAppVersion.get(appVersion);
    if (tally === undefined) {
      tally = new Tally();
      this.#byAppVersion.set(appVersion, tally);
    }
    return tally;
  }
}

class Tally {
  #total = 0;
  readonly #deviceTypes = new Map<string, number>();
  readonly #locales = new Map<string, number>();
  readonly #minutes = new Map<number, number>();

  /** @param minute minutes since the epoch */
  add(deviceType: string, locale: string, minute: number): void {
    this.#total++;
    increment(this.#deviceTypes, deviceType);
    increment(this.#locales, locale);
    increment(this.#minutes, minute);
  }

  merge(other: Tally): void {
    this.#total += other.#total;
    for (const [deviceType, count] of other.#deviceTypes)
      increment(this.#deviceTypes, deviceType, count);
    for (const [locale, count] of other.#locales) increment(this.#locales, locale, count);
    for (const [minute, count] of other.#minutes) increment(this.#minutes, minute, count);
  }

  counts(): LoginCounts {
    return {
      total: this.#total,
      deviceTypes: Object.fromEntries(ascending(this.#deviceTypes)),
      locales: Object.fromEntries(ascending(this.#locales)),
      minutes: Object.fromEntries(
        ascending(this.#minutes).map(([minute, count]) => [minuteName(minute), count]),
      ),
    };
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function ascending<Key extends string | number, Value>(
  entries: ReadonlyMap<Key, Value>,
): [Key, Value][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** @returns `2024-12-17T18:47Z` */
function minuteName(minute: number): string {
  return `${new Date(minute * 60_000).toISOString().slice(0, 16)}Z`;
}
