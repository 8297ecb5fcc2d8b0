import { describe, expect, it } from '@jest/globals';
import { scanBatches } from '@login-pipeline/plain-wire';
import type { ScannedRecord } from '@login-pipeline/plain-wire';
import { decodeLogin, decodeProcessedLogin } from '@login-pipeline/schema';
import { Workload } from './workload.ts';
import type { WorkloadKind } from './workload.ts';

const FIRST = Date.UTC(2026, 10, 23);

function recordsOf(batch: Buffer): ScannedRecord[] {
  const records: ScannedRecord[] = [];
  scanBatches(batch, 0, [], (record) => records.push(record));
  return records;
}

function valueLength(workload: Workload): number {
  const [first] = recordsOf(workload.batch(0));
  return first?.value.length ?? 0;
}

describe.each<WorkloadKind>(['logins', 'processed'])('the workload of %s', (kind) => {
  it('tells every record apart by its timestamp', () => {
    const workload = new Workload(kind, 190, FIRST);
    const timestamps = recordsOf(workload.batch(22_000)).map(({ timestamp }) => timestamp);
    expect(timestamps).toEqual(
      Array.from({ length: workload.batchRecords }, (_, index) => FIRST + 22_000 + index),
    );
  });

  it.each([20, 1_000, 10_000])('has values that are %i bytes longer than a login', (more) => {
    const valueBytes = valueLength(new Workload(kind, 0, FIRST)) + more;
    expect(valueLength(new Workload(kind, valueBytes, FIRST))).toBe(valueBytes);
  });
});

it('expects of each login what the contract says', () => {
  const workload = new Workload('logins', 190, FIRST);
  for (const [index, { value }] of recordsOf(workload.batch(0)).entries()) {
    const login = decodeLogin(value);
    const outcome =
      typeof login === 'string'
        ? 'dead_lettered'
        : login.app_version === '2.0.0'
          ? 'emitted'
          : 'dropped';
    expect([index, outcome]).toEqual([index, workload.expected(index)]);
  }
});

it('has processed logins that all count', () => {
  const workload = new Workload('processed', 190, FIRST);
  const refused = recordsOf(workload.batch(0)).filter(
    ({ value }) => typeof decodeProcessedLogin(value) === 'string',
  );
  expect(refused).toEqual([]);
  expect(workload.count('emitted', 5_000)).toBe(5_000);
});

it('lets about half pass in every partition', () => {
  const workload = new Workload('logins', 190, FIRST);
  const indexes = Array.from({ length: 8_000 }, (_, index) => index);
  for (const partition of [0, 1, 2, 3]) {
    const passed = indexes.filter(
      (index) => index % 4 === partition && workload.expected(index) === 'emitted',
    );
    expect(passed.length / 2_000).toBeCloseTo(0.5, 1);
  }
});

it('takes every so many records into a small batch', () => {
  const workload = new Workload('logins', 190, FIRST);
  const timestamps = recordsOf(workload.smallBatch(5, 3, 4)).map(({ timestamp }) => timestamp);
  expect(timestamps).toEqual([FIRST + 5, FIRST + 9, FIRST + 13]);
});
