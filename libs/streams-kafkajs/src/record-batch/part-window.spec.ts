import { describe, expect, it } from '@jest/globals';
import { PartWindow } from './part-window.ts';

async function* inParts(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) {
    yield await Promise.resolve(bytes.subarray(start, start + size));
  }
}

describe('PartWindow', () => {
  it('takes what is needed, and has the rest of a part afterwards', async () => {
    const window = new PartWindow(inParts(Buffer.from('abcdefghij'), 4), 10);
    await window.atLeast(6);
    expect(String(window.bytes)).toBe('abcdef');
    window.position = 5;
    await window.more();
    expect(String(window.bytes)).toBe('fgh');
    await window.skip(4);
    expect([window.left, await window.more(5), String(window.bytes)]).toEqual([1, false, 'ij']);
    await expect(window.skip(2)).rejects.toThrow('cut off');
  });

  it('copies what it puts together once', async () => {
    const bytes = Buffer.alloc(400_000, 'login ');
    const window = new PartWindow(inParts(bytes, 1), bytes.length);
    await window.atLeast(bytes.length);
    expect(window.bytes.equals(bytes)).toBe(true);
  });
});
