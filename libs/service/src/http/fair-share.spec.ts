import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FairShare, REQUEST_MS } from './fair-share.ts';

const TURN_MS = 5;
let nowMs: number;
let busyMs: number;
let share: FairShare;
/** Who was let in or refused, in that order. */
let entered: string[];
let refused: string[];
/** Clients that have left. */
let gone: Set<string>;

beforeEach(() => {
  jest.useFakeTimers();
  [nowMs, busyMs] = [0, 0];
  [entered, refused] = [[], []];
  gone = new Set();
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
      isGone: () => gone.has(client),
      enter: () => entered.push(client),
      refuse: (own) => refused.push(own ? client : `${client}, innocent`),
    });
  }
}

/** Uses up what requests may have at once; what comes then has to wait. */
function exhaust(client = 'a'): void {
  ask(client);
  share.charge(client, 1_000_000);
}

/** @returns names of many clients */
function clients(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `client ${index}`);
}

/** Lets time pass, of which the event loop is busy for a share. */
function pass(ms: number, busy = 0): void {
  for (let passed = 0; passed < ms; passed += TURN_MS) {
    nowMs += TURN_MS;
    busyMs += TURN_MS * busy;
    // An immediate takes a whole ms of a clock that is not real: time enough for those of one turn.
    jest.advanceTimersByTime(4 * TURN_MS);
  }
}

describe('FairShare', () => {
  it('lets few requests in at once', () => {
    ask('a', 200);
    expect(entered).toHaveLength(200);
  });

  it('lets in as many as fit into half of an idle event loop', () => {
    for (let passed = 0; passed < 500; passed += TURN_MS) {
      ask('a', 50);
      pass(TURN_MS);
    }
    const entitled = (25 + 500 / 2) / REQUEST_MS;
    expect(Math.abs(entered.length - entitled)).toBeLessThan(entitled / 50);
  });

  it('leaves the event loop to other work that needs all of it', () => {
    for (let passed = 0; passed < 1500; passed += TURN_MS) {
      // From when all is measured, and nothing is left of what was saved.
      if (passed === 500) entered = [];
      ask('a', 10);
      pass(TURN_MS, 1);
    }
    expect(Math.abs(entered.length * REQUEST_MS - 1000 * 0.07)).toBeLessThan(5);
  });

  it('lets in first whose client has had least', () => {
    ask('greedy', 300);
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

  it('charges what answers took before it lets more in', () => {
    exhaust();
    entered = [];
    for (const client of clients(50)) {
      share.request({
        client,
        urgent: false,
        isGone: () => false,
        enter: () => {
          entered.push(client);
          // As a handler is, which hooks come before.
          queueMicrotask(() => {
            share.charge(client, 20);
          });
        },
        refuse: () => undefined,
      });
    }
    // A turn by itself: nothing has been charged yet.
    pass(300);
    expect(entered.length).toBeGreaterThan(0);
    expect(entered.length).toBeLessThanOrEqual(4 * 2);
  });

  it('refuses what has waited for two seconds, and says whose fault that is', () => {
    exhaust();
    ask('a', 3);
    ask('b');
    // Others take all there is.
    for (let passed = 0; passed < 1995; passed += TURN_MS) {
      share.charge('a', 10);
      pass(TURN_MS);
    }
    expect(refused).toEqual([]);
    share.charge('a', 10);
    pass(10);
    expect(refused.toSorted()).toEqual(['a', 'a', 'a', 'b, innocent']);
  });

  it('has others answered within two seconds, whatever one answer took', () => {
    pass(200, 1);
    exhaust();
    entered = [];
    ask('b');
    pass(2000, 1);
    expect([entered, refused]).toEqual([['b'], []]);
  });

  it('lets in probes and scrapes soon', () => {
    exhaust();
    entered = [];
    for (const client of clients(16)) ask(client, 64);
    ask('a', 10, true);
    share.charge('a', 1000);
    pass(105, 1);
    expect(entered.filter((client) => client === 'a')).toHaveLength(10);
  });

  it('takes a flood of probes and scrapes for what it is', () => {
    exhaust('other');
    entered = [];
    ask('flood', 2000, true);
    ask('b');
    pass(105);
    // What is more than a prober sends waits as all else does.
    expect(entered.filter((client) => client === 'flood').length).toBeLessThan(300);
    expect(refused.filter((client) => client === 'flood').length).toBeGreaterThan(700);
    pass(500);
    expect(entered).toContain('b');
  });

  it('lets no more requests of one client wait than its connections hold', () => {
    exhaust();
    ask('a', 512 + 5);
    expect(refused).toEqual(Array.from({ length: 5 }, () => 'a'));
  });

  it('has room for who asks little when those who ask most have filled it', () => {
    exhaust();
    for (const client of clients(16)) ask(client, 64);
    ask('b', 2);
    expect(refused).toEqual(['client 15', 'client 14']);
    ask('client 0');
    expect(refused).toHaveLength(3);
  });

  it('refuses the newest when each client has only one that waits', () => {
    exhaust();
    for (const client of clients(1024)) ask(client);
    ask('b');
    expect(refused).toEqual(['b, innocent']);
  });

  it('drops requests whose clients have left, and charges nothing for them', () => {
    exhaust();
    ask('a', 64);
    ask('b');
    gone.add('a');
    entered = [];
    pass(2000);
    expect([entered, refused]).toEqual([['b'], []]);
  });
});
