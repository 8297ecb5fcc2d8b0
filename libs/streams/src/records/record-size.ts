import type { OutgoingRecord } from './record.ts';

/**
 * The most that a record's framing takes in a record batch of format 2: five varints of at most 5 or 10
 * bytes and the attributes (Kafka protocol guide, "Record").
 */
const RECORD_OVERHEAD = 36;
const HEADER_OVERHEAD = 10;

/** The fixed part of a record batch of format 2, in bytes (Kafka protocol guide, "Record Batch"). */
export const BATCH_OVERHEAD = 61;

/** @returns the bytes a record takes in an uncompressed record batch, at most */
export function recordBytes({ key, value, headers }: OutgoingRecord): number {
  let bytes = RECORD_OVERHEAD + (key?.length ?? 0) + (value?.length ?? 0);
  if (headers === undefined) return bytes;
  if ('encoded' in headers) return bytes + headers.encoded.length;
  if ('added' in headers) bytes += headers.came.encoded.length;
  for (const [name, header] of 'added' in headers ? headers.added : headers) {
    bytes += HEADER_OVERHEAD + Buffer.byteLength(name) + Buffer.byteLength(header ?? '');
  }
  return bytes;
}

/**
 * Cuts records, in order, into runs that each fit into one record batch. A record that is over the limit
 * by itself is a run by itself.
 *
 * @param limits the most bytes of a batch, uncompressed, and the most records of a run
 */
export function* splitBySize(
  records: readonly OutgoingRecord[],
  { maxBytes, maxRecords }: { readonly maxBytes: number; readonly maxRecords: number },
): Generator<readonly OutgoingRecord[]> {
  let start = 0;
  let bytes = BATCH_OVERHEAD;
  let index = 0;
  for (const record of records) {
    const size = recordBytes(record);
    if (index > start && (bytes + size > maxBytes || index - start >= maxRecords)) {
      yield records.slice(start, index);
      start = index;
      bytes = BATCH_OVERHEAD;
    }
    bytes += size;
    index += 1;
  }
  if (start < records.length) yield start === 0 ? records : records.slice(start);
}
