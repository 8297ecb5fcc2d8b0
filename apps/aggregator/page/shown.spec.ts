import { describe, expect, it } from '@jest/globals';
import type { Insights } from './api.ts';
import { choose, nothingOf, take } from './shown.ts';

const OVERALL = { total: 100 } as Insights;
const WEEK = { total: 7 } as Insights;
const TRAFFIC = { peaks: [] };

describe('what a tab shows', () => {
  it('of all time are the insights of the stream', () => {
    const shown = take(nothingOf(''), { now: { overall: OVERALL } });
    expect(shown.held.insights).toEqual({ period: '', answer: OVERALL });
    expect(take(shown, { now: { rates: [1] } }).held).toBe(shown.held);
  });

  it('of another period are the answers about it', () => {
    const shown = take(nothingOf('last=7d'), { now: { overall: OVERALL } });
    expect(shown.held.insights).toBeUndefined();
    const told = take(shown, { of: { period: 'last=7d', answers: { insights: WEEK } } });
    expect(told.held.insights).toEqual({ period: 'last=7d', answer: WEEK });
    expect(told.now.overall).toBe(OVERALL);
  });

  it('stays, as of the period before, until there is an answer about the new one', () => {
    const answers = { insights: WEEK, 'insights/traffic': TRAFFIC };
    const before = take(nothingOf('last=7d'), { of: { period: 'last=7d', answers } });
    const chosen = choose(before, 'last=24h');
    expect(chosen.held).toBe(before.held);
    const late = take(chosen, { of: { period: 'last=7d', answers: { insights: OVERALL } } });
    expect(late.held).toBe(before.held);
    const told = take(chosen, { of: { period: 'last=24h', answers: { insights: OVERALL } } });
    expect(told.held).toEqual({
      insights: { period: 'last=24h', answer: OVERALL },
      'insights/traffic': { period: 'last=7d', answer: TRAFFIC },
    });
  });

  it('of all time is there at once', () => {
    const before = take(nothingOf('last=7d'), {
      now: { overall: OVERALL },
      of: { period: 'last=7d', answers: { insights: WEEK, problem: 'No.' } },
    });
    expect(choose(before, '').held).toEqual({
      insights: { period: '', answer: OVERALL },
      problem: { period: '', answer: undefined },
    });
  });

  it('of all time is there for a tab that gets now and its period at once', () => {
    const answers = { 'insights/traffic': TRAFFIC };
    const shown = take(nothingOf(''), { now: { overall: OVERALL }, of: { period: '', answers } });
    expect(shown.held).toEqual({
      insights: { period: '', answer: OVERALL },
      problem: { period: '', answer: undefined },
      'insights/traffic': { period: '', answer: TRAFFIC },
    });
  });
});
