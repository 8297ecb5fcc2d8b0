import { describe, expect, it } from '@jest/globals';
import { fateOf } from './transaction-fate.ts';
import type { CoordinatedTransaction, TransactionFate } from './transaction-fate.ts';

const HERE = { topic: 'out', partition: 1 };

function coordinated(
  state: CoordinatedTransaction['state'],
  ...partitions: readonly number[]
): CoordinatedTransaction {
  const places = partitions.map((partition) => ({ topic: 'out', partition }));
  return { transactionalId: 'id', state, timeoutMs: 1, startedAt: 1n, partitions: places };
}

describe('The fate of a transaction', () => {
  it.each<[TransactionFate, CoordinatedTransaction]>([
    ['open', coordinated('Ongoing', 0, 1)],
    ['left', coordinated('Ongoing', 0)],
    ['left', coordinated('Ongoing')],
    ['ending', coordinated('PrepareCommit', 1)],
    ['ending', coordinated('PrepareAbort', 0)],
    ['ending', coordinated('PrepareEpochFence', 1)],
    ['committed', coordinated('CompleteCommit')],
    ['aborted', coordinated('CompleteAbort')],
    ['lost', coordinated('Empty')],
    ['lost', coordinated('Dead')],
  ])('is %s, by what its coordinator has: %j', (fate, transaction) => {
    expect(fateOf(HERE, transaction, true)).toBe(fate);
    expect(fateOf(HERE, transaction, false)).toBe(fate);
  });

  it('is to be lost only when no coordinator has it', () => {
    expect(fateOf(HERE, undefined, true)).toBe('lost');
    expect(fateOf(HERE, undefined, false)).toBe('unknown');
  });
});
