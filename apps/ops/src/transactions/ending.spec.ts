import { describe, expect, it } from '@jest/globals';
import type { OpenTransaction } from '@login-pipeline/nest-streams/operations';
import { endingOf, judge, outlook } from './ending.ts';
import { openLines, transactionLines } from './report.ts';

const ID = 'transformer/user-login/i/0';
const BEGAN = Date.UTC(2026, 10, 30);
const FATES = ['open', 'ending', 'committed', 'aborted', 'left', 'lost', 'unknown'] as const;

function transaction(change: Partial<OpenTransaction> = {}): OpenTransaction {
  return {
    topic: 'out',
    partition: 1,
    offset: 17n,
    producerId: 4001n,
    epoch: 3,
    coordinatorEpoch: 0,
    lastTimestamp: BigInt(BEGAN),
    fate: 'open',
    coordinated: {
      transactionalId: ID,
      state: 'Ongoing',
      timeoutMs: 60_000,
      startedAt: BigInt(BEGAN),
      partitions: [],
    },
    ...change,
  };
}

/** What a command does by fate. */
function endings(isOurs: boolean, isRunning: boolean): Readonly<Record<string, string>> {
  return Object.fromEntries(
    FATES.map((fate) => {
      const judged = { transaction: transaction({ fate }), isOurs };
      return [fate, endingOf(judged, isRunning).by];
    }),
  );
}

const NONE = {
  open: 'none',
  ending: 'none',
  committed: 'none',
  aborted: 'none',
  left: 'none',
  lost: 'none',
  unknown: 'none',
};

describe('a transaction that stays open', () => {
  it('is ended by a mark when nothing else ends it, and nothing of it can have been committed', () => {
    expect(endings(false, false)).toEqual({ ...NONE, aborted: 'mark', lost: 'mark' });
    expect(endings(false, true)).toEqual(endings(false, false));
  });

  it('of the transformer is ended by taking its id over, and by a mark only while no member runs', () => {
    expect(endings(true, false)).toEqual({ ...NONE, open: 'take-over', lost: 'mark' });
    expect(endings(true, true)).toEqual({ ...NONE, open: 'take-over' });
  });

  it('is of the transformer by its id alone', () => {
    const admin = { isOurs: (id: string) => id === ID };
    expect(judge(transaction(), admin).isOurs).toBe(true);
    expect(judge(transaction({ coordinated: undefined }), admin).isOurs).toBe(false);
  });

  it('is shown with what ends it: another text for each fate, and for ours where that differs', () => {
    const texts = FATES.flatMap((fate) =>
      [false, true].map((isOurs) => outlook({ transaction: transaction({ fate }), isOurs })),
    );
    // The same for all: ending, left, lost, unknown.
    expect(new Set(texts).size).toBe(2 * FATES.length - 4);
    const isOurs = true;
    expect(outlook({ transaction: transaction(), isOurs })).toBe(
      'start the transformer, whose members end what dead ones left open; without them it times out at ' +
        '2026-11-30T00:01:00.000Z, and its coordinator aborts it some 10 s later at most',
    );
  });

  it('is told with its place and its producer', () => {
    expect(transactionLines([{ transaction: transaction(), isOurs: true }], [], [])).toEqual([
      'out, partition 1: a transaction is open from offset 17 on, since 2026-11-30T00:00:00.000Z',
      `  producer 4001, epoch 3, transactional id "${ID}", the transformer's: Ongoing, time-out 60 s`,
      expect.stringMatching(/^ {2}start the transformer/),
    ]);
    const lost = { fate: 'lost', coordinated: undefined } as const;
    expect(openLines({ transaction: transaction(lost), isOurs: false })).toEqual([
      'out, partition 1: a transaction is open from offset 17 on, its last record is of 2026-11-30T00:00:00.000Z',
      '  producer 4001, epoch 3, of no transactional id that is known',
    ]);
  });

  it.each([
    [-1n, 'on'],
    [9_000_000_000_000_000n, 'on, its last record is of 9000000000000000 ms'],
  ])('is told whatever time its records name: %s', (lastTimestamp, end) => {
    const lost = { fate: 'lost', coordinated: undefined, lastTimestamp } as const;
    const [line] = openLines({ transaction: transaction(lost), isOurs: false });
    expect(line).toBe(`out, partition 1: a transaction is open from offset 17 ${end}`);
  });

  it('is none, and partitions without leader are named', () => {
    expect(transactionLines([], [{ topic: 'in', partition: 2 }], ['in', 'out'])).toEqual([
      'no transaction stays open in in, out',
      'in, partition 2: it has no leader, and was not looked at',
    ]);
  });
});
