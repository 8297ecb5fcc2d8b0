import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TextCache } from './text-cache.ts';

describe('TextCache', () => {
  const cache = new TextCache();
  const read = (text: string): string => {
    const bytes = Buffer.from(`<${text}>`);
    return cache.read(bytes, 1, bytes.length - 1);
  };

  it('gives back what the bytes say, however often and whatever was before', () => {
    const ascii = fc.string({
      unit: fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)),
    });
    fc.assert(
      fc.property(fc.array(ascii, { minLength: 1, maxLength: 8 }), (texts) => {
        for (const text of [...texts, ...texts]) expect(read(text)).toBe(text);
      }),
    );
  });

  it('tells apart texts that share a slot', () => {
    const texts = Array.from({ length: 20_000 }, (_, index) => `2.${index}.0`);
    expect(texts.map(read)).toEqual(texts);
    expect(texts.map(read)).toEqual(texts);
  });
});
