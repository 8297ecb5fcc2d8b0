import { deadLetterRecord } from '../dead-letter/dead-letter.ts';
import type { LatestKey, Outcome } from './outcome.ts';
import { deadLetter } from './outcome.ts';
import type {
  ConsumedBatch,
  ConsumedRecord,
  OutgoingRecord,
  Refusal,
  Timestamp,
} from '../records/record.ts';
import { recordBytes } from '../records/record-size.ts';

/**
 * All that one transaction does for a batch: what to write where, and where to go on. Dropped and
 * dead-lettered records advance the next offset like any other.
 */
export interface CommitPlan {
  readonly outputs: readonly OutgoingRecord[];
  /** Of each output, the index of its record in the batch. */
  readonly sources: Uint32Array;
  readonly deadLetters: readonly OutgoingRecord[];
  /** As `sources`, of each dead letter. */
  readonly deadLetterSources: readonly number[];
  /** Outputs that may be the newest of their key, in order; absent where these are not kept. */
  readonly latest?: readonly LatestRecord[];
  /** The offset to commit: the batch's last plus one, never the last. */
  readonly nextOffset: bigint;
  /** How many records had which outcome; `outputs + dropped + deadLetters` is the batch. */
  readonly dropped: number;
  /** Dead letters by reason. */
  readonly reasons: ReadonlyMap<string, number>;
}

/** An output that may be the newest of its key. */
export interface LatestRecord extends LatestKey {
  readonly value: Buffer;
  /** The record's own time. */
  readonly timestamp: Timestamp;
  /** The index of its record in the batch. */
  readonly source: number;
}

/** What planning needs to know beyond the batch. */
export interface PlanOptions<Reason extends string> {
  /** The service's `name@version`, written into dead letters. */
  readonly service: string;
  /**
   * The reason for a record that is too large to be read, or that its transform made larger than
   * the output topic takes.
   */
  readonly tooLarge: Reason;
  /** The reasons for a record whose output the brokers refuse. */
  readonly refused: Readonly<Record<Refusal, Reason>>;
  /** The clock, for the time in dead letters. */
  readonly now: () => Date;
}

/**
 * Decides about every record of a batch, in order, and adds up what the transaction has to do.
 *
 * @param decide pure: one record's outcome; what it throws is a bug and passes through
 */
export function planBatch<Reason extends string>(
  batch: ConsumedBatch,
  decide: (record: ConsumedRecord) => Outcome<Reason>,
  { service, tooLarge, refused: reasonOf, now }: PlanOptions<Reason>,
): CommitPlan {
  const { topic, partition, records, nextOffset, maxOutputBytes = Infinity, refused } = batch;
  const outputs: OutgoingRecord[] = [];
  const sources = new Uint32Array(records.length);
  const deadLetters: OutgoingRecord[] = [];
  const deadLetterSources: number[] = [];
  const reasons = new Map<string, number>();
  const latest: LatestRecord[] = [];
  let dropped = 0;
  let index = -1;

  const setAside = (record: ConsumedRecord, reason: Reason, stage: string): void => {
    const source = { topic, partition, service, time: now() };
    deadLetters.push(deadLetterRecord(record, deadLetter(reason, stage), source));
    deadLetterSources.push(index);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  };

  for (const record of records) {
    index += 1;
    const outcome = decide(record);
    switch (outcome.kind) {
      case 'emit': {
        // What has lost its key or headers is not the record that its output says it is.
        if (record.omittedBytes !== undefined) {
          setAside(record, tooLarge, 'decode');
          break;
        }
        const { key, headers, timestamp } = record;
        const output = { key, value: outcome.value, headers, timestamp };
        if (recordBytes(output) > maxOutputBytes) {
          setAside(record, tooLarge, 'transform');
          break;
        }
        const refusal = refused?.get(record.offset);
        if (refusal !== undefined) {
          setAside(record, reasonOf[refusal], 'write');
          break;
        }
        sources[outputs.length] = index;
        outputs.push(output);
        if (outcome.latest !== undefined) {
          latest.push({ ...outcome.latest, value: outcome.value, timestamp, source: index });
        }
        break;
      }
      case 'drop':
        dropped += 1;
        break;
      case 'dead-letter': {
        // A value that was not read is not null, though it looks so.
        const isRead = record.omittedBytes === undefined;
        setAside(record, isRead ? outcome.reason : tooLarge, outcome.stage);
        break;
      }
    }
  }
  return {
    outputs,
    sources: sources.subarray(0, outputs.length),
    deadLetters,
    deadLetterSources,
    ...(latest.length > 0 && { latest }),
    nextOffset,
    dropped,
    reasons,
  };
}
