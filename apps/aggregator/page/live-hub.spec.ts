import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Insights } from './api.ts';
import { questionsAbout } from './asking.ts';
import { FORGOTTEN_AFTER_MS, LiveHub } from './live-hub.ts';
import type { Follow, SeenQuestion, Tab } from './live-hub.ts';
import { NOTHING } from './live.ts';
import type { News } from './live.ts';
import type { Period } from './period.ts';

const RATES = { rates: [1] };
const SIGN = { connection: { connected: true, lastSignMs: 1 } };
const WEEK = { period: 'last=7d', answers: { insights: { total: 7 } as Insights } } as const;
const DAY = { period: 'last=24h', answers: { insights: { total: 1 } as Insights } } as const;

const USERS = { route: 'insights/users', soonMs: () => 1, everyMs: 1 } as const;

let followed: {
  tell: (news: News) => void;
  seen: () => readonly SeenQuestion[];
  signal: AbortSignal;
  wakes: number;
}[];
let hub: LiveHub;

beforeEach(() => {
  jest.useFakeTimers();
  followed = [];
  const follow: Follow = (tell, seen, signal) => {
    const one = { tell, seen, signal, wakes: 0 };
    followed.push(one);
    return () => void (one.wakes += 1);
  };
  hub = new LiveHub(follow);
});
afterEach(() => {
  jest.useRealTimers();
});

/** A tab that keeps what it gets. */
function aTab(): Tab & { readonly told: News[] } {
  const told: News[] = [];
  return { told, postMessage: (news) => void told.push(news) };
}

function say(tab: Tab, state: 'visible' | 'hidden' | 'gone', period: Period = ''): void {
  hub.hear(tab, { state, period, questions: questionsAbout(period, [USERS]) });
}

describe('LiveHub', () => {
  it('follows once for all tabs, and tells each what changes', () => {
    const [one, other] = [aTab(), aTab()];
    say(one, 'visible');
    say(other, 'hidden', 'last=7d');
    say(one, 'visible');
    followed[0]?.tell({ now: RATES });
    expect(followed).toHaveLength(1);
    expect(one.told).toEqual([{ now: NOTHING }, { now: RATES }]);
    expect(other.told).toEqual([{ now: NOTHING }, { now: RATES }]);
  });

  it('tells of a period only those who show it', () => {
    const [one, other] = [aTab(), aTab()];
    say(one, 'visible', 'last=7d');
    say(other, 'visible', 'last=24h');
    followed[0]?.tell({ of: WEEK });
    followed[0]?.tell({ of: DAY });
    expect(one.told.slice(1)).toEqual([{ of: WEEK }]);
    expect(other.told.slice(1)).toEqual([{ of: DAY }]);
  });

  it('tells a tab that comes later all there is', () => {
    say(aTab(), 'visible', 'last=7d');
    followed[0]?.tell({ now: RATES });
    followed[0]?.tell({ now: SIGN });
    followed[0]?.tell({ of: WEEK });
    const late = aTab();
    say(late, 'visible', 'last=7d');
    expect(late.told).toEqual([{ now: { ...NOTHING, ...RATES, ...SIGN }, of: WEEK }]);
  });

  it('tells a tab that chooses another period what another tab has of it already', () => {
    const [one, other] = [aTab(), aTab()];
    say(one, 'visible', 'last=7d');
    say(other, 'visible', 'last=24h');
    followed[0]?.tell({ of: DAY });
    say(one, 'visible', 'last=24h');
    expect(one.told.slice(1)).toEqual([{ of: DAY }]);
    expect(followed[0]?.wakes).toBe(3);
  });

  it('keeps nothing of a period that is not shown any more: it would be old', () => {
    const tab = aTab();
    say(tab, 'visible', 'last=7d');
    followed[0]?.tell({ of: WEEK });
    say(tab, 'visible', 'last=24h');
    followed[0]?.tell({ of: WEEK });
    say(tab, 'visible', 'last=7d');
    expect(tab.told.slice(2)).toEqual([{}, {}]);
  });

  it('knows what the tabs that are seen ask, each question once, and the first of all tabs first', () => {
    const [one, other, third] = [aTab(), aTab(), aTab()];
    say(one, 'visible', 'last=7d');
    say(other, 'visible', 'last=7d');
    say(third, 'hidden', 'last=24h');
    const seen = () => followed[0]?.seen().map(({ period, path }) => [period, path]);
    const [insights, users] = ['insights?last=7d', 'insights/users?last=7d'];
    expect(seen()).toEqual([insights, users].map((path) => ['last=7d', path]));
    say(third, 'visible', 'last=24h');
    expect(seen()?.map(([, path]) => path)).toEqual([
      insights,
      'insights?last=24h',
      users,
      'insights/users?last=24h',
    ]);
    say(one, 'hidden', 'last=7d');
    say(other, 'hidden', 'last=7d');
    expect(seen()?.map(([period]) => period)).toEqual(['last=24h', 'last=24h']);
  });

  it('lets go of the server with the last tab, and starts anew with the next', () => {
    const tab = aTab();
    say(tab, 'visible');
    const overall = { total: 1 } as Insights;
    followed[0]?.tell({ now: { overall, ...RATES, ...SIGN } });
    say(tab, 'gone');
    expect(followed[0]?.signal.aborted).toBe(true);

    const next = aTab();
    say(next, 'visible');
    followed[0]?.tell({ now: RATES });
    expect(followed).toHaveLength(2);
    expect(next.told).toEqual([{ now: { ...NOTHING, overall } }]);
    expect(tab.told).toHaveLength(2);
  });

  it('posts nothing to a tab that is frozen, until it speaks again', () => {
    const [frozen, awake] = [aTab(), aTab()];
    say(frozen, 'visible');
    jest.advanceTimersByTime(FORGOTTEN_AFTER_MS + 1);
    say(awake, 'hidden');
    followed[0]?.tell({ now: RATES });
    followed[0]?.tell({ now: SIGN });
    expect(frozen.told).toEqual([{ now: NOTHING }]);
    expect(followed[0]?.seen()).toEqual([]);
    say(frozen, 'visible');
    expect(frozen.told).toEqual([{ now: NOTHING }, { now: { ...NOTHING, ...RATES, ...SIGN } }]);
  });
});
