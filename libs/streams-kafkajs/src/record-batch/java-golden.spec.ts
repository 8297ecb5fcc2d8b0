import { describe, expect, it } from '@jest/globals';
import { writeBatch } from './index.ts';
import { fetch } from './testing/fetch.ts';
import { JAVA_BATCHES } from './testing/java-golden.ts';
import { toLine } from './testing/record-lines.ts';

describe.each(JAVA_BATCHES)('A batch with $what', ({ records, hex }) => {
  it('is byte for byte what the Java client writes', async () => {
    expect((await writeBatch(records, 0)).toString('hex')).toBe(hex);
  });

  it('is read as the Java client meant it', async () => {
    const { records: messages } = await fetch(Buffer.from(hex, 'hex'));
    expect(Array.from(messages, toLine)).toEqual(records.map(toLine));
  });
});
