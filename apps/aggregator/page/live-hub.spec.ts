import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FORGOTTEN_AFTER_MS, LiveHub } from './live-hub.ts';
import type { Follow, Tab } from './live-hub.ts';
import { NOTHING } from './live.ts';
import type { Live } from './live.ts';

const RATES = { rates: [1] };
const SIGN = { connection: { connected: true, lastSignMs: 1 } };

let followed: {
  change: (part: Partial<Live>) => void;
  isSeen: () => boolean;
  signal: AbortSignal;
}[];
let hub: LiveHub;

beforeEach(() => {
  jest.useFakeTimers();
  followed = [];
  const follow: Follow = (change, isSeen, signal) => {
    followed.push({ change, isSeen, signal });
  };
  hub = new LiveHub(follow);
});
afterEach(() => {
  jest.useRealTimers();
});

/** A tab that keeps what it is told. */
function aTab(): Tab & { readonly told: Partial<Live>[] } {
  const told: Partial<Live>[] = [];
  return { told, postMessage: (part) => void told.push(part) };
}

describe('LiveHub', () => {
  it('follows once for all tabs, and tells each what changes', () => {
    const [one, other] = [aTab(), aTab()];
    hub.hear(one, 'visible');
    hub.hear(other, 'hidden');
    hub.hear(one, 'visible');
    followed[0]?.change(RATES);
    expect(followed).toHaveLength(1);
    expect(one.told).toEqual([NOTHING, RATES]);
    expect(other.told).toEqual([NOTHING, RATES]);
  });

  it('tells a tab that comes later all there is', () => {
    hub.hear(aTab(), 'visible');
    followed[0]?.change(RATES);
    followed[0]?.change(SIGN);
    const late = aTab();
    hub.hear(late, 'visible');
    expect(late.told).toEqual([{ ...NOTHING, ...RATES, ...SIGN }]);
  });

  it('knows whether one of the tabs is seen', () => {
    const [one, other] = [aTab(), aTab()];
    hub.hear(one, 'visible');
    hub.hear(other, 'hidden');
    expect(followed[0]?.isSeen()).toBe(true);
    hub.hear(one, 'hidden');
    expect(followed[0]?.isSeen()).toBe(false);
  });

  it('lets go of the server with the last tab, and starts anew with the next', () => {
    const tab = aTab();
    hub.hear(tab, 'visible');
    const insights = { total: 1 } as Live['insights'];
    followed[0]?.change({ insights, ...RATES, ...SIGN });
    hub.hear(tab, 'gone');
    expect(followed[0]?.signal.aborted).toBe(true);

    const next = aTab();
    hub.hear(next, 'visible');
    followed[0]?.change(RATES);
    expect(followed).toHaveLength(2);
    expect(next.told).toEqual([{ ...NOTHING, insights }]);
    expect(tab.told).toHaveLength(2);
  });

  it('posts nothing to a tab that is frozen, until it speaks again', () => {
    const [frozen, awake] = [aTab(), aTab()];
    hub.hear(frozen, 'visible');
    jest.advanceTimersByTime(FORGOTTEN_AFTER_MS + 1);
    hub.hear(awake, 'hidden');
    followed[0]?.change(RATES);
    followed[0]?.change(SIGN);
    expect(frozen.told).toEqual([NOTHING]);
    expect(followed[0]?.isSeen()).toBe(false);
    hub.hear(frozen, 'visible');
    expect(frozen.told).toEqual([NOTHING, { ...NOTHING, ...RATES, ...SIGN }]);
  });
});
