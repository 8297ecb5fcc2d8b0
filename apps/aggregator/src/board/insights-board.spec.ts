import { describe, expect, it } from '@jest/globals';
import { users } from '../insights/users/insight.ts';
import { LIMITS, login, SOME_TIME_MS, stateOf } from '../state/testing/logins.ts';
import { MS_PER_DAY } from '../utc.ts';
import { InsightsBoard } from './insights-board.ts';
import { periodOf } from './period.ts';

/** @param monotonic a clock, ms @param stopwatch merges take no time by default */
function boardAt(monotonic: () => number, stopwatch = (): number => 0): InsightsBoard {
  return new InsightsBoard({ ...LIMITS, now: () => SOME_TIME_MS, monotonic, stopwatch });
}

describe('InsightsBoard', () => {
  it('gives the same answer until a state changes', () => {
    let nowMs = 0;
    const board = boardAt(() => nowMs);
    const state = stateOf([SOME_TIME_MS]);
    board.expect(new Map([[0, 1n]]));
    board.show(0, state);
    const before = board.view();
    nowMs = 1000;
    expect(board.view()).toBe(before);
    state.fold(login(), SOME_TIME_MS, SOME_TIME_MS);
    board.show(0, state);
    expect(board.view().total).toBe(2);
    expect(board.view().ledger.partitions[0]?.consumed).toBe(2);
  });

  it('merges at most ten times a second', () => {
    let nowMs = 0;
    const board = boardAt(() => nowMs);
    const before = board.view();
    board.show(0, stateOf([SOME_TIME_MS]));
    nowMs = 99;
    expect(board.view()).toBe(before);
    nowMs = 100;
    expect(board.view().total).toBe(1);
  });

  it('merges in at most a twentieth of the time', () => {
    let nowMs = 0;
    let workMs = 0;
    const board = boardAt(
      () => nowMs,
      () => (workMs += 50),
    );
    const before = board.view();
    board.show(0, stateOf([SOME_TIME_MS]));
    nowMs = 999;
    expect(board.view()).toBe(before);
    nowMs = 1_000;
    expect(board.view().total).toBe(1);
  });

  it('shows the state with the higher next offset', () => {
    const board = new InsightsBoard(LIMITS);
    board.show(0, stateOf([SOME_TIME_MS, SOME_TIME_MS]));
    board.show(0, stateOf([SOME_TIME_MS]));
    expect(board.view().total).toBe(2);
  });

  it('is not changed by a snapshot of what it shows', () => {
    let nowMs = 0;
    const board = boardAt(() => (nowMs += 1000));
    board.show(0, stateOf([SOME_TIME_MS]));
    const before = board.view();
    board.show(0, stateOf([SOME_TIME_MS]));
    expect(board.view()).toBe(before);
  });

  it('is complete when every partition contains what was there one look before', () => {
    let nowMs = 0;
    const board = boardAt(() => (nowMs += 1000));
    const state = stateOf([]);
    const shownAt = (nextOffset: bigint): boolean => {
      state.nextOffset = nextOffset;
      board.show(0, state);
      return board.view().complete;
    };
    expect(shownAt(0n)).toBe(false);
    board.expect(new Map([[0, 10n]]));
    expect(shownAt(9n)).toBe(false);
    expect(shownAt(10n)).toBe(true);
    board.expect(new Map([[0, 20n]]));
    expect(shownAt(10n)).toBe(true);
    board.expect(new Map([[0, 30n]]));
    expect(shownAt(19n)).toBe(false);
    expect(shownAt(20n)).toBe(true);
  });

  it('counts a partition without records as contained, and names it', () => {
    const board = new InsightsBoard(LIMITS);
    board.show(0, stateOf([SOME_TIME_MS]));
    board.expect(
      new Map([
        [0, 0n],
        [1, 0n],
      ]),
    );
    expect(board.view().ledger.complete).toBe(true);
    expect(board.view().nextOffsets[1]).toMatchObject({ partition: 1, nextOffset: 0n });
  });

  it('gives another answer of a day that is past once today is another', () => {
    let wallMs = SOME_TIME_MS;
    const board = new InsightsBoard({ ...LIMITS, now: () => wallMs, monotonic: () => 0 });
    board.show(0, stateOf([SOME_TIME_MS]));
    const yesterday = periodOf({ day: '2024-12-16' }, wallMs);
    const before = board.view(yesterday);
    expect(board.view(yesterday)).toBe(before);
    wallMs += MS_PER_DAY;
    expect(board.view(yesterday).asked(users).today).toBe(before.asked(users).today + 1);
  });

  it('keeps a view of each period that is asked for, within bounds', () => {
    let nowMs = 0;
    const board = boardAt(() => (nowMs += 1000));
    const state = stateOf([SOME_TIME_MS]);
    board.show(0, state);
    const hour = Math.floor(SOME_TIME_MS / 3_600_000);
    const period = (back: number) => ({
      ...{ fromHour: hour - back, toHour: hour - back + 1 },
      ...{ fromDay: 0, toDay: 1 },
    });
    const [all, now] = [board.view(), board.view(period(0))];
    expect([all.total, now.total, board.view(period(1)).total]).toEqual([1, 1, 0]);
    expect([board.view(), board.view(period(0))]).toEqual([all, now]);
    expect(board.view(period(0))).toBe(now);
    for (let back = 1; back <= 40; back += 1) board.view(period(back));
    expect(board.view(period(0))).not.toBe(now);
  });

  it('holds no view back because of another one', () => {
    let nowMs = 0;
    const board = boardAt(() => nowMs);
    const hour = Math.floor(SOME_TIME_MS / 3_600_000);
    const period = { fromHour: hour, toHour: hour + 1, fromDay: 0, toDay: 1 };
    board.view(period);
    board.show(0, stateOf([SOME_TIME_MS]));
    nowMs = 99;
    board.view();
    nowMs = 100;
    expect(board.view(period).total).toBe(1);
  });
});
