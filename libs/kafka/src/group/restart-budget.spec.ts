import { describe, expect, it } from '@jest/globals';
import { RestartBudget } from './restart-budget.ts';

const MINUTE_MS = 60_000;

/** @returns how many of `count` restarts at one time are allowed */
function taken(budget: RestartBudget, count: number, now: number): number {
  return Array.from({ length: count }, () => budget.take(now)).filter(Boolean).length;
}

describe('RestartBudget', () => {
  it('allows 20 restarts in ten minutes', () => {
    const budget = new RestartBudget();
    expect(taken(budget, 30, 0)).toBe(20);
    expect(budget.take(10 * MINUTE_MS - 1)).toBe(false);
  });

  it('allows a restart again when one is ten minutes old; refused ones do not count', () => {
    const budget = new RestartBudget();
    taken(budget, 5, 0);
    taken(budget, 50, 5 * MINUTE_MS);
    expect(taken(budget, 50, 10 * MINUTE_MS)).toBe(5);
    expect(taken(budget, 50, 15 * MINUTE_MS)).toBe(15);
  });

  it('allows one restart a minute for ever', () => {
    const budget = new RestartBudget();
    const minutes = Array.from({ length: 1_000 }, (_, minute) => budget.take(minute * MINUTE_MS));
    expect(minutes.every(Boolean)).toBe(true);
  });
});
