import fc from 'fast-check';
import type { ConsumedRecord, OutgoingRecord, RecordHeaders } from '../record.ts';

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const headerValue = fc.oneof(bytes, fc.string());

/** Headers with one value, several, or none under a name. */
const headers: fc.Arbitrary<RecordHeaders> = fc.dictionary(
  fc.oneof(fc.string(), fc.constantFrom('__proto__', 'toString')),
  fc.oneof(headerValue, fc.array(headerValue, { maxLength: 3 })),
  { maxKeys: 4 },
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
