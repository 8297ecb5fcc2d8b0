import { describe, expect, it } from '@jest/globals';
import { UserHash } from './user-hash.ts';

const hash = new UserHash();

describe('UserHash', () => {
  it('is MurmurHash3 over the bytes of the id', () => {
    // Murmur reads words in little-endian order, so each word of the id is turned round here.
    hash.set('64636261-6867-6665-6c6b-6a69706f6e6d');
    expect(hash.high).toBe(murmur3('abcdefghijklmnop', 0x9747b28c));
  });

  it('does not depend on letter case', () => {
    hash.set('ABCDEF01-2345-6789-ABCD-EF0123456789');
    const { high, low } = hash;
    hash.set('abcdef01-2345-6789-abcd-ef0123456789');
    expect(hash).toEqual({ high, low });
  });
});

/** The reference algorithm (Appleby, MurmurHash3_x86_32), for lengths that are a multiple of four. */
function murmur3(text: string, seed: number): number {
  const bytes = Buffer.from(text);
  const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));
  let hashed = seed;
  for (let offset = 0; offset < bytes.length; offset += 4) {
    const word = Math.imul(bytes.readInt32LE(offset), 0xcc9e2d51);
    hashed ^= Math.imul(rotate(word, 15), 0x1b873593);
    hashed = (Math.imul(rotate(hashed, 13), 5) + 0xe6546b64) | 0;
  }
  hashed ^= bytes.length;
  hashed = Math.imul(hashed ^ (hashed >>> 16), 0x85ebca6b);
  hashed = Math.imul(hashed ^ (hashed >>> 13), 0xc2b2ae35);
  return (hashed ^ (hashed >>> 16)) >>> 0;
}
