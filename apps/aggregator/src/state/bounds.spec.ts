import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { appVersions } from '../insights/app-versions/insight.ts';
import { CATALOGUE } from '../insights/catalogue.ts';
import type { Tally } from '../insights/counting/bounded-values.ts';
import type { BoundedValues } from '../insights/counting/bounded-values.ts';
import { deviceTypes } from '../insights/device-types/insight.ts';
import { locales } from '../insights/locales/insight.ts';
import { MINUTES_PER_DAY, MS_PER_DAY, MS_PER_MINUTE } from '../utc.ts';
import { boundsOf, leastSectionBytes, sureNames } from './bounds.ts';
import type { Limits } from './bounds.ts';
import { PartitionState } from './partition-state.ts';
import { readSections } from './sections.ts';
import { LIMITS, login, snapshotOf, SOME_TIME_MS, userId } from './testing/logins.ts';

const MIB = 1024 * 1024;
const DAY_MS = Math.floor(SOME_TIME_MS / MS_PER_DAY) * MS_PER_DAY;

/** 64 code points of four bytes each that no compression gets below. */
function incompressible(): string {
  const bytes = randomBytes(256);
  const points = Array.from(
    { length: 64 },
    (_, at) => 0x10000 + (bytes.readUInt32LE(4 * at) % 0x100000),
  );
  return String.fromCodePoint(...points);
}

/**
 * As much as fits: values of which each is another one, every minute of two days, all values in
 * each hour, counts as high as they go.
 */
function fullState(limits: Limits): PartitionState {
  const state = new PartitionState(limits);
  const names = sureNames(limits) + 100;
  const values = Array.from({ length: names }, incompressible);
  state.startBatch(Infinity);
  for (let minute = 0; minute < 2 * MINUTES_PER_DAY + 120; minute += 1) {
    const timeMs = DAY_MS + minute * MS_PER_MINUTE;
    const inHour = Math.ceil(names / 60);
    for (let index = 0; index < inHour; index += 1) {
      const value = values[((minute % 60) * inHour + index) % names] ?? '';
      const members = { device_type: value, app_version: value, locale: value };
      state.fold(login({ ...members, user_id: userId(minute) }), timeMs, timeMs);
    }
  }
  const many = Number.MAX_SAFE_INTEGER;
  Object.assign(state, {
    ...{ consumed: many, counted: many, expired: many, invalid: many, future: many },
  });
  for (const insight of [deviceTypes, appVersions, locales]) {
    const kept = state.insights[CATALOGUE.findIndex(({ name }) => name === insight.name)];
    const dimension = kept?.state as BoundedValues<Tally>;
    for (const [, tally] of dimension.entries()) tally.count = many;
    dimension.other.count = many;
  }
  return state;
}

describe('a section', () => {
  it.each([
    ['the defaults', { ...LIMITS, maxSectionBytes: 2 * MIB }],
    ['the topic as brokers make it', { ...LIMITS, maxSectionBytes: MIB }],
    ['all distinct values', { ...LIMITS, maxDistinctValues: 100_000, maxSectionBytes: MIB / 4 }],
    ['little room', { ...LIMITS, maxSectionBytes: leastSectionBytes() }],
  ])('with %s fits into its topic, whatever the records hold', (_name, limits) => {
    const snapshot = snapshotOf(fullState(limits));
    for (const [name, bytes] of snapshot.sections) {
      expect([name, bytes.length <= limits.maxSectionBytes]).toEqual([name, true]);
    }
    const found = new PartitionState(limits);
    expect(readSections(found, snapshot)).toEqual([]);
    for (const [name, bytes] of snapshotOf(found).sections) {
      expect(snapshot.sections.get(name)?.equals(bytes)).toBe(true);
    }
  });

  it('holds by the defaults whatever values there are, in all and in each hour', () => {
    for (const maxSectionBytes of [MIB, 2 * MIB]) {
      const limits = { ...LIMITS, maxSectionBytes };
      expect(sureNames(limits)).toBe(1_000);
      expect(boundsOf(limits).hourValues).toBe(1_000);
    }
  });

  it('holds 2,600 values of each kind for sure in 2 MiB, and tens of thousands of short ones', () => {
    const limits = { ...LIMITS, maxDistinctValues: 100_000, maxSectionBytes: 2 * MIB };
    expect(sureNames(limits)).toBeGreaterThan(2_600);
    const { namesBytes } = boundsOf(limits);
    expect(namesBytes / 34).toBeGreaterThan(60_000);
  });
});

describe('the days that are kept', () => {
  it.each([
    [{ insightRetentionDays: 31, trafficRetentionMinutes: 1440 }, 31],
    [{ insightRetentionDays: 7, trafficRetentionMinutes: 20_160 }, 14],
    [{ insightRetentionDays: 1, trafficRetentionMinutes: 1441 }, 2],
  ])('of %o are %i before the newest', (limits, days) => {
    expect(boundsOf({ ...LIMITS, ...limits }).retentionDays).toBe(days);
  });
});
