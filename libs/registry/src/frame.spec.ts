import { describe, expect, it } from '@jest/globals';
import { framer, schemaIdOf, unframed } from './frame.ts';

const TEXT = Buffer.from('{"a":1}');

describe('the frame of schema registries', () => {
  it.each([1, 255, 256, 2_147_483_647])('carries the id %i, and the text as it is', (id) => {
    const framed = framer(id)(TEXT);
    expect(framed.subarray(0, 5)).toEqual(
      Buffer.from(`00${id.toString(16).padStart(8, '0')}`, 'hex'),
    );
    expect(schemaIdOf(framed)).toBe(id);
    expect(unframed(framed)).toEqual(TEXT);
  });

  it.each([
    ['plain JSON', TEXT],
    ['no bytes', Buffer.alloc(0)],
    ['a zero byte and too little', Buffer.from([0, 0, 0, 1])],
    ['another magic byte', Buffer.from([1, 0, 0, 0, 1, 0x7b, 0x7d])],
  ])('is not seen in %s', (_name, value) => {
    expect(schemaIdOf(value)).toBeUndefined();
    expect(unframed(value)).toBe(value);
  });

  it('may hold nothing', () => {
    const empty = framer(7)(Buffer.alloc(0));
    expect([schemaIdOf(empty), unframed(empty)]).toEqual([7, Buffer.alloc(0)]);
  });

  it('is taken off once', () => {
    const framed = framer(3)(TEXT);
    expect(unframed(framer(4)(framed))).toEqual(framed);
  });
});
