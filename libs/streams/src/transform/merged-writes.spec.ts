import { describe, expect, it } from '@jest/globals';
import { MergedWrites } from './merged-writes.ts';

const batch = (length: number): { length: number; uncompressedBytes: number } => ({
  length,
  uncompressedBytes: length,
});

describe('MergedWrites', () => {
  const one = { writes: [{ topic: 'out', partition: 0, batches: [batch(1), batch(2)] }] };
  const other = {
    writes: [
      { topic: 'out', partition: 0, batches: [batch(3)] },
      { topic: 'out', partition: 1, batches: [batch(4)] },
    ],
  };
  const merged = new MergedWrites([one, other]);

  it('writes each partition once, in the order of the writers', () => {
    expect(merged.writes).toEqual([
      { topic: 'out', partition: 0, batches: [batch(1), batch(2), batch(3)] },
      { topic: 'out', partition: 1, batches: [batch(4)] },
    ]);
  });

  it('finds the writer and its own batch of what was refused', () => {
    const refused = merged.refusedOf([
      { topic: 'out', partition: 0, batch: 2, error: 'INVALID_TIMESTAMP', indexes: [1] },
    ]);
    expect([...refused]).toEqual([
      [other, [{ write: other.writes[0], batch: 0, error: 'INVALID_TIMESTAMP', indexes: [1] }]],
    ]);
  });

  it('knows which writers write to a place', () => {
    expect(merged.writesTo(one, { topic: 'out', partition: 1 })).toBe(false);
    expect(merged.writesTo(other, { topic: 'out', partition: 1 })).toBe(true);
  });
});
