import { describe, expect, it, jest } from '@jest/globals';
import type { Logger } from '@login-pipeline/observability';
import { InsightStates, SnapshotLimitError } from './insight-states.ts';
import { encodeSnapshot, InsightsBoard } from './insights/index.ts';
import {
  batchOf,
  LIMITS,
  processedLogin,
  SOME_TIME_MS,
  stateOf,
} from './insights/testing/logins.ts';

const HOUR = 3_600_000;
const TOPIC = {
  topic: 'login-insights',
  partitions: 4,
  maxMessageBytes: 2_097_152,
  retentionMs: undefined,
};

function states({ limits = LIMITS, now = SOME_TIME_MS } = {}) {
  const board = new InsightsBoard(limits.maxDistinctValues, () => Date.now());
  const warn = jest.fn();
  const logger = { warn } as unknown as Logger;
  const options = { limits, board, inputTopic: 'processed-user-login', logger, now: () => now };
  return { board, warn, states: new InsightStates(options) };
}

function snapshotOf(timesMs: readonly number[], writtenMs: number) {
  const state = stateOf(timesMs);
  const sections = new Map([['state', encodeSnapshot(state)]]);
  return { sections, missing: [], nextOffset: state.nextOffset, writtenMs };
}

describe('the states of a replica', () => {
  it('take no login that lies ahead of the clock', () => {
    const { states: owner, board } = states({ now: SOME_TIME_MS - HOUR - 1 });
    owner.restore(0, undefined, 0n);
    expect(owner.fold(batchOf(0, [processedLogin()]))).toMatchObject({ counted: 0, future: 1 });
    expect(board.insights()).toMatchObject({ total: 0, future: 1, asOf: { timeMs: undefined } });
  });

  it('forget what cannot have been, the same whether they own or follow, and tell it once', () => {
    const spoiled = snapshotOf([SOME_TIME_MS, Date.UTC(2100)], SOME_TIME_MS);
    const [owner, follower] = [states(), states()];
    owner.states.restore(0, spoiled, spoiled.nextOffset);
    follower.states.follow(0, spoiled);
    follower.states.follow(0, { ...spoiled, nextOffset: 3n });
    expect(follower.board.insights()).toEqual(owner.board.insights());
    expect(owner.board.insights()).toMatchObject({ total: 2, traffic: [] });
    for (const { warn } of [owner, follower]) {
      expect(warn.mock.calls).toEqual([
        [
          expect.objectContaining({ topic: 'processed-user-login', partition: 0 }),
          expect.stringContaining('cannot have been'),
        ],
      ]);
    }
  });

  it('keep what a snapshot holds when their own clock is behind that of its writer', () => {
    const { states: follower, board, warn } = states({ now: 0 });
    follower.follow(0, snapshotOf([SOME_TIME_MS], SOME_TIME_MS));
    expect(board.insights().traffic).toHaveLength(1);
    expect(warn).not.toHaveBeenCalled();
  });

  it('say so when values may not all fit into a snapshot, or the retention cannot', () => {
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

    const { states: year } = states({ limits: { ...LIMITS, trafficRetentionMinutes: 527_040 } });
    const fit = () => {
      year.fit(TOPIC.maxMessageBytes, TOPIC);
    };
    expect(fit).toThrow(SnapshotLimitError);
    expect(fit).toThrow(/TRAFFIC_RETENTION_MINUTES=527040 .* raise that to \d+ or more/);
  });
});
