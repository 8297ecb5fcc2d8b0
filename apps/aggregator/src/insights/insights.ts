/**
 * What the aggregator answers, as plain values. Everything here comes from the partitions' states, each folded by its owner
 * alone: two replicas with equal `asOf.partitions` hold equal insights.
 */

/** The value under which all that exceeds a bound is counted; a login that really carries it is counted there too. */
export const OTHER = 'other';

/** Bounds of what one partition remembers. */
export interface Limits {
  /** Minutes of event time for which traffic is kept, counted back from the newest plausible minute. */
  readonly trafficRetentionMinutes: number;
  /** Device types, app versions and locales that are counted by name, each; the rest is `other`. */
  readonly maxDistinctValues: number;
  /** The most bytes that a snapshot may have, whatever the records hold; default: any. */
  readonly maxSnapshotBytes?: number;
}

export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

/** Highest count first, equal counts by value. */
export type Distribution = readonly ValueCount[];

export interface MinuteCount {
  /** Minutes since the epoch, UTC. */
  readonly minute: number;
  readonly count: number;
}

export interface HourlyVersions {
  /** Hours since the epoch, UTC. */
  readonly hour: number;
  readonly versions: Distribution;
}

export interface VersionSighting {
  readonly version: string;
  /** Event time of the earliest and of the latest counted login, epoch ms. */
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}

export interface Estimate {
  readonly estimate: number;
  /** Relative standard error: two answers of three are nearer to the truth than this. */
  readonly relativeError: number;
}

/** How many users logged in how often during one UTC day, scaled up from a sample of users. */
export interface DailyLoginsPerUser {
  /** Days since the epoch, UTC. */
  readonly day: number;
  /** Estimated users by the label of {@link LOGIN_BUCKETS}. */
  readonly users: readonly { readonly logins: LoginBucket; readonly users: number }[];
  /** Users the estimate rests on; a share p of them has the standard error sqrt(p (1 - p) / sampledUsers). */
  readonly sampledUsers: number;
}

/** Logins of one user in one day. */
export const LOGIN_BUCKETS = ['1', '2', '3-5', '6-10', '11+'] as const;
export type LoginBucket = (typeof LOGIN_BUCKETS)[number];

export interface Insights {
  /** Every partition of the input topic is contained, up to where it ended some seconds ago. */
  readonly complete: boolean;
  readonly asOf: {
    /** Next offset by partition, ascending: all records below it are contained. */
    readonly partitions: readonly { readonly partition: number; readonly nextOffset: bigint }[];
    /** Newest record timestamp contained that is believed, epoch ms; undefined before the first. */
    readonly timeMs: number | undefined;
  };
  /** Counted logins. */
  readonly total: number;
  readonly deviceTypes: Distribution;
  readonly appVersions: Distribution;
  readonly locales: Distribution;
  /** Minutes with logins, ascending, as far back as every partition remembers: each count is exact. */
  readonly traffic: readonly MinuteCount[];
  /** Hours with logins, ascending, as far back as every partition remembers. */
  readonly versionsByHour: readonly HourlyVersions[];
  /** In the order of `appVersions`, without `other` and what was not seen at any time that can be. */
  readonly versionSightings: readonly VersionSighting[];
  readonly distinctUsers: Estimate;
  /** The newest UTC day with logins and the one before, ascending. */
  readonly loginsPerUserPerDay: readonly DailyLoginsPerUser[];
  /** Records older than the traffic that their partition remembered: counted nowhere else. */
  readonly expired: number;
  /** Records that are no processed login, or whose event time is implausible. */
  readonly invalid: number;
  /** How many of `invalid` cannot have happened yet, by the clocks of their writers and by ours. */
  readonly future: number;
}

/** What became of the records of one partition: consumed = counted + expired + invalid + unaccounted. */
export interface LedgerEntry {
  readonly consumed: number;
  readonly counted: number;
  readonly expired: number;
  readonly invalid: number;
  /** How many of `invalid` cannot have happened yet, by the clocks of their writers and by ours. */
  readonly future: number;
  /** Always 0; anything else is a defect. */
  readonly unaccounted: number;
}

export interface Ledger {
  readonly complete: boolean;
  /** Ascending by partition. */
  readonly partitions: readonly (LedgerEntry & {
    readonly partition: number;
    readonly nextOffset: bigint;
  })[];
}

/** What HTTP, metrics and log lines read. Answers are immutable: the same object means that nothing changed. */
export interface InsightsView {
  insights(): Insights;
  ledger(): Ledger;
}
