import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { Limits } from './insights.ts';
import { PartitionState } from './partition-state.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot.ts';
import {
  HOURLY_VERSIONS,
  leastSnapshotBytes,
  snapshotBudget,
  sureNames,
} from './snapshot-budget.ts';
import { login, SOME_TIME_MS, userId } from './testing/logins.ts';

const MIB = 1024 * 1024;
const DEFAULTS = { trafficRetentionMinutes: 1_440, maxDistinctValues: 1_000 };

/** 64 code points of four bytes each that no compression gets below. */
function incompressible(): string {
  const bytes = randomBytes(256);
  const points = Array.from(
    { length: 64 },
    (_, at) => 0x10000 + (bytes.readUInt32LE(4 * at) % 0x100000),
  );
  return String.fromCodePoint(...points);
}

/** As much as fits: values of which each is another one, every minute and hour of the window, counts as high as they go. */
function fullState(limits: Limits): PartitionState {
  const state = new PartitionState(limits);
  const [names, minutes] = [sureNames(limits) + 100, limits.trafficRetentionMinutes + 60];
  for (let index = 0; index < Math.max(names, minutes); index += 1) {
    const value = (): string => (index < names ? incompressible() : 'TX');
    const members = { device_type: value(), app_version: value(), locale: value() };
    const timeMs = SOME_TIME_MS + (index % minutes) * 60_000;
    state.fold(login({ ...members, user_id: userId(index) }), timeMs, timeMs);
  }
  const many = Number.MAX_SAFE_INTEGER;
  Object.assign(state, {
    consumed: many,
    counted: many,
    expired: many,
    invalid: many,
    future: many,
  });
  for (const dimension of [state.deviceTypes, state.appVersions, state.locales]) {
    for (const [, tally] of dimension.entries()) tally.count = many;
    dimension.other.count = many;
  }
  for (const [, tally] of state.appVersions.entries()) tally.lastSeenMs = 8.64e15;
  state.traffic.forEach((minute, count) => state.traffic.add(minute, 2 ** 32 - 1 - count));
  const { hourlyVersions } = snapshotBudget(limits);
  for (const versions of state.adoption.hours.values()) {
    for (let slot = 0; slot <= hourlyVersions; slot += 1) versions.set(slot, 60 * (2 ** 32 - 1));
  }
  return state;
}

describe('a snapshot', () => {
  it.each([
    ['the defaults', { ...DEFAULTS, maxSnapshotBytes: 2 * MIB }],
    ['the topic as brokers make it', { ...DEFAULTS, maxSnapshotBytes: MIB }],
    ['all distinct values', { ...DEFAULTS, maxDistinctValues: 100_000, maxSnapshotBytes: 2 * MIB }],
    ['a month', { ...DEFAULTS, trafficRetentionMinutes: 43_200, maxSnapshotBytes: 2 * MIB }],
    ['little room', { ...DEFAULTS, maxSnapshotBytes: leastSnapshotBytes(DEFAULTS) }],
  ])('with %s fits into its topic, whatever the records hold', (_name, limits) => {
    const bytes = encodeSnapshot(fullState(limits));
    expect(bytes.length).toBeLessThanOrEqual(limits.maxSnapshotBytes);
    expect(encodeSnapshot(decodeSnapshot(bytes, limits)).equals(bytes)).toBe(true);
  });

  it('holds by the defaults whatever values there are, and each hour by name', () => {
    for (const maxSnapshotBytes of [MIB, 2 * MIB]) {
      const limits = { ...DEFAULTS, maxSnapshotBytes };
      expect(sureNames(limits)).toBe(1_000);
      expect(snapshotBudget(limits).hourlyVersions).toBe(HOURLY_VERSIONS);
    }
  });

  it('holds 2,400 values of each kind for sure in 2 MiB, and tens of thousands of short ones', () => {
    const limits = { ...DEFAULTS, maxDistinctValues: 100_000, maxSnapshotBytes: 2 * MIB };
    expect(sureNames(limits)).toBeGreaterThan(2_400);
    const state = new PartitionState(limits);
    for (let index = 0; index < 30_000; index += 1) {
      state.fold(login({ app_version: `1.${index}` }), SOME_TIME_MS, SOME_TIME_MS);
    }
    expect(state.appVersions.other.count).toBeLessThan(15_000);
    expect(state.counted).toBe(30_000);
  });

  it('of a year is not promised to fit into 2 MiB', () => {
    expect(leastSnapshotBytes({ ...DEFAULTS, trafficRetentionMinutes: 527_040 })).toBeGreaterThan(
      2 * MIB,
    );
    expect(leastSnapshotBytes({ ...DEFAULTS, trafficRetentionMinutes: 43_200 })).toBeLessThan(MIB);
  });
});
