import { createRequire } from 'node:module';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { murmur2 } from '@login-pipeline/streams';

// In this file nothing has replaced it.
const theirs = createRequire(import.meta.url)(
  'kafkajs/src/producer/partitioners/default/murmur2',
) as typeof murmur2;

it('murmur2 hashes every key as kafkajs does, and so as Java does', () => {
  expect(theirs).not.toBe(murmur2);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.string({ unit: 'binary' }), (array, text) => {
      expect(murmur2(Buffer.from(array))).toBe(theirs(Buffer.from(array)));
      expect(murmur2(text)).toBe(theirs(text));
    }),
    { numRuns: 2_000 },
  );
});
