import { describe, expect, it } from '@jest/globals';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';

describe('Scheduler', () => {
  it('runs events in the order of their time, and of their coming where that is the same', async () => {
    const scheduler = new Scheduler();
    const random = new Random(7);
    const ran: [number, number][] = [];
    for (let index = 0; index < 500; index += 1) {
      const at = random.int(50);
      const timer = scheduler.schedule(at, () => ran.push([at, index]));
      if (index % 7 === 0) timer.cancel();
    }
    await scheduler.run(100);
    const sorted = [...ran].sort(([a, first], [b, second]) => a - b || first - second);
    expect(ran).toEqual(sorted);
    expect(ran).toHaveLength(428);
    expect(scheduler.now()).toBe(100);
  });

  it('lets promises do all that they can before the next event', async () => {
    const scheduler = new Scheduler();
    const seen: string[] = [];
    const deep = async (left: number): Promise<void> => {
      await Promise.resolve();
      if (left > 0) await deep(left - 1);
      else seen.push('deep');
    };
    scheduler.schedule(1, () => {
      void deep(1_000);
      scheduler.wake();
    });
    scheduler.schedule(1, () => seen.push('next'));
    await scheduler.run(2);
    expect(seen).toEqual(['deep', 'next']);
  });

  it('stops when something is done, and goes on from there', async () => {
    const scheduler = new Scheduler();
    const seen: number[] = [];
    for (const at of [1, 2, 3]) scheduler.schedule(at, () => seen.push(at));
    await scheduler.run(10, () => seen.length === 2);
    expect([seen, scheduler.now()]).toEqual([[1, 2], 2]);
    await scheduler.run(10);
    expect([seen, scheduler.now()]).toEqual([[1, 2, 3], 10]);
  });

  it('does not run for ever where time stands still', async () => {
    const scheduler = new Scheduler();
    const again = (): void => {
      scheduler.schedule(0, again);
    };
    again();
    await expect(scheduler.run(1)).rejects.toThrow('Virtual time stands still');
  });
});

describe('Random', () => {
  it('gives the same numbers for the same seed, spread over the whole range', () => {
    const numbers = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 1_000 }, () => random.int(10));
    };
    expect(numbers(1)).toEqual(numbers(1));
    expect(numbers(1)).not.toEqual(numbers(2));
    for (let digit = 0; digit < 10; digit += 1) {
      const share = numbers(3).filter((number) => number === digit).length;
      expect(share).toBeGreaterThan(60);
      expect(share).toBeLessThan(140);
    }
  });
});
