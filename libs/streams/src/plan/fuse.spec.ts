import { describe, expect, it } from '@jest/globals';
import { DeadLetterFuse, FuseBlownError } from './fuse.ts';
import type { CommitPlan } from './plan.ts';
import type { ConsumedRecord, OutgoingRecord } from '../records/record.ts';

const RECORD: OutgoingRecord = { key: null, value: null, timestamp: '0' };

function plan(deadLetters: number, outputs: number, dropped = 0): CommitPlan {
  return {
    outputs: new Array<OutgoingRecord>(outputs).fill(RECORD),
    sources: new Uint32Array(outputs),
    deadLetters: new Array<OutgoingRecord>(deadLetters).fill(RECORD),
    deadLetterSources: new Array<number>(deadLetters).fill(0),
    dropped,
    nextOffset: 0n,
    reasons: new Map(),
  };
}

type Batch = Parameters<DeadLetterFuse['admit']>[0];

/** @returns where a plan's records stand in partition 0 */
function batchOf({ outputs, deadLetters, dropped }: CommitPlan, first: number): Batch {
  const count = outputs.length + deadLetters.length + dropped;
  const record: ConsumedRecord = { ...RECORD, offset: String(first) };
  return {
    partition: 0,
    records: count === 0 ? [] : [record],
    nextOffset: BigInt(first + count),
  };
}

/** @returns the number of the plan that blows the fuse, counted from 1; 0 when none does */
function blownBy(maxRatio: number, plans: readonly CommitPlan[]): number {
  const fuse = new DeadLetterFuse(maxRatio, 'MAX_RATIO');
  let next = 0;
  for (const [index, each] of plans.entries()) {
    const batch = batchOf(each, next);
    next = Number(batch.nextOffset);
    try {
      fuse.admit(batch, each);
    } catch (error) {
      expect(error).toBeInstanceOf(FuseBlownError);
      return index + 1;
    }
  }
  return 0;
}

const repeated = (count: number, each: CommitPlan): CommitPlan[] =>
  new Array<CommitPlan>(count).fill(each);

describe('DeadLetterFuse', () => {
  it.each([
    { name: 'says nothing before 1,000 records', plans: [plan(999, 0)], blown: 0 },
    { name: 'blows at 1,000 dead letters in one batch', plans: [plan(1_000, 0)], blown: 1 },
    {
      name: 'blows at the record that makes it 1,000',
      plans: [plan(999, 0), plan(1, 0)],
      blown: 2,
    },
    { name: 'holds at the ratio', plans: [plan(500, 500)], blown: 0 },
    { name: 'blows just over the ratio', plans: [plan(501, 500)], blown: 1 },
    { name: 'counts dropped records as good ones', plans: [plan(600, 500, 500)], blown: 0 },
    { name: 'adds small batches up', plans: repeated(100, plan(6, 4)), blown: 100 },
    {
      name: 'forgets old good batches',
      plans: [...repeated(50, plan(0, 1_000)), plan(1_000, 0)],
      blown: 51,
    },
    {
      name: 'forgets old bad batches',
      plans: [plan(500, 500), ...repeated(10, plan(0, 100)), plan(500, 500)],
      blown: 0,
    },
    {
      name: 'keeps a batch as long as the later ones have not 1,000 records',
      plans: [plan(0, 1_000), ...repeated(9, plan(100, 0)), plan(100, 0)],
      blown: 11,
    },
    { name: 'takes empty batches', plans: repeated(2_000, plan(0, 0)), blown: 0 },
  ])('$name', ({ plans, blown }) => {
    expect(blownBy(0.5, plans)).toBe(blown);
  });

  it('never blows with a ratio of 1', () => {
    expect(blownBy(1, repeated(50, plan(1_000, 0)))).toBe(0);
  });

  it('blows at the first dead letter with a ratio of 0, once there are 1,000 records', () => {
    expect(blownBy(0, [plan(0, 1_000), plan(1, 0)])).toBe(2);
    expect(blownBy(0, [plan(0, 1_000), plan(0, 1)])).toBe(0);
  });

  it('counts records, not attempts: those that are read again count once', () => {
    const fuse = new DeadLetterFuse(0.5, 'MAX_RATIO');
    const good = plan(0, 900);
    fuse.admit({ ...batchOf(good, 0), partition: 1 }, good);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const bad = plan(200 + attempt, 0);
      fuse.admit(batchOf(bad, 0), bad);
    }
    // What follows them is counted on top of them.
    const rest = plan(600, 0);
    fuse.admit(batchOf(rest, 219), rest);
    const more = plan(100, 0);
    expect(() => {
      fuse.admit(batchOf(more, 819), more);
    }).toThrow(FuseBlownError);
  });

  it('tells the ratio, the setting and what to look at', () => {
    const fuse = new DeadLetterFuse(0.5, 'MAX_RATIO');
    const blow = () => {
      fuse.admit(batchOf(plan(750, 250), 0), plan(750, 250));
    };
    expect(blow).toThrow(
      '75 % of the last 1000 records would become dead letters, over MAX_RATIO=0.5. ' +
        'The batch was not committed. Look at the producer and at the last deploy; a higher ratio lets the records pass.',
    );
    expect(new FuseBlownError('')).toMatchObject({ name: 'FuseBlownError', code: 'FUSE_BLOWN' });
  });
});
