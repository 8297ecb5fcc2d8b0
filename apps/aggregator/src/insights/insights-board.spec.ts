import { describe, expect, it } from '@jest/globals';
import { InsightsBoard } from './insights-board.ts';
import { login, SOME_TIME_MS, stateOf } from './testing/logins.ts';

/** Merges that take no time. */
const AT_ONCE = (): number => 0;

describe('InsightsBoard', () => {
  it('gives the same answer until a state changes', () => {
    let nowMs = 0;
    const board = new InsightsBoard(1000, () => nowMs, AT_ONCE);
    const state = stateOf([SOME_TIME_MS]);
    board.expect(new Map([[0, 1n]]));
    board.show(0, state);
    const before = board.insights();
    nowMs = 1000;
    expect(board.insights()).toBe(before);
    state.fold(login(), SOME_TIME_MS, SOME_TIME_MS);
    board.show(0, state);
    expect(board.insights().total).toBe(2);
    expect(board.ledger().partitions[0]?.consumed).toBe(2);
  });

  it('merges at most ten times a second', () => {
    let nowMs = 0;
    const board = new InsightsBoard(1000, () => nowMs, AT_ONCE);
    const before = board.insights();
    board.show(0, stateOf([SOME_TIME_MS]));
    nowMs = 99;
    expect(board.insights()).toBe(before);
    nowMs = 100;
    expect(board.insights().total).toBe(1);
  });

  it('merges in at most a twentieth of the time', () => {
    let nowMs = 0;
    let workMs = 0;
    const board = new InsightsBoard(
      1000,
      () => nowMs,
      () => (workMs += 50),
    );
    const before = board.insights();
    board.show(0, stateOf([SOME_TIME_MS]));
    nowMs = 999;
    expect(board.insights()).toBe(before);
    nowMs = 1_000;
    expect(board.insights().total).toBe(1);
  });

  it('shows the state with the higher next offset', () => {
    const board = new InsightsBoard(1000);
    board.show(0, stateOf([SOME_TIME_MS, SOME_TIME_MS]));
    board.show(0, stateOf([SOME_TIME_MS]));
    expect(board.insights().total).toBe(2);
  });

  it('is not changed by a snapshot of what it shows', () => {
    let nowMs = 0;
    const board = new InsightsBoard(1000, () => (nowMs += 1000), AT_ONCE);
    board.show(0, stateOf([SOME_TIME_MS]));
    const before = board.insights();
    board.show(0, stateOf([SOME_TIME_MS]));
    expect(board.insights()).toBe(before);
  });

  it('is complete when every partition contains what was there one look before', () => {
    let nowMs = 0;
    const board = new InsightsBoard(1000, () => (nowMs += 1000), AT_ONCE);
    const state = stateOf([]);
    const shownAt = (nextOffset: bigint): boolean => {
      state.nextOffset = nextOffset;
      board.show(0, state);
      return board.insights().complete;
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
    const board = new InsightsBoard(1000);
    board.show(0, stateOf([SOME_TIME_MS]));
    board.expect(
      new Map([
        [0, 0n],
        [1, 0n],
      ]),
    );
    expect(board.ledger().complete).toBe(true);
    expect(board.insights().asOf.partitions[1]).toEqual({ partition: 1, nextOffset: 0n });
  });
});
