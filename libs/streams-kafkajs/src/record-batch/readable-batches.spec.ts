import { describe, expect, it } from '@jest/globals';
import type { Fetched } from './testing/fetch.ts';
import { batchOf, emptied, marker, transactionalBatch } from './testing/batches.ts';
import { fetch } from './testing/fetch.ts';

/** @returns the values that an application gets, with their offsets */
function seen({ records }: Fetched): string[] {
  return Array.from(records, ({ offset, value }) => `${offset}:${String(value)}`);
}

describe('What a fetch brought', () => {
  it('is all of it, from the fetched offset on', async () => {
    const bytes = Buffer.concat([await batchOf(5, ['a', 'b']), await batchOf(7, ['c'])]);
    const read = await fetch(bytes, { fetchedOffset: 5 });
    expect(seen(read)).toEqual(['5:a', '6:b', '7:c']);
    expect(read.end).toBe(8);
  });

  it('may be nothing', async () => {
    const read = await fetch(Buffer.alloc(0), { fetchedOffset: 10 });
    expect(read).toEqual({ records: [], end: undefined });
  });

  it('leaves out what is before the fetched offset in the first batch', async () => {
    const read = await fetch(await batchOf(5, ['a', 'b', 'c']), { fetchedOffset: 6 });
    expect(seen(read)).toEqual(['6:b', '7:c']);
    expect(read.end).toBe(8);
  });

  it('leaves out control records and goes on after them', async () => {
    const bytes = [await transactionalBatch(0, ['a']), await marker('commit', 1)];
    const read = await fetch(Buffer.concat(bytes));
    expect(seen(read)).toEqual(['0:a']);
    expect(read.end).toBe(2);
  });

  it('moves on past a marker that is all there is', async () => {
    const read = await fetch(await marker('commit', 4), { fetchedOffset: 4 });
    expect(read).toEqual({ records: [], end: 5 });
  });

  it('leaves out an aborted transaction until its marker, and no other', async () => {
    const bytes = [
      await transactionalBatch(0, ['aborted']),
      await transactionalBatch(1, ['other'], 8n),
      await batchOf(2, ['plain']),
      await transactionalBatch(3, ['aborted too']),
      await marker('abort', 4),
      await transactionalBatch(5, ['again']),
      await marker('commit', 6),
      await marker('commit', 7, 8n),
    ];
    const aborted = [{ producerId: '7', firstOffset: '0' }];
    const read = await fetch(Buffer.concat(bytes), { aborted });
    expect(seen(read)).toEqual(['1:other', '2:plain', '5:again']);
    expect(read.end).toBe(8);
  });

  it('takes aborted transactions in any order, several of one producer too', async () => {
    const bytes = [
      await transactionalBatch(0, ['first']),
      await marker('abort', 1),
      await transactionalBatch(2, ['other'], 8n),
      await transactionalBatch(3, ['second']),
      await marker('abort', 4),
      await marker('abort', 5, 8n),
      await transactionalBatch(6, ['kept']),
    ];
    const aborted = [
      { producerId: '7', firstOffset: '3' },
      { producerId: '8', firstOffset: '2' },
      { producerId: '7', firstOffset: '0' },
    ];
    expect(seen(await fetch(Buffer.concat(bytes), { aborted }))).toEqual(['6:kept']);
  });

  it('reads what is uncommitted too when the broker lists nothing as aborted', async () => {
    const bytes = [await transactionalBatch(0, ['a']), await marker('abort', 1)];
    expect(seen(await fetch(Buffer.concat(bytes)))).toEqual(['0:a']);
  });

  it('moves on past a batch that compaction emptied', async () => {
    const gone = emptied(await batchOf(10, ['a', 'b', 'c', 'd']));
    const read = await fetch(gone, { fetchedOffset: 10 });
    expect(read).toEqual({ records: [], end: 14 });
  });

  it('moves on to the end of a batch whose last records compaction removed', async () => {
    const left = Buffer.concat([await batchOf(0, ['a']), emptied(await batchOf(1, ['b', 'c']))]);
    const read = await fetch(left);
    expect(seen(read)).toEqual(['0:a']);
    expect(read.end).toBe(3);
  });

  it.each([1, 11, 17, 60, 61, 70])(
    'does without a batch of which %d bytes came',
    async (length) => {
      const torn = (await batchOf(1, ['torn'])).subarray(0, length);
      const read = await fetch(Buffer.concat([await batchOf(0, ['a']), torn]));
      expect(seen(read)).toEqual(['0:a']);
      expect(read.end).toBe(1);
    },
  );
});
