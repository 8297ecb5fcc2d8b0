import { describe, expect, it } from '@jest/globals';
import { SkippedOffsets } from './skipped-offsets.ts';

describe('SkippedOffsets', () => {
  it('lets a batch follow on where the last one ended, over all that was passed in between', () => {
    const skipped = new SkippedOffsets();
    skipped.add(0, 10n, 12n);
    skipped.add(0, 12n, 13n);
    skipped.add(1, 50n, 51n);
    expect(skipped.take(0, 13n)).toBe(10n);
    expect(skipped.take(0, 20n)).toBe(20n);
    expect(skipped.take(1, 51n)).toBe(50n);
  });

  it('does not bridge what is missing', () => {
    const skipped = new SkippedOffsets();
    skipped.add(0, 10n, 12n);
    expect(skipped.take(0, 15n)).toBe(15n);
    skipped.add(0, 20n, 21n);
    skipped.add(0, 30n, 31n);
    expect(skipped.take(0, 31n)).toBe(30n);
  });

  it('knows whether anything happened since', () => {
    const skipped = new SkippedOffsets();
    const first = skipped.add(0, 10n, 12n);
    expect(skipped.has(0, first)).toBe(true);
    const second = skipped.add(0, 12n, 14n);
    expect([skipped.has(0, first), skipped.has(0, second)]).toEqual([false, true]);
    skipped.forget(0);
    expect(skipped.has(0, second)).toBe(false);
  });
});
