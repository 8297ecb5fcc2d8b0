import { describe, expect, it } from '@jest/globals';
import { GOLDEN_LOGINS } from '@login-pipeline/schema/testing';
import type { IHeaders } from 'kafkajs';
import { valuesOf } from './compare.ts';
import { expectedOutcome, markFault, passesByDefault as passes } from './expected-outcome.ts';
import { makeLoad } from './load.ts';
import { DUPLICATED, expectedOf, faultsOf, LOST } from './oracle.ts';
import type { Run } from './oracle.ts';
import type { ReadRecord } from './topic-reader.ts';

const TOPIC = 'logins';

describe('expectedOutcome', () => {
  it.each(GOLDEN_LOGINS)('agrees with the golden table: $name', ({ value, outcome }) => {
    const expected = expectedOutcome(value);
    expect(typeof expected === 'string' ? expected : 'valid').toBe(outcome);
  });
});

describe('markFault', () => {
  it.each([
    ['{"a":1}', '{"a":1,"processed": true}'],
    [' {\n"a": 1\n} ', ' {\n"a": 1,"processed": true\n} '],
    ['{"processed":false,"a":1}', '{"processed":true,"a":1}'],
    ['{"a":true,"\\u0070rocessed" : {"b":[]} }', '{"a":true,"\\u0070rocessed" : true }'],
    ['{"processed":true}', '{"processed":true}'],
  ])('accepts for %j the marked %j', (input, output) => {
    expect(markFault(Buffer.from(input), Buffer.from(output))).toBeUndefined();
  });

  it.each([
    ['{"a":1}', '{"a":1}', 'no mark'],
    ['{"a":1}', '{"processed": true,"a":1}', 'not at the end'],
    ['{"a":1.0}', '{"a":1,"processed": true}', 'another spelling'],
    ['{"a": 1}', '{"a":1,"processed": true}', 'other white space'],
    ['{"processed":false}', '{"processed":false,"processed": true}', 'added, not replaced'],
    ['{"processed":0,"a":1}', '{"processed":true,"a":2}', 'another member'],
    ['{"processed":0,"a":0}', '{"processed":0,"a":true}', 'the wrong member'],
  ])('refuses for %j the marked %j: %s', (input, output) => {
    expect(markFault(Buffer.from(input), Buffer.from(output))).toBeDefined();
  });
});

describe('makeLoad', () => {
  it('has one bad record in twenty, with every reason that a value can give', () => {
    const load = makeLoad(100_000, 4);
    const { deadLetters } = expectedOf({ topic: TOPIC, input: load, passes });
    const reasons = new Set(Array.from(deadLetters.values(), ({ reason }) => reason));
    expect(deadLetters.size).toBe(5_000);
    expect(reasons).toEqual(
      new Set(GOLDEN_LOGINS.map(({ outcome }) => outcome).filter((it) => it !== 'valid')),
    );
  });
});

describe('faultsOf', () => {
  const run = perfectRun();

  it('finds no fault in a perfect run', () => {
    expect(run.outputs.length).toBeGreaterThan(100);
    expect(run.deadLetters.length).toBeGreaterThan(10);
    expect(faultsOf(run)).toEqual([]);
  });

  it('finds no fault where the hash of the key decides about the partition, and each wrong one', () => {
    const outputs = run.outputs.map((it) => ({ ...it, partition: it.partition + 5 }));
    const moved = (by: number) =>
      faultsOf({ ...run, outputs, partitionOf: ({ partition }) => partition + by });
    expect(moved(5)).toEqual([]);
    expect(moved(6)).toContainEqual(expect.stringMatching(/another partition$/));
  });

  const [first, second, ...rest] = run.outputs;
  const [dead, ...otherDead] = run.deadLetters;
  if (first === undefined || second === undefined || dead === undefined) throw new Error('no run');

  it.each<[string, Partial<Run>, RegExp]>([
    ['a lost login', { outputs: [first, ...rest] }, LOST],
    ['a duplicated login', { outputs: [...run.outputs, first] }, DUPLICATED],
    ['logins out of order', { outputs: [second, first, ...rest] }, /after a later one$/],
    ['a login that should not pass', { outputs: [...run.outputs, dead] }, /unexpected$/],
    ['another partition', changed({ partition: 7 }), /another partition$/],
    ['another timestamp', changed({ timestamp: '1' }), /another timestamp$/],
    ['another key', changed({ key: null }), /another key$/],
    ['a lost header', changed({ headers: { id: first.headers?.['id'] } }), /other headers$/],
    ['an unmarked login', changed({ value: Buffer.from('{}') }), /bytes/],
    ['a lost dead letter', { deadLetters: otherDead }, LOST],
    ['a duplicated dead letter', { deadLetters: [...run.deadLetters, dead] }, DUPLICATED],
    ['a mended dead letter', spoilt({ value: Buffer.from('{}') }), /another value$/],
    ['a dead letter without its key', spoilt({ key: Buffer.from('') }), /another key$/],
    ['a dead letter without reason', spoiltHeader('x-dead-letter-reason'), /reason$/],
    ['a dead letter without offset', spoiltHeader('__connect.errors.offset'), /offset$/],
    ['a wrong reason', spoiltHeader('x-dead-letter-reason', 'because'), /because$/],
    ['a header too many', spoiltHeader('user', 'me'), /own headers differ$/],
  ])('finds %s', (_what, fault, message) => {
    const faults = faultsOf({ ...run, ...fault });
    expect(faults).toContainEqual(expect.stringMatching(message));
  });

  function changed(other: Partial<ReadRecord>): Partial<Run> {
    return { outputs: run.outputs.map((it) => (it === first ? { ...it, ...other } : it)) };
  }

  function spoilt(other: Partial<ReadRecord>): Partial<Run> {
    return { deadLetters: run.deadLetters.map((it) => (it === dead ? { ...it, ...other } : it)) };
  }

  function spoiltHeader(name: string, value?: string): Partial<Run> {
    return spoilt({ headers: { ...dead?.headers, [name]: value } });
  }
});

/** What a faultless transformer makes of a small load. */
function perfectRun(): Run {
  const input = makeLoad(500, 2);
  const { outputs, deadLetters } = expectedOf({ topic: TOPIC, input, passes });
  const read = { offset: '0' };
  return {
    topic: TOPIC,
    input,
    passes,
    outputs: Array.from(outputs.values(), (record) => ({
      ...record,
      ...read,
      value: marked(String(record.value)),
    })),
    deadLetters: Array.from(deadLetters.values(), ({ record, reason }) => ({
      ...record,
      ...read,
      headers: { ...record.headers, ...addedHeaders(record, reason, record.headers) },
    })),
  };
}

function marked(text: string): Buffer {
  const replaced = text.replace(/"processed":(false|\{"by":"nobody"\})/, '"processed":true');
  const added = text.replace(/\s*\}\s*$/, ',"processed": true$&');
  return Buffer.from(replaced === text ? added : replaced);
}

function addedHeaders(
  { partition, offset, timestamp }: { partition: number; offset: number; timestamp: string },
  reason: string,
  own: IHeaders,
): IHeaders {
  return {
    'x-dead-letter-reason': [...valuesOf(own, 'x-dead-letter-reason'), reason],
    'x-dead-letter-stage': 'decode',
    'x-dead-letter-topic': TOPIC,
    'x-dead-letter-partition': String(partition),
    'x-dead-letter-offset': String(offset),
    'x-dead-letter-timestamp': timestamp,
    'x-dead-letter-time': '2024-12-18T18:47:11.000Z',
    'x-dead-letter-service': 'transformer@1.2.3',
    '__connect.errors.topic': TOPIC,
    '__connect.errors.partition': String(partition),
    '__connect.errors.offset': String(offset),
    '__connect.errors.stage': 'decode',
    '__connect.errors.class.name': 'transformer',
    '__connect.errors.exception.class.name': 'InvalidRecord',
    '__connect.errors.exception.message': reason,
  };
}
