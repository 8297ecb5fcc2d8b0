import { describe, expect, it } from '@jest/globals';
import type { ConsumedBatch, ConsumedRecord } from '@login-pipeline/streams';
import { DeadLetterFuse, DROP, emit } from '@login-pipeline/streams';
import { FoldContext, TransformContext } from './batch-context.ts';
import { RecordHandler } from './batch-handler.ts';

const BATCH: ConsumedBatch = {
  topic: 'words',
  partition: 3,
  nextOffset: 2n,
  records: ['one', ''].map((value, offset) => ({
    offset: String(offset),
    timestamp: '0',
    key: null,
    value: Buffer.from(value),
  })),
};
const REFUSED = { timestamp: 'refused', size: 'refused', record: 'refused' };
const TRANSFORM = new TransformContext(
  { service: 'test@1', tooLarge: 'too_large', refused: REFUSED, now: () => new Date(0) },
  new DeadLetterFuse(1, 'MAX_RATIO'),
);

type Handle = (record: ConsumedRecord, partition: number) => unknown;

/** What Nest calls for a marked method. */
function marked(handle: Handle): (batch: ConsumedBatch, context: unknown) => unknown {
  const descriptor: PropertyDescriptor = { value: handle };
  RecordHandler('words')({}, 'handle', descriptor);
  return descriptor.value as (batch: ConsumedBatch, context: unknown) => unknown;
}

describe('A method per record', () => {
  it('makes the plan of a batch of its outcomes', () => {
    const shout = marked(({ value }) =>
      value?.length === 0 ? DROP : emit(value ?? Buffer.alloc(0)),
    );
    expect(shout(BATCH, TRANSFORM)).toMatchObject({ outputs: [{}], dropped: 1, nextOffset: 2n });
  });

  it.each<[string, unknown]>([
    ['a promise', Promise.resolve(DROP)],
    ['nothing', undefined],
  ])('that returns %s is refused: its record would be lost in silence', (_, result) => {
    expect(() => marked(() => result)(BATCH, TRANSFORM)).toThrow(
      '@BatchHandler marks one that may',
    );
  });

  it('folds record by record, and moves its partition on', () => {
    const seen: string[] = [];
    const states = {
      advance: (partition: number, next: bigint) => void seen.push(`${partition}:${next}`),
    };
    const fold = marked(({ offset }, partition) => void seen.push(`${partition}@${offset}`));
    fold(BATCH, new FoldContext(states));
    expect(seen).toEqual(['3@0', '3@1', '3:2']);
    expect(() => marked(() => Promise.resolve())(BATCH, new FoldContext(states))).toThrow(
      TypeError,
    );
  });
});
