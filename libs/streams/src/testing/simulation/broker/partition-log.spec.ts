import { describe, expect, it } from '@jest/globals';
import { SimulatedOutgoing } from '../simulated-batch.ts';
import { PartitionLog } from './partition-log.ts';
import type { ClaimedBatch } from './producer-states.ts';

const records = (count: number): SimulatedOutgoing =>
  new SimulatedOutgoing(
    Array.from({ length: count }, () => ({ key: null, value: Buffer.from('v'), timestamp: 1 })),
  );

function claim(batch: Partial<ClaimedBatch>): ClaimedBatch {
  const claimed = { producerId: 7, epoch: 0, baseSequence: 0, count: 1 };
  return { ...claimed, isTransactional: true, isFromClient: true, ...batch };
}

/** Appends as after a verification. */
function append(log: PartitionLog, batch: Partial<ClaimedBatch>, adds = false) {
  const claimed = claim(batch);
  const isOpen = log.producers.hasOngoing(claimed.producerId, claimed.epoch);
  const guard = isOpen ? undefined : log.producers.startVerification(claimed, adds);
  return log.append(claimed, records(claimed.count), guard);
}

function mark(log: PartitionLog, isCommit: boolean, marker = {}) {
  const by = { producerId: 7, epoch: 0, coordinatorEpoch: 0, bumpsEpoch: false, timestamp: 1 };
  return log.appendMarker({ ...by, isCommit, ...marker });
}

describe('PartitionLog', () => {
  it('ends for readers of committed records where the first open transaction begins', () => {
    const log = new PartitionLog();
    append(log, { count: 3 });
    append(log, { producerId: 8 });
    expect(log.lastStableOffset).toBe(0);
    expect(log.read(0, 'read_committed', 1000, true).batches).toEqual([]);
    mark(log, false);
    expect([log.lastStableOffset, log.end]).toEqual([3, 5]);
    mark(log, true, { producerId: 8 });
    expect([log.lastStableOffset, log.end]).toEqual([6, 6]);
    const read = log.read(1, 'read_committed', 10_000, true);
    expect(read.batches.map(({ baseOffset, marker }) => [baseOffset, marker])).toEqual([
      [0, undefined],
      [3, undefined],
      [4, 'abort'],
      [5, 'other'],
    ]);
  });

  it('lists the aborted transactions that overlap a range', () => {
    const log = new PartitionLog();
    append(log, { count: 2 });
    mark(log, false);
    append(log, { baseSequence: 2 });
    mark(log, true);
    append(log, { baseSequence: 3 });
    mark(log, false);
    const aborted = (from: number, end: number) =>
      log.abortedIn(from, end).map(({ firstOffset }) => firstOffset);
    expect(aborted(0, log.end)).toEqual(['0', '5']);
    expect(aborted(2, 5)).toEqual(['0']);
    expect(aborted(3, 5)).toEqual([]);
    expect(log.abortedIn(6, 7)).toEqual([{ producerId: '7', firstOffset: '5' }]);
  });

  it('knows a batch again, and refuses gaps, older epochs, and what was not verified', () => {
    const log = new PartitionLog();
    expect(append(log, { count: 2 })).toEqual({ error: 'NONE', baseOffset: 0 });
    expect(append(log, { count: 2 })).toEqual({ error: 'NONE', baseOffset: 0 });
    expect(append(log, { baseSequence: 3 }).error).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(mark(log, true, { epoch: 1 }).error).toBe('NONE');
    expect(append(log, { baseSequence: 2 }).error).toBe('INVALID_PRODUCER_EPOCH');
    expect(append(log, { epoch: 1, baseSequence: 2 }).error).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    const late = claim({ epoch: 1 });
    expect(log.append(late, records(1), undefined).error).toBe('INVALID_TXN_STATE');
    const guard = log.producers.startVerification(late, false);
    mark(log, true, { epoch: 1 });
    expect(log.append(late, records(1), guard).error).toBe('INVALID_TXN_STATE');
  });

  it('has a producer that it does not know begin at 0, with KIP-890', () => {
    expect(append(new PartitionLog(), { baseSequence: 5 }, false).error).toBe('NONE');
    expect(append(new PartitionLog(), { baseSequence: 5 }, true).error).toBe(
      'OUT_OF_ORDER_SEQUENCE_NUMBER',
    );
  });

  it('refuses markers of older coordinators and epochs', () => {
    const log = new PartitionLog();
    append(log, { epoch: 3 });
    expect(mark(log, true, { epoch: 2 }).error).toBe('INVALID_PRODUCER_EPOCH');
    expect(mark(log, true, { epoch: 3, coordinatorEpoch: 5 }).error).toBe('NONE');
    expect(mark(log, true, { epoch: 3, coordinatorEpoch: 4 }).error).toBe(
      'TRANSACTION_COORDINATOR_FENCED',
    );
  });

  it('tells a late marker from a repeated one, with KIP-890', () => {
    const log = new PartitionLog();
    const bumped = { epoch: 1, bumpsEpoch: true };
    append(log, {});
    expect(mark(log, true, bumped).error).toBe('NONE');
    expect(mark(log, true, bumped).error).toBe('NONE');
    append(log, { epoch: 1 });
    expect(mark(log, true, bumped).error).toBe('INVALID_PRODUCER_EPOCH');
    expect(mark(log, true, { epoch: 2, bumpsEpoch: true }).error).toBe('NONE');
  });

  it('says where the epochs of its leaders ended, also after records were lost', () => {
    const log = new PartitionLog();
    log.beginEpoch(0);
    append(log, { isTransactional: false, producerId: -1, count: 4 });
    log.beginEpoch(2);
    append(log, { isTransactional: false, producerId: -1, count: 3 });
    expect(log.endOfEpoch(0)).toEqual({ leaderEpoch: 0, endOffset: 4 });
    expect(log.endOfEpoch(1)).toEqual({ leaderEpoch: 0, endOffset: 4 });
    expect(log.endOfEpoch(2)).toEqual({ leaderEpoch: 2, endOffset: 7 });
    expect(log.endOfEpoch(3)).toEqual({ leaderEpoch: -1, endOffset: -1 });
    log.truncateTo(5);
    log.beginEpoch(4);
    expect(log.end).toBe(4);
    expect(log.endOfEpoch(2)).toEqual({ leaderEpoch: 0, endOffset: 4 });
  });

  it('forgets what is below its start', () => {
    const log = new PartitionLog();
    append(log, { count: 2 });
    mark(log, false);
    append(log, { count: 2, baseSequence: 2 });
    log.deleteBelow(4);
    expect([log.start, log.lastStableOffset, log.batches.length]).toEqual([4, 4, 1]);
    expect(log.abortedIn(0, 10)).toEqual([]);
  });

  it('opens again what a lost marker had ended', () => {
    const log = new PartitionLog();
    append(log, { count: 2 });
    mark(log, true);
    expect(log.lastStableOffset).toBe(3);
    log.truncateTo(2);
    expect([log.lastStableOffset, log.end]).toEqual([0, 2]);
  });
});
