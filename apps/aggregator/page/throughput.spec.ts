import { describe, expect, it } from '@jest/globals';
import { Throughput } from './throughput.ts';

function after(...totals: readonly number[]): Throughput {
  const throughput = new Throughput();
  for (const [second, total] of totals.entries()) throughput.add(second * 1000, total);
  return throughput;
}

describe('Throughput', () => {
  it('is not known from less than two seconds', () => {
    expect(after().perSecond).toBeUndefined();
    expect(after(100).perSecond).toBeUndefined();
    expect(after(100, 200).perSecond).toBeUndefined();
    expect(after(100, 200, 300).perSecond).toBe(100);
  });

  it('is the average of the last ten seconds', () => {
    const slowThenFast = Array.from({ length: 21 }, (_, second) =>
      second < 10 ? second : 10 + (second - 10) * 50,
    );
    expect(after(...slowThenFast).perSecond).toBe(50);
  });

  it('falls to 0 while the total stays', () => {
    expect(after(500, ...Array.from({ length: 12 }, () => 1000)).perSecond).toBe(0);
  });

  it('begins anew when the total falls: the server counts from the start again', () => {
    expect(after(500, 600, 700, 3, 13, 23).perSecond).toBe(10);
  });

  it('reaches over a pause without totals, as of a page in the background', () => {
    const throughput = after(0, 10, 20);
    throughput.add(62_000, 620);
    expect(throughput.perSecond).toBe(10);
  });

  it('knows nothing after a reset', () => {
    const throughput = after(0, 10, 20);
    throughput.reset();
    expect(throughput.perSecond).toBeUndefined();
  });
});
