import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FairShare, REQUEST_MS } from './fair-share.ts';

const TURN_MS = 5;
let nowMs: number;
let busyMs: number;
let share: FairShare;
/** Who was let in or refused, in that order. */
let entered: string[];
let refused: string[];

beforeEach(() => {
  jest.useFakeTimers();
  [nowMs, busyMs] = [0, 0];
  [entered, refused] = [[], []];
  share = new FairShare({ now: () => nowMs, busyMs: () => busyMs });
});
afterEach(() => {
  jest.useRealTimers();
});

function ask(client: string, times = 1, urgent = false): void {
  for (let asked = 0; asked < times; asked += 1) {
    share.request({
      client,
      urgent,
      enter: () => entered.push(client),
      refuse: (own) => refused.push(own ? client : `${client}, innocent`),
    });
  }
}

/** Lets time pass, of which the event loop is busy for a share. */
function pass(ms: number, busy = 0): void {
  for (let passed = 0; passed < ms; passed += TURN_MS) {
    nowMs += TURN_MS;
    busyMs += TURN_MS * busy;
    share.turn();
  }
}

describe('FairShare', () => {
  it('lets few requests in at once', () => {
    ask('a', 200);
    expect(entered).toHaveLength(200);
  });

  it('lets in as many as fit into half of an idle event loop', () => {
    ask('a', 4000);
    pass(500);
    const entitled = (25 + 500 / 2) / REQUEST_MS;
    expect(Math.abs(entered.length - entitled)).toBeLessThan(entitled / 50);
  });

  it('leaves the event loop to other work that needs all of it', () => {
    ask('a', 4000);
    pass(500, 1);
    entered = [];
    pass(1000, 1);
    expect(Math.abs(entered.length * REQUEST_MS - 1000 * 0.07)).toBeLessThan(5);
  });

  it('lets in first whose client has had least', () => {
    ask('greedy', 2000);
    entered = [];
    ask('modest', 2);
    pass(TURN_MS);
    expect(entered.slice(0, 2)).toEqual(['modest', 'modest']);
    expect(entered).toContain('greedy');
  });

  it('charges computing to the client that asked', () => {
    ask('a', 10);
    ask('b', 10);
    share.charge('a', 100);
    entered = [];
    ask('a');
    ask('b');
    pass(500);
    expect(entered[0]).toBe('b');
  });

  it('refuses what has waited for two seconds, and says whose fault that is', () => {
    ask('a');
    share.charge('a', 100_000);
    ask('a', 3);
    ask('b');
    pass(1995);
    expect(refused).toEqual([]);
    pass(10);
    expect(refused.toSorted()).toEqual(['a', 'a', 'a', 'b, innocent']);
  });

  it('never refuses probes and scrapes, and lets them in soon', () => {
    ask('a');
    share.charge('a', 100_000);
    entered = [];
    ask('a', 4096);
    ask('a', 10, true);
    pass(105);
    expect(entered).toHaveLength(10);
    expect(refused).toEqual([]);
  });

  it('lets no more requests wait than it can remember', () => {
    ask('a');
    share.charge('a', 100_000);
    ask('a', 4096 + 5);
    expect(refused).toHaveLength(5);
  });
});
