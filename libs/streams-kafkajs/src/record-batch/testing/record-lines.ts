import type { FetchedRecord } from '@login-pipeline/streams';
import type { WritableRecord } from '../index.ts';

/** Records as JavaRecords.java reads and writes them: one a line, see there. */
export function toLine({
  timestamp,
  key,
  value,
  headers = [],
}: WritableRecord | FetchedRecord): string {
  const pairs = Array.from(
    headers,
    ([name, one]) => `${Buffer.from(name).toString('hex')}=${hex(one)}`,
  );
  return [timestamp, hex(key), hex(value), pairs.join(',')].join('|');
}

function hex(bytes: unknown): string {
  return Buffer.isBuffer(bytes) ? bytes.toString('hex') : '~';
}
