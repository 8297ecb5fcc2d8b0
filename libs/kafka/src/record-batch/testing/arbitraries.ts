import fc from 'fast-check';
import type { WritableRecord } from '../index.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const nullable = fc.option(bytes);

/** Timestamps of today, and any that int64 allows, which brokers before 4.0 take from any producer. */
const timestamp = fc.oneof(
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_600_000 }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(-1, 0, 2 ** 53, -(2 ** 31), 2 ** 31, 2 ** 27),
);

const headers = fc.dictionary(
  fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('__proto__', 'toString')),
  fc.oneof(nullable, fc.array(nullable, { minLength: 2, maxLength: 4 })),
  { maxKeys: 4, noNullPrototype: true },
);

/** A record as it comes back when it is written and read: values are bytes, every field is there. */
export const readableRecord = fc.record(
  { key: nullable, value: nullable, timestamp: timestamp.map(String), headers },
  { noNullPrototype: true },
) satisfies fc.Arbitrary<WritableRecord>;
