import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ErrorName } from '../protocol/errors.ts';
import type { RefusedWrite } from './merged-writes.ts';
import { Refusals, UnwritableRecordsError } from './refusals.ts';
import type { SourcedWrite } from '../writing/partitioned-writes.ts';

const DEAD = 'dead';
/** Records of the batch that a write's records are made of, by the index in what was given to make it. */
const RECORDS = Uint32Array.of(0, 2, 4, 6, 8);
const batch = {
  records: Array.from({ length: 10 }, (_, index) => ({
    ...{ offset: String(100 + index), timestamp: 1, key: null, value: null },
  })),
};

/** @returns a write of two batches: of the records given at 0, 1 and 2, and at 4 alone */
function write(topic = 'out'): SourcedWrite {
  const batches = [3, 1].map((length) => ({ length, uncompressedBytes: length * 100 }));
  return { topic, partition: 0, batches, sources: [[0, 1, 2], [4]] };
}

describe('Refusals', () => {
  let refusals: Refusals;

  beforeEach(() => {
    refusals = new Refusals(DEAD);
  });

  /** @param known how many refusals the write was planned with */
  function refused(
    error: ErrorName,
    { topic = 'out', batch: index = 0, indexes = [] as number[], known = 0 } = {},
  ): RefusedWrite {
    const planned = write(topic);
    refusals.trace([planned], RECORDS, known);
    return { write: planned, batch: index, error, indexes };
  }

  it('knows nothing where nothing was refused', () => {
    expect(refusals.of([], batch)).toEqual({ batchBytes: new Map() });
  });

  it.each([
    ['INVALID_TIMESTAMP', 'timestamp'],
    ['INVALID_RECORD', 'record'],
  ] as const)('sets the outputs aside that are refused by name: %s', (error, refusal) => {
    const { outputs, batchBytes } = refusals.of([refused(error, { indexes: [0, 2] })], batch);
    expect(outputs).toEqual(
      new Map([
        ['100', refusal],
        ['104', refusal],
      ]),
    );
    expect(batchBytes).toEqual(new Map());
  });

  it('sets the output aside that is too large alone', () => {
    const alone = refused('MESSAGE_TOO_LARGE', { batch: 1 });
    expect(refusals.of([alone], batch).outputs).toEqual(new Map([['108', 'size']]));
  });

  it('halves batches that are too large, and knows what their topic takes from then on', () => {
    const large = refused('RECORD_LIST_TOO_LARGE');
    expect(refusals.of([large], batch)).toMatchObject({ outputs: new Map() });
    const half = new Map([['out', 150]]);
    expect(refusals.of([], batch).batchBytes).toEqual(half);
    expect(refusals.of([large], batch).batchBytes).toEqual(half);
  });

  it('halves a batch of which no record is named, for this once, and takes the one that is left', () => {
    const whole = refused('INVALID_RECORD');
    expect(refusals.of([whole], batch).batchBytes).toEqual(new Map([['out', 150]]));
    expect(refusals.of([], batch).batchBytes).toEqual(new Map());
    const alone = refused('INVALID_RECORD', { batch: 1 });
    expect(refusals.of([whole, alone], batch).outputs).toEqual(new Map([['108', 'record']]));
  });

  it('leaves more out of a dead letter each time that it is too large, and then gives up', () => {
    const large = refused('MESSAGE_TOO_LARGE', { topic: DEAD, batch: 1 });
    expect(refusals.of([large], batch).deadLetters).toEqual(new Map([['108', 1]]));
    expect(refusals.of([large, large], batch).deadLetters).toEqual(new Map([['108', 2]]));
    expect(() => refusals.of([large, large, large], batch)).toThrow(UnwritableRecordsError);
  });

  it('has no other way for a dead letter that is refused by another rule, and names its topic', () => {
    const other = refused('INVALID_TIMESTAMP', { indexes: [1] });
    const dead = refused('INVALID_RECORD', { topic: DEAD, indexes: [1] });
    expect(() => refusals.of([other, dead], batch)).toThrow(
      'Records cannot be written in any other way, and are refused by "dead" (INVALID_RECORD)',
    );
  });

  it('has no other way for an output that is written again though it was to be set aside', () => {
    const first = refused('INVALID_TIMESTAMP', { indexes: [1] });
    const again = refused('INVALID_TIMESTAMP', { indexes: [1], known: 1 });
    expect(() => refusals.of([first, again], batch)).toThrow('refused by "out"');
  });

  it('takes two topics that refuse the same record at once for one refusal', () => {
    const both = ['out', 'latest'].map((topic) =>
      refused('INVALID_TIMESTAMP', { topic, indexes: [1] }),
    );
    expect(refusals.of(both, batch).outputs).toEqual(new Map([['102', 'timestamp']]));
  });

  it('gives up what it cannot find among the records', () => {
    const unknown = { ...refused('INVALID_RECORD', { indexes: [0] }), write: write() };
    expect(() => refusals.of([unknown], batch)).toThrow(UnwritableRecordsError);
  });
});
