import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome } from './outcome.ts';
import { deadLetter, DROP, emit } from './outcome.ts';
import type { PlanOptions } from './plan.ts';
import { planBatch } from './plan.ts';
import type { ConsumedBatch, ConsumedRecord } from '../records/record.ts';
import { recordBytes } from '../records/record-size.ts';
import { consumedRecord } from '../testing/arbitraries.ts';

type Reason = 'bad_word' | 'bad_grammar' | 'too_large' | 'bad_time' | 'bad_manners';

const OPTIONS: PlanOptions<Reason> = {
  service: 'capitals@1.2.3',
  tooLarge: 'too_large',
  refused: { timestamp: 'bad_time', size: 'too_large', record: 'bad_manners' },
  now: () => new Date('2026-11-23T12:00:00.000Z'),
};

function record(offset: number, text: string | null): ConsumedRecord {
  return {
    offset: String(offset),
    timestamp: String(1_700_000_000_000 + offset),
    key: Buffer.from(`user-${offset}`),
    value: text === null ? null : Buffer.from(text),
    headers: [['trace', Buffer.from(`t-${offset}`)]],
  };
}

function batch(texts: readonly (string | null)[], rest: Partial<ConsumedBatch> = {}) {
  const records = texts.map((text, index) => record(40 + index, text));
  return { topic: 'words', partition: 3, records, nextOffset: 40n + BigInt(texts.length), ...rest };
}

/** Emits in capitals, drops what begins with "drop", sets aside what begins with "bad". */
function capitals({ value }: ConsumedRecord): Outcome<Reason> {
  const text = value?.toString() ?? '';
  if (text.startsWith('drop')) return DROP;
  if (text.startsWith('bad grammar')) return deadLetter('bad_grammar', 'validate');
  if (text.startsWith('bad')) return deadLetter('bad_word', 'decode');
  return emit(Buffer.from(text.toUpperCase()));
}

const texts = (records: readonly { readonly value: Buffer | null }[]) =>
  records.map(({ value }) => value?.toString() ?? null);

describe('planBatch', () => {
  it.each([
    { name: 'nothing', input: [], outputs: [], dropped: 0, deadLetters: [], reasons: {} },
    {
      name: 'outputs only, in order',
      input: ['b', 'a', 'c'],
      outputs: ['B', 'A', 'C'],
      dropped: 0,
      deadLetters: [],
      reasons: {},
    },
    {
      name: 'drops only',
      input: ['drop 1', 'drop 2'],
      outputs: [],
      dropped: 2,
      deadLetters: [],
      reasons: {},
    },
    {
      name: 'dead letters only, counted by reason',
      input: ['bad 1', 'bad grammar', 'bad 2'],
      outputs: [],
      dropped: 0,
      deadLetters: ['bad 1', 'bad grammar', 'bad 2'],
      reasons: { bad_word: 2, bad_grammar: 1 },
    },
    {
      name: 'all of them',
      input: ['a', 'drop', 'bad', null, 'b', 'bad grammar'],
      outputs: ['A', '', 'B'],
      dropped: 1,
      deadLetters: ['bad', 'bad grammar'],
      reasons: { bad_word: 1, bad_grammar: 1 },
    },
  ])('plans $name', ({ input, outputs, dropped, deadLetters, reasons }) => {
    const plan = planBatch(batch(input), capitals, OPTIONS);
    expect({
      ...plan,
      outputs: texts(plan.outputs),
      deadLetters: texts(plan.deadLetters),
      reasons: Object.fromEntries(plan.reasons),
    }).toEqual({
      outputs,
      sources: expect.any(Uint32Array),
      deadLetters,
      deadLetterSources: deadLetters.map((text) => input.indexOf(text)),
      dropped,
      reasons,
      nextOffset: 40n + BigInt(input.length),
    });
  });

  it('goes on after the batch, also after records that readers do not get to see', () => {
    const { nextOffset } = planBatch(batch(['a'], { nextOffset: 99n }), capitals, OPTIONS);
    expect(nextOffset).toBe(99n);
  });

  it('keeps key, headers and timestamp of what it emits, and nothing else', () => {
    const { outputs } = planBatch(batch(['a']), capitals, OPTIONS);
    expect(outputs).toEqual([
      {
        key: Buffer.from('user-40'),
        value: Buffer.from('A'),
        headers: [['trace', Buffer.from('t-40')]],
        timestamp: '1700000000040',
      },
    ]);
  });

  it('writes into a dead letter where it came from, who refused it and when', () => {
    const { deadLetters } = planBatch(batch(['a', 'bad']), capitals, OPTIONS);
    expect(Object.fromEntries(deadLetters[0]?.headers ?? [])).toMatchObject({
      'x-dead-letter-reason': 'bad_word',
      'x-dead-letter-stage': 'decode',
      'x-dead-letter-topic': 'words',
      'x-dead-letter-partition': '3',
      'x-dead-letter-offset': '41',
      'x-dead-letter-time': '2026-11-23T12:00:00.000Z',
      'x-dead-letter-service': 'capitals@1.2.3',
    });
  });

  it('sets aside a record that was not read as a whole, whatever is decided about it', () => {
    const [whole, part] = batch(['a', 'b']).records;
    const records = [whole, { ...part, key: null, omittedBytes: 9_000_000 }] as ConsumedRecord[];
    const plan = planBatch({ ...batch([]), records }, capitals, OPTIONS);
    expect(texts(plan.outputs)).toEqual(['A']);
    expect(Object.fromEntries(plan.deadLetters[0]?.headers ?? [])).toMatchObject({
      'x-dead-letter-reason': 'too_large',
      'x-dead-letter-stage': 'decode',
      'x-dead-letter-offset': '41',
      'x-dead-letter-omitted-bytes': '9000000',
    });
    expect(plan.reasons).toEqual(new Map([['too_large', 1]]));
  });

  it('sets aside, as it came, what its transform made one byte too large', () => {
    const input = batch(['fits', 'fits not']);
    const [fits, fitsNot] = planBatch(input, capitals, OPTIONS).outputs.map(recordBytes);
    expect(fitsNot).toBeGreaterThan(fits ?? Infinity);

    const maxOutputBytes = (fitsNot ?? 0) - 1;
    const plan = planBatch({ ...input, maxOutputBytes }, capitals, OPTIONS);
    expect(texts(plan.outputs)).toEqual(['FITS']);
    expect(texts(plan.deadLetters)).toEqual(['fits not']);
    expect(Object.fromEntries(plan.deadLetters[0]?.headers ?? [])).toMatchObject({
      'x-dead-letter-reason': 'too_large',
      'x-dead-letter-stage': 'transform',
    });
    expect(plan.reasons).toEqual(new Map([['too_large', 1]]));
    expect(
      planBatch({ ...input, maxOutputBytes: fitsNot ?? 0 }, capitals, OPTIONS).outputs,
    ).toHaveLength(2);
  });

  it('sets aside what the brokers have refused, and tells which record each output is of', () => {
    const refused = new Map([
      ['41', 'timestamp' as const],
      ['43', 'record' as const],
      ['45', 'size' as const],
    ]);
    const input = batch(['a', 'b', 'drop', 'd', 'e', 'f'], { refused });
    const plan = planBatch(input, capitals, OPTIONS);
    const { outputs, sources, deadLetters, deadLetterSources, reasons } = plan;
    expect(texts(outputs)).toEqual(['A', 'E']);
    expect([...sources]).toEqual([0, 4]);
    expect(texts(deadLetters)).toEqual(['b', 'd', 'f']);
    expect(deadLetterSources).toEqual([1, 3, 5]);
    expect(reasons).toEqual(
      new Map([
        ['bad_time', 1],
        ['bad_manners', 1],
        ['too_large', 1],
      ]),
    );
  });

  it('lets through what the decision throws: a bug must not become a dead letter', () => {
    const bug = new TypeError('a bug');
    const decide = (): never => {
      throw bug;
    };
    expect(() => planBatch(batch(['a']), decide, OPTIONS)).toThrow(bug);
  });

  it('gives every record one place, in order, whatever the outcomes', () => {
    const outcome = fc.oneof(
      fc.constant(DROP),
      fc
        .constantFrom<Reason>('bad_word', 'bad_grammar')
        .map((reason) => deadLetter(reason, 'decode')),
      fc.nat({ max: 120 }).map((size) => emit(Buffer.alloc(size))),
    );
    const decided = fc.array(fc.tuple(consumedRecord, outcome), { maxLength: 40 });
    fc.assert(
      fc.property(decided, fc.nat({ max: 200 }), (pairs, maxOutputBytes) => {
        // Times of their own, so that they tell which record came out where.
        const outcomes = new Map<ConsumedRecord, Outcome<Reason>>(
          pairs.map(([each, its], index) => [{ ...each, timestamp: String(index) }, its]),
        );
        const records = [...outcomes.keys()];
        const plan = planBatch(
          { topic: 'words', partition: 0, records, nextOffset: 7n, maxOutputBytes },
          (each) => outcomes.get(each) ?? DROP,
          OPTIONS,
        );

        const { outputs, deadLetters, dropped, reasons } = plan;
        expect(outputs.length + dropped + deadLetters.length).toBe(records.length);
        expect([...reasons.values()].reduce((sum, count) => sum + count, 0)).toBe(
          deadLetters.length,
        );
        for (const written of [outputs, deadLetters]) {
          const places = written.map(({ timestamp }) => Number(timestamp));
          expect(places).toEqual(places.toSorted((one, other) => one - other));
        }
        expect(outputs.filter((output) => recordBytes(output) > maxOutputBytes)).toEqual([]);
      }),
    );
  });
});
