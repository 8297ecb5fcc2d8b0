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

/** Names are any bytes, and come again. */
const headers = fc.array(
  fc.tuple(
    fc.oneof(
      bytes,
      fc.constantFrom('', 'a', '10', '__proto__').map((name) => Buffer.from(name)),
    ),
    nullable,
  ),
  { maxLength: 5 },
);

/** A record as it comes back when it is written and read: values are bytes, every field is there. */
export const readableRecord = fc.record(
  { key: nullable, value: nullable, timestamp: timestamp.map(String), headers },
  { noNullPrototype: true },
) satisfies fc.Arbitrary<WritableRecord>;
