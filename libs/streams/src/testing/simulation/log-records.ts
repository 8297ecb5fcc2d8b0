import type { FetchedRecord } from '../../fetch/fetched-record.ts';
import type { PartitionLog } from './broker/partition-log.ts';

/** What became of a record's transaction; `plain` outside of transactions. */
export type RecordFate = 'plain' | 'committed' | 'aborted' | 'open';

/** A record, and what became of it. */
export interface JudgedRecord {
  readonly record: FetchedRecord;
  readonly fate: RecordFate;
  /** A decimal int64; undefined outside of transactions. */
  readonly transactionOf: string | undefined;
}

/** The records of a partition. */
export interface PartitionRecords {
  /** In the order of their offsets: those that are committed, and those outside of transactions. */
  readonly committed: readonly FetchedRecord[];
  /** All that the log has. */
  readonly all: readonly JudgedRecord[];
}

interface Judged {
  record: FetchedRecord;
  fate: RecordFate;
  transactionOf: string | undefined;
}

/** @returns the records of a log, read without the help of its indexes */
export function recordsOf({ batches, start }: PartitionLog): PartitionRecords {
  const all: Judged[] = [];
  const open = new Map<string, Judged[]>();
  for (const { marker, transactionOf, records } of batches) {
    if (marker !== undefined && transactionOf !== undefined) {
      const fate = marker === 'abort' ? 'aborted' : 'committed';
      for (const judged of open.get(transactionOf) ?? []) judged.fate = fate;
      open.delete(transactionOf);
      continue;
    }
    for (const record of records) {
      if (Number(record.offset) < start) continue;
      const judged: Judged = {
        record,
        fate: transactionOf === undefined ? 'plain' : 'open',
        transactionOf,
      };
      all.push(judged);
      if (transactionOf === undefined) continue;
      const others = open.get(transactionOf);
      if (others === undefined) open.set(transactionOf, [judged]);
      else others.push(judged);
    }
  }
  const committed = all
    .filter(({ fate }) => fate === 'plain' || fate === 'committed')
    .map(({ record }) => record);
  return { committed, all };
}
