import type { BoundedValues, Tally } from './bounded-values.ts';
import { DistinctUsers } from './distinct-users.ts';
import { OTHER } from './insights.ts';
import type {
  DailyLoginsPerUser,
  Distribution,
  HourlyVersions,
  Insights,
  Ledger,
  LedgerEntry,
  MinuteCount,
  ValueCount,
  VersionSighting,
} from './insights.ts';
import type { PartitionState } from './partition-state.ts';
import { estimateLoginsPerUser } from './user-sample.ts';
import { isSeen } from './version-adoption.ts';

const MINUTES_PER_HOUR = 60;

/** The states of the input topic's partitions, by partition. */
export interface PartitionStates {
  readonly byPartition: ReadonlyMap<number, PartitionState>;
  /** What each partition of the topic has to contain: all records below the offset. Less is incomplete. */
  readonly due: ReadonlyMap<number, bigint>;
}

/**
 * What all partitions together say. Equal states give equal insights, whatever their order.
 *
 * @param maxDistinctValues names per distribution; of the union of all partitions the most frequent are kept
 */
export function mergeStates(topic: PartitionStates, maxDistinctValues: number): Insights {
  const ascending = [...topic.byPartition].sort(([a], [b]) => a - b);
  const states = ascending.map(([, state]) => state);
  const appVersions = distribution(
    states.map((state) => state.appVersions),
    maxDistinctValues,
  );
  // Before it some partition remembers nothing, so that a sum over all would be too low.
  const oldestMinute = Math.max(0, ...states.map((state) => state.traffic.oldest));
  const newestRecordMs = Math.max(-1, ...states.map((state) => state.newestRecordMs));
  return {
    complete: isComplete(topic),
    asOf: {
      partitions: partitionsOf(topic).map((partition) => ({
        partition,
        nextOffset: topic.byPartition.get(partition)?.nextOffset ?? 0n,
      })),
      timeMs: newestRecordMs < 0 ? undefined : newestRecordMs,
    },
    total: sum(states, (state) => state.counted),
    deviceTypes: distribution(
      states.map((state) => state.deviceTypes),
      maxDistinctValues,
    ),
    appVersions,
    locales: distribution(
      states.map((state) => state.locales),
      maxDistinctValues,
    ),
    traffic: mergeTraffic(states, oldestMinute),
    versionsByHour: mergeAdoption(states, oldestMinute),
    versionSightings: mergeSightings(states, appVersions),
    distinctUsers: mergeDistinctUsers(states),
    loginsPerUserPerDay: mergeDailyUsers(states),
    expired: sum(states, (state) => state.expired),
    invalid: sum(states, (state) => state.invalid),
    future: sum(states, (state) => state.future),
  };
}

/** What became of every record, partition by partition. */
export function mergeLedgers(topic: PartitionStates): Ledger {
  return {
    complete: isComplete(topic),
    partitions: partitionsOf(topic).map((partition) => {
      const state = topic.byPartition.get(partition);
      return {
        partition,
        nextOffset: state?.nextOffset ?? 0n,
        ...(state?.ledger() ?? NOTHING_CONSUMED),
      };
    }),
  };
}

const NOTHING_CONSUMED: LedgerEntry = {
  consumed: 0,
  counted: 0,
  expired: 0,
  invalid: 0,
  future: 0,
  unaccounted: 0,
};

/** @returns all partitions that are known, ascending, those without a state too */
function partitionsOf({ byPartition, due }: PartitionStates): number[] {
  return [...new Set([...byPartition.keys(), ...due.keys()])].sort((a, b) => a - b);
}

function isComplete({ byPartition, due }: PartitionStates): boolean {
  if (due.size === 0) return false;
  for (const [partition, offset] of due) {
    if ((byPartition.get(partition)?.nextOffset ?? 0n) < offset) return false;
  }
  return true;
}

function sum(states: readonly PartitionState[], count: (state: PartitionState) => number): number {
  return states.reduce((total, state) => total + count(state), 0);
}

function distribution(
  dimensions: readonly BoundedValues<Tally>[],
  maxDistinctValues: number,
): Distribution {
  const counts = new Map<string, number>();
  let rest = 0;
  for (const values of dimensions) {
    rest += values.other.count;
    for (const [value, { count }] of values.entries()) {
      counts.set(value, (counts.get(value) ?? 0) + count);
    }
  }
  const ranked = rank(counts);
  for (const { count } of ranked.splice(maxDistinctValues)) rest += count;
  if (rest === 0) return ranked;
  ranked.push({ value: OTHER, count: rest });
  return ranked.sort(byCount);
}

function rank(counts: ReadonlyMap<string, number>): ValueCount[] {
  return [...counts].map(([value, count]) => ({ value, count })).sort(byCount);
}

/** Compares by UTF-16 code units: the same order in every locale. */
function byCount(a: ValueCount, b: ValueCount): number {
  return b.count - a.count || (a.value < b.value ? -1 : 1);
}

function mergeTraffic(states: readonly PartitionState[], oldestMinute: number): MinuteCount[] {
  const newestMinute = Math.max(-1, ...states.map((state) => state.traffic.newest));
  // No longer than one partition's window: the one that holds the newest minute has forgotten what lies before it.
  const counts = new Float64Array(Math.max(0, newestMinute - oldestMinute + 1));
  for (const { traffic } of states) {
    traffic.forEach((minute, count) => {
      const index = minute - oldestMinute;
      if (index >= 0) counts[index] = (counts[index] ?? 0) + count;
    });
  }
  const minutes: MinuteCount[] = [];
  counts.forEach((count, index) => {
    if (count > 0) minutes.push({ minute: oldestMinute + index, count });
  });
  return minutes;
}

function mergeAdoption(states: readonly PartitionState[], oldestMinute: number): HourlyVersions[] {
  const hours = new Map<number, Map<string, number>>();
  for (const { adoption, appVersions } of states) {
    const names = [OTHER, ...[...appVersions.entries()].map(([version]) => version)];
    for (const [hour, versions] of adoption.hours) {
      if (hour * MINUTES_PER_HOUR < oldestMinute) continue;
      const counts = hours.get(hour) ?? new Map<string, number>();
      hours.set(hour, counts);
      for (const [slot, count] of versions) {
        const version = names[slot] ?? OTHER;
        counts.set(version, (counts.get(version) ?? 0) + count);
      }
    }
  }
  return [...hours]
    .map(([hour, counts]) => ({ hour, versions: rank(counts) }))
    .sort((a, b) => a.hour - b.hour);
}

function mergeSightings(
  states: readonly PartitionState[],
  appVersions: Distribution,
): VersionSighting[] {
  const named = new Map<string, { firstSeenMs: number; lastSeenMs: number }>();
  for (const { value } of appVersions) {
    if (value !== OTHER) named.set(value, { firstSeenMs: Infinity, lastSeenMs: -Infinity });
  }
  for (const state of states) {
    for (const [version, tally] of state.appVersions.entries()) {
      const seen = named.get(version);
      if (seen === undefined) continue;
      seen.firstSeenMs = Math.min(seen.firstSeenMs, tally.firstSeenMs);
      seen.lastSeenMs = Math.max(seen.lastSeenMs, tally.lastSeenMs);
    }
  }
  return [...named]
    .filter(([, seen]) => isSeen(seen))
    .map(([version, seen]) => ({ version, ...seen }));
}

function mergeDistinctUsers(states: readonly PartitionState[]): Insights['distinctUsers'] {
  const union = new DistinctUsers();
  for (const { distinctUsers } of states) union.merge(distinctUsers);
  return union.estimate();
}

function mergeDailyUsers(states: readonly PartitionState[]): DailyLoginsPerUser[] {
  const newestDay = Math.max(-1, ...states.map(({ dailyUsers }) => dailyUsers.newestDay));
  return [newestDay - 1, newestDay].flatMap((day) => {
    const samples = states.flatMap(({ dailyUsers }) => dailyUsers.samples.get(day) ?? []);
    return samples.length === 0 ? [] : [estimateLoginsPerUser(day, samples)];
  });
}
