import fc from 'fast-check';
import type { ConsumedRecord, OutgoingRecord, RecordHeader } from '../records/record.ts';

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const text = fc.string();
const headerValue: fc.Arbitrary<Buffer | string> = fc.oneof(bytes, text);

/**
 * Headers whose names come again, look like numbers or members of every object, are those of dead
 * letters, or no UTF-8.
 */
const headers: fc.Arbitrary<RecordHeader[]> = fc.array(
  fc.tuple(
    fc.oneof(
      bytes,
      fc.string(),
      fc.constantFrom(
        '',
        'a',
        '10',
        '2',
        '__proto__',
        'x-dead-letter-reason',
        '__connect.errors.topic',
      ),
    ),
    fc.option(headerValue, { nil: null }),
  ),
  { maxLength: 6 },
);

const timestamp = fc.bigInt({ min: 0n, max: 9_000_000_000_000n }).map(String);
const content = {
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.option(headers, { nil: undefined }),
  timestamp,
};

/** Records on their way out, of every shape. */
export const outgoingRecord: fc.Arbitrary<OutgoingRecord> = fc.record(content);

/** Records as they come in, of every shape. */
export const consumedRecord: fc.Arbitrary<ConsumedRecord> = fc.record({
  ...content,
  offset: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
});
