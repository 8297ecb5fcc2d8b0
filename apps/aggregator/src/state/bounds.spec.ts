import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { CATALOGUE } from '../insights/catalogue.ts';
import { BoundedValues } from '../insights/counting/bounded-values.ts';
import type { Tally } from '../insights/counting/bounded-values.ts';
import { SlotCounts } from '../insights/counting/slot-counts.ts';
import type { Insight } from '../insights/insight.ts';
import { MINUTES_PER_DAY, MS_PER_DAY, MS_PER_MINUTE } from '../utc.ts';
import { boundsOf, DIMENSIONS, leastSectionBytes, sureNames } from './bounds.ts';
import type { Limits } from './bounds.ts';
import type { DayCells } from './day-cells.ts';
import { PartitionState } from './partition-state.ts';
import { readSections } from './sections.ts';
import { LIMITS, login, snapshotOf, SOME_TIME_MS, userId } from './testing/logins.ts';

const MIB = 1024 * 1024;
const MAX_UINT32 = 2 ** 32 - 1;
const BOUNDS = boundsOf(LIMITS);
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
  for (const { state: always } of state.insights) raise(always);
  for (const day of state.cells.days) {
    const edit = ({ hours, parts }: DayCells): void => {
      for (const part of parts) raise(part);
      for (const cell of hours) {
        if (cell === undefined) continue;
        cell.counted = upTo(many);
        for (const part of cell.parts) raise(part);
      }
    };
    state.cells.change(day, edit, []);
  }
  return state;
}

/** As many bytes as the highest number takes, and as hard to compress as they get. */
function upTo(highest: number): number {
  return highest - Math.floor((Math.random() * highest) / 2);
}

/** Raises what an insight has counted as high as it goes, by how it counts: logins would take too long. */
function raise(kept: unknown): void {
  if (kept instanceof Float64Array)
    kept.forEach((_, at) => (kept[at] = upTo(Number.MAX_SAFE_INTEGER)));
  else if (kept instanceof Uint32Array) kept.forEach((_, at) => (kept[at] = upTo(MAX_UINT32)));
  else if (kept instanceof BoundedValues) {
    const values = kept as BoundedValues<Tally>;
    for (const tally of [values.other, ...[...values.entries()].map(([, each]) => each)]) {
      tally.count = upTo(Number.MAX_SAFE_INTEGER);
      for (const more of Object.values(tally)) raise(more);
    }
  } else if (kept instanceof SlotCounts) {
    const counts: [slot: number, logins: number][] = [];
    kept.forEach((slot, logins) => counts.push([slot, logins]));
    for (const [slot, logins] of counts) kept.add(slot, upTo(MAX_UINT32) - logins);
  }
}

/** @returns whether an hour of the insight has as many values by name as the bounds let it have */
function isDimension({ cells }: Insight): boolean {
  const { hourValues } = BOUNDS;
  const cell = cells?.empty(BOUNDS);
  if (!(cell instanceof SlotCounts)) return false;
  for (let slot = 1; slot <= hourValues; slot += 1) cell.add(slot);
  let named = 0;
  cell.forEach((slot) => (named += slot === 0 ? 0 : 1));
  return named === hourValues;
}

describe('a section', () => {
  it('of a day has room for the values of as many insights as there are', () => {
    expect(CATALOGUE.filter(isDimension)).toHaveLength(DIMENSIONS);
  });

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
