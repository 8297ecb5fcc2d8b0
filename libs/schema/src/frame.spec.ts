import { describe, expect, it } from '@jest/globals';
import { decodeLogin, decodeProcessedLogin } from './decode.ts';
import { framer, schemaIdOf, unframed } from './frame.ts';
import type { Login } from './login.ts';
import { login } from './testing/golden/login-text.ts';
import { membersOf } from './testing/index.ts';

const TEXT = Buffer.from(login());

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
    expect(decodeLogin(empty)).toBe('empty_value');
  });

  it('is read through by the decoders, once', () => {
    const framed = framer(3)(TEXT);
    expect(membersOf(decodeLogin(framed) as Login)).toEqual(JSON.parse(String(TEXT)));
    expect(decodeLogin(framer(3)(framed))).toBe('invalid_json');
    const processed = Buffer.from(login({ processed: true }));
    const decoded = decodeProcessedLogin(framer(3)(processed)) as Login;
    expect(membersOf(decoded)).toEqual(JSON.parse(String(processed)));
    expect(decodeProcessedLogin(framed)).toBe('invalid_processed');
  });
});
