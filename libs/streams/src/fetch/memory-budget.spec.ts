import { describe, expect, it } from '@jest/globals';
import { MemoryBudget } from './memory-budget.ts';

/** Lets all that can go on go on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('MemoryBudget', () => {
  it('has a reader wait until there is room, and gives back what is not used', async () => {
    const budget = new MemoryBudget(10);
    const first = await budget.take(8);
    let got = false;
    const second = budget.take(5).then((grant) => {
      got = true;
      return grant;
    });
    await settled();
    expect(got).toBe(false);
    first.shrinkTo(6);
    await settled();
    expect(got).toBe(false);
    first.shrinkTo(5);
    await second;
    expect(got).toBe(true);
  });

  it('serves in the order of asking: a large share is not passed for ever', async () => {
    const budget = new MemoryBudget(10);
    const first = await budget.take(6);
    const order: string[] = [];
    const large = budget.take(10).then((grant) => {
      order.push('large');
      grant.release();
    });
    const small = budget.take(1).then(() => order.push('small'));
    await settled();
    expect(order).toEqual([]);
    first.release();
    first.release();
    await Promise.all([large, small]);
    expect(order).toEqual(['large', 'small']);
  });

  it('gives all of it to who wants more than there is', async () => {
    const budget = new MemoryBudget(10);
    (await budget.take(50)).release();
    (await budget.take(10)).release();
  });

  it('tells who waits that it waits, and when it goes on; nothing is there at once', async () => {
    const budget = new MemoryBudget(10);
    const told: string[] = [];
    const tell = (name: string) => (isWaiting: boolean) => told.push(`${name} ${isWaiting}`);
    const first = await budget.take(8, tell('first'));
    const second = budget.take(5, tell('second'));
    await budget.take(0, tell('nothing'));
    expect(told).toEqual(['second true']);
    first.release();
    await second;
    expect(told).toEqual(['second true', 'second false']);
  });
});
