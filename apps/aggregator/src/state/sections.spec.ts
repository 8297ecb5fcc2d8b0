import { describe, expect, it } from '@jest/globals';
import { isSectionName } from '@login-pipeline/streams';
import type { FoundSnapshot } from '@login-pipeline/streams';
import fc from 'fast-check';
import { liveBoard } from '../http/testing/app.ts';
import { CATALOGUE } from '../insights/catalogue.ts';
import { locales } from '../insights/locales/insight.ts';
import { HOURS_PER_DAY, MS_PER_DAY, MS_PER_HOUR } from '../utc.ts';
import { UnreadableError } from './envelope.ts';
import { PartitionState } from './partition-state.ts';
import { readSections, sectionsOf } from './sections.ts';
import { LIMITS, login, snapshotOf, SOME_TIME_MS, stateOf, userId } from './testing/logins.ts';
import { WrittenSections } from './testing/written-sections.ts';

const TEN_DAYS = 10 * MS_PER_DAY;

function read(snapshot: FoundSnapshot): PartitionState {
  const state = new PartitionState(LIMITS);
  expect(readSections(state, snapshot)).toEqual([]);
  return state;
}

/** All that a state would write. */
function bytesOf(state: PartitionState): ReadonlyMap<string, string> {
  return new Map(
    sectionsOf(state).map((section) => [section.name, section.encode().toString('base64')]),
  );
}

const placedLogin = fc.record({
  timeMs: fc.nat(TEN_DAYS).map((ms) => SOME_TIME_MS + ms),
  user: fc.nat(200),
  version: fc.constantFrom('2.0.0', '2.1.0', '2.2.0'),
  device: fc.constantFrom('android', 'IOS', 'web'),
  locale: fc.constantFrom('TX', 'NY', 'RU', '__proto__'),
});
type PlacedLogin = typeof placedLogin extends fc.Arbitrary<infer Login> ? Login : never;

function fold(state: PartitionState, logins: readonly PlacedLogin[]): void {
  state.startBatch(SOME_TIME_MS + 2 * TEN_DAYS);
  for (const { timeMs, user, version, device, locale } of logins) {
    const members = { app_version: version, device_type: device, locale };
    state.fold(login({ ...members, user_id: userId(user) }), timeMs, SOME_TIME_MS + TEN_DAYS);
  }
  state.nextOffset += BigInt(logins.length);
}

describe('sections', () => {
  it('bring a state back, however its logins came and however often it was written meanwhile', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(placedLogin, { maxLength: 40 }), { minLength: 1, maxLength: 6 }),
        (batches) => {
          const [state, topic] = [new PartitionState(LIMITS), new WrittenSections()];
          let follower = new PartitionState(LIMITS);
          let before: FoundSnapshot['sections'] | undefined;
          for (const batch of batches) {
            fold(state, batch);
            const snapshot = topic.write(state, SOME_TIME_MS);
            expect(readSections(follower, snapshot, before)).toEqual([]);
            before = snapshot.sections;
            const heir = read(snapshot);
            const whole = new PartitionState(LIMITS);
            fold(whole, batches.slice(0, batches.indexOf(batch) + 1).flat());
            expect(bytesOf(heir)).toEqual(bytesOf(whole));
            expect(bytesOf(follower)).toEqual(bytesOf(whole));
            expect(heir.ledger()).toEqual(whole.ledger());
          }
          follower = read(snapshotOf(follower));
          expect(bytesOf(follower)).toEqual(bytesOf(state));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are written anew only where something has changed', () => {
    const state = stateOf([SOME_TIME_MS, SOME_TIME_MS + 3 * MS_PER_DAY]);
    const before = new Map(sectionsOf(state).map(({ name, revision }) => [name, revision]));
    const bytesBefore = bytesOf(state);
    state.startBatch(Infinity);
    state.fold(login(), SOME_TIME_MS + 3 * MS_PER_DAY + MS_PER_HOUR, SOME_TIME_MS + TEN_DAYS);
    const changed = sectionsOf(state)
      .filter(({ name, revision }) => before.get(name) !== revision)
      .map(({ name }) => name);
    const differing = [...bytesOf(state)].filter(
      ([name, bytes]) => bytesBefore.get(name) !== bytes,
    );
    expect(changed).toEqual(differing.map(([name]) => name));
    expect(changed.filter((name) => /^(day|hour)-/.test(name))).toEqual(['hour-2024-12-20T19']);
    // The user was there before.
    expect(changed).not.toContain('users');
    expect(changed).toEqual(expect.arrayContaining(['ledger', 'locales', 'week-hours']));
  });

  it('have one for each hour of the days that go on, and one for each day that is over', () => {
    const names = sectionsOf(
      stateOf([SOME_TIME_MS, SOME_TIME_MS + MS_PER_DAY, SOME_TIME_MS + 26 * MS_PER_HOUR]),
    ).map(({ name }) => name);
    expect(names.filter((name) => !isSectionName(name))).toEqual([]);
    expect(names.filter((name) => /^(day|hour)/.test(name))).toEqual([
      'day-2024-12-17',
      'hour-2024-12-18T18',
      'hour-2024-12-18T20',
      'day-2024-12-18',
    ]);
  });

  it('forget the days that are not kept any more', () => {
    const state = stateOf([SOME_TIME_MS, SOME_TIME_MS + 40 * MS_PER_DAY]);
    expect(state.cells.days).toHaveLength(1);
    const late = SOME_TIME_MS + 9 * MS_PER_DAY;
    state.fold(login(), late - MS_PER_DAY, SOME_TIME_MS + 40 * MS_PER_DAY);
    expect(state.ledger()).toMatchObject({ counted: 2, expired: 1 });
    state.fold(login(), late, SOME_TIME_MS + 40 * MS_PER_DAY);
    expect(state.ledger()).toMatchObject({ counted: 3, expired: 1 });
    const shorter = new PartitionState({ ...LIMITS, insightRetentionDays: 7 });
    readSections(shorter, snapshotOf(state));
    expect(shorter.cells.days).toHaveLength(1);
    const longer = read(snapshotOf(shorter));
    const newestDay = Math.floor(SOME_TIME_MS / MS_PER_DAY) + 40;
    expect([shorter.cells.oldestDay, longer.cells.oldestDay]).toEqual([
      newestDay - 7,
      newestDay - 7,
    ]);
  });
});

describe('a section that is missing, or cannot be read', () => {
  const state = stateOf([SOME_TIME_MS, SOME_TIME_MS + MS_PER_DAY]);
  const whole = snapshotOf(state);
  const nextHour = Math.floor((SOME_TIME_MS + MS_PER_DAY) / MS_PER_HOUR) + 1;
  const without = (name: string): FoundSnapshot => ({
    ...whole,
    sections: new Map([...whole.sections].filter(([each]) => each !== name)),
  });
  const damaged = (name: string): FoundSnapshot => {
    const bytes = Buffer.from(whole.sections.get(name) ?? '');
    bytes.writeUInt8((bytes[bytes.length - 1] ?? 0) ^ 1, bytes.length - 1);
    return { ...whole, sections: new Map([...whole.sections, [name, bytes]]) };
  };

  it.each([
    ['missing', without],
    ['damaged', damaged],
  ])('begins anew when it is %s, says since when, and loses nothing else', (_how, broken) => {
    for (const [index, { name }] of CATALOGUE.entries()) {
      const found = new PartitionState(LIMITS);
      expect(readSections(found, broken(name))).toEqual([name]);
      expect(found.insights[index]).toMatchObject({
        sinceMs: SOME_TIME_MS + MS_PER_DAY,
        sinceHour: nextHour,
      });
      const others = CATALOGUE.filter((insight) => insight.name !== name);
      for (const other of others) {
        const { sinceMs } = found.insights[CATALOGUE.indexOf(other)] ?? {};
        expect(sinceMs).toBeUndefined();
        expect(bytesOf(found).get(other.name)).toBe(bytesOf(state).get(other.name));
      }
      expect(found.ledger()).toEqual(state.ledger());
      expect(read(snapshotOf(found)).insights[index]).toEqual(found.insights[index]);
    }
  });

  it('leaves nothing of an insight that began anew under other names', () => {
    const two = new PartitionState(LIMITS);
    for (const [locale, timeMs] of [
      ['TX', SOME_TIME_MS],
      ['CA', SOME_TIME_MS + MS_PER_DAY],
    ] as const) {
      two.startBatch(Infinity);
      two.fold(login({ locale }), timeMs, SOME_TIME_MS + TEN_DAYS);
    }
    const { sections, ...snapshot } = snapshotOf(two);
    const found = new PartitionState(LIMITS);
    const left = new Map([...sections].filter(([name]) => name !== 'locales'));
    expect(readSections(found, { ...snapshot, sections: left })).toEqual(['locales']);
    found.startBatch(Infinity);
    found.fold(login({ locale: 'NY' }), SOME_TIME_MS, SOME_TIME_MS + TEN_DAYS);
    for (const state of [found, read(snapshotOf(found))]) {
      const day = Math.floor(SOME_TIME_MS / MS_PER_DAY);
      const hours = { fromHour: day * HOURS_PER_DAY, toHour: (day + 2) * HOURS_PER_DAY };
      const view = liveBoard([state]).view({ ...hours, fromDay: day, toDay: day + 2 });
      expect(view.total).toBe(3);
      expect(view.asked(locales).merged).toEqual(new Map([['NY', 1]]));
      expect(view.period?.complete).toBe(false);
    }
  });

  it('is not read again and again where a follower knows more insights than the owner', () => {
    const follower = new PartitionState(LIMITS);
    const snapshot = without('week-hours');
    readSections(follower, snapshot);
    const bytes = bytesOf(follower);
    expect(readSections(follower, snapshot, snapshot.sections)).toEqual([]);
    expect(bytesOf(follower)).toEqual(bytes);
  });

  it('costs a day, and no other, when it is of one', () => {
    for (const broken of [
      damaged('day-2024-12-17'),
      { ...without('day-2024-12-17'), missing: ['day-2024-12-17'] },
    ]) {
      const found = new PartitionState(LIMITS);
      expect(readSections(found, broken)).toEqual(['day-2024-12-17']);
      expect(found.cells.days).toHaveLength(1);
      const day = Math.floor(SOME_TIME_MS / MS_PER_DAY);
      for (const { sinceHour } of found.insights) {
        expect(sinceHour).toBe((day + 1) * HOURS_PER_DAY);
      }
      expect(found.ledger()).toEqual(state.ledger());
    }
  });

  it('ends the start when it is the ledger', () => {
    for (const broken of [without('ledger'), damaged('ledger')]) {
      expect(() => readSections(new PartitionState(LIMITS), broken)).toThrow(UnreadableError);
    }
  });
});
