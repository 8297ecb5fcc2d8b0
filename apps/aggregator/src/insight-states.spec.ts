import { describe, expect, it, jest } from '@jest/globals';
import type { Logger } from '@login-pipeline/observability';
import type { FoundSnapshot } from '@login-pipeline/streams';
import { WHOLE } from '@login-pipeline/streams';
import { insightsAnswer } from './http/answers.ts';
import { InsightsBoard } from './board/insights-board.ts';
import { SnapshotError, SnapshotLimitError } from './errors.ts';
import { InsightStates } from './insight-states.ts';
import { PartitionState } from './state/partition-state.ts';
import {
  batchOf,
  LIMITS,
  login,
  processedLogin,
  snapshotOf,
  SOME_TIME_MS,
  stateOf,
} from './state/testing/logins.ts';
import { WrittenSections } from './state/testing/written-sections.ts';
import written from './state/testing/format-1.json' with { type: 'json' };

const HOUR = 3_600_000;
const TOPIC = {
  topic: 'login-insights',
  partitions: 4,
  maxMessageBytes: 2_097_152,
  retentionMs: undefined,
};

function states({ limits = LIMITS, now = SOME_TIME_MS } = {}) {
  let clock = 0;
  const board = new InsightsBoard({
    ...limits,
    now: () => now,
    monotonic: () => (clock += 1_000),
    stopwatch: () => 0,
  });
  const warn = jest.fn();
  const logger = { warn } as unknown as Logger;
  const options = { limits, board, inputTopic: 'processed-user-login', logger, now: () => now };
  return { board, warn, states: new InsightStates(options) };
}

const format1: FoundSnapshot = {
  nextOffset: BigInt(written.nextOffset),
  writtenMs: SOME_TIME_MS,
  sections: new Map([[WHOLE, Buffer.from(written.snapshot, 'base64')]]),
  missing: [],
};

describe('the states of a replica', () => {
  it('take no login that lies ahead of the clock', () => {
    const { states: owner, board } = states({ now: SOME_TIME_MS - HOUR - 1 });
    owner.restore(0, undefined, 0n);
    expect(owner.fold(batchOf(0, [processedLogin()]))).toMatchObject({ counted: 0, future: 1 });
    expect(board.view()).toMatchObject({ total: 0, timeMs: undefined, counts: { future: 1 } });
  });

  it('show the same whether they own a partition or follow its snapshots', () => {
    const [owner, follower, heir] = [states(), states(), states()];
    const [state, topic] = [new PartitionState(LIMITS), new WrittenSections()];
    const answer = ({ board }: typeof owner) => insightsAnswer(board.view());
    state.startBatch(Infinity);
    for (let number = 1; number <= 50; number += 1) {
      const timeMs = SOME_TIME_MS - ((number * 7) % 50) * 5 * HOUR;
      state.fold(login({ locale: `L${number % 3}` }), timeMs, SOME_TIME_MS);
      state.nextOffset = BigInt(number);
      follower.states.follow(0, topic.write(state, SOME_TIME_MS));
    }
    owner.board.show(0, state);
    heir.states.restore(0, topic.write(state, SOME_TIME_MS), 50n);
    expect(answer(follower)).toEqual(answer(owner));
    expect(answer(heir)).toEqual(answer(owner));
  });

  it('write the days that were written before only when they change, unless some of them is lost', () => {
    const snapshot = snapshotOf(stateOf([SOME_TIME_MS]));
    const sections = new Map([...snapshot.sections].filter(([name]) => name !== 'locales'));
    const daysTold = (found: FoundSnapshot): number => {
      const { states: replica } = states();
      replica.restore(0, found, 1n);
      replica.changes.assumeWritten(0);
      return replica.changes.since(0).filter(({ key }) => /@|minute/.test(String(key))).length;
    };
    expect(daysTold(snapshot)).toBe(0);
    expect(daysTold({ ...snapshot, sections, missing: ['locales'] })).toBeGreaterThan(0);
  });

  it('go on with what was read when the partition is theirs again, or is not any more', () => {
    const { states: replica, board } = states();
    const state = stateOf([SOME_TIME_MS]);
    replica.follow(0, snapshotOf(state));
    replica.restore(0, snapshotOf(state), 1n);
    replica.fold(batchOf(1, [processedLogin()]));
    expect(board.view().total).toBe(2);
    replica.release(0);
    replica.follow(0, snapshotOf(stateOf([SOME_TIME_MS, SOME_TIME_MS, SOME_TIME_MS])));
    expect(board.view().total).toBe(3);
  });

  it('read what an earlier release has written', () => {
    const [owner, follower] = [states(), states()];
    owner.states.restore(0, format1, format1.nextOffset);
    follower.states.follow(0, format1);
    expect(insightsAnswer(follower.board.view())).toEqual(insightsAnswer(owner.board.view()));
    expect(owner.board.view().total).toBe(written.total);
    const { nextOffset, sections } = owner.states.snapshot(0);
    expect(nextOffset).toBe(format1.nextOffset);
    const inSections = new Map(sections.map((section) => [section.name, section.encode()]));
    follower.states.follow(0, { ...format1, nextOffset, sections: inSections });
    expect(follower.warn).not.toHaveBeenCalled();
  });

  it('tell once which sections they could not read', () => {
    const { states: owner, warn, board } = states();
    const { sections, ...snapshot } = snapshotOf(stateOf([SOME_TIME_MS]));
    const damaged = new Map([...sections, ['locales', Buffer.from('damaged')]]);
    owner.restore(0, { ...snapshot, sections: damaged }, 1n);
    owner.restore(0, { ...snapshot, sections: damaged }, 1n);
    expect(warn.mock.calls).toEqual([
      [
        { topic: 'processed-user-login', partition: 0, sections: ['locales'] },
        expect.stringContaining('lacks sections'),
      ],
    ]);
    expect(insightsAnswer(board.view())).toMatchObject({
      ...{ total: 1, deviceTypes: { android: 1 }, locales: {} },
      since: { locales: '2024-12-17T18:47:00.000Z' },
    });
  });

  it('refuse a snapshot without which nothing is known, and name the partition', () => {
    const { states: owner } = states();
    const restore = () => {
      owner.restore(3, { ...format1, sections: new Map([['ledger', Buffer.from('x')]]) }, 1n);
    };
    expect(restore).toThrow(SnapshotError);
    expect(restore).toThrow(/partition 3 of "processed-user-login" .* SNAPSHOT_TOPIC/);
  });

  it('say so when values may not all fit into a snapshot, or a day cannot', () => {
    const usual = states();
    usual.states.fit(TOPIC.maxMessageBytes, TOPIC);
    expect(usual.warn).not.toHaveBeenCalled();

    const many = states({ limits: { ...LIMITS, maxDistinctValues: 100_000 } });
    many.states.fit(TOPIC.maxMessageBytes, TOPIC);
    expect(many.warn).toHaveBeenCalledWith(
      expect.objectContaining({ topic: 'login-insights', maxDistinctValues: 100_000 }),
      expect.stringMatching(
        /MAX_DISTINCT_VALUES=100000 .* max\.message\.bytes=2097152, enough for \d+/,
      ),
    );

    const { states: little } = states();
    const fit = () => {
      little.fit(10_000, { ...TOPIC, maxMessageBytes: 10_100 });
    };
    expect(fit).toThrow(SnapshotLimitError);
    expect(fit).toThrow(/max\.message\.bytes=10100: raise that to \d+ or more/);
  });
});
