import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { RecordHeaders } from '@login-pipeline/streams';
import { DEAD_LETTER_HEADERS, lastHeader } from '@login-pipeline/streams';
import { waitFor } from '../testing/index.ts';
import type { WritableMessage } from '../testing/index.ts';
import { numbered, Pipes, values } from './testing/pipes.ts';
import type { Pipe, Running } from './testing/pipes.ts';

const LIMIT = 100_000;
const LIMITED = { 'max.message.bytes': String(LIMIT) };
/** The broker compresses anew with this, which makes bytes that do not compress larger. */
const SNAPPY = { config: { ...LIMITED, 'compression.type': 'snappy' } };
/** Leaves no room for what the codec adds, and enough for the batch as it is sent. */
const NEARLY_TOO_LARGE = LIMIT - 100;

const pipes = new Pipes();
const { cluster } = pipes;
afterEach(() => pipes.cleanUp());
afterAll(() => cluster.close());

describe('Batches that are too large for a topic by more than what it said', () => {
  it.each([1, 3])(
    'set aside the record that is too large, and their neighbours come out once (output partitions: %i)',
    async (partitions) => {
      const pipe = await pipes.create(1, { ...SNAPPY, partitions });
      const large = record('large', NEARLY_TOO_LARGE);
      await through(pipe, [...numbered(150), large, ...numbered(150, 'more')]);
      const outputs = values(await cluster.read(pipe.output));
      const rest = values([...passed(150), ...passed(150, 'MORE')]);
      expect(partitions === 1 ? outputs : outputs.toSorted()).toEqual(
        partitions === 1 ? rest : rest.toSorted(),
      );
      expect(await deadLetters(pipe)).toEqual([{ reason: 'too_large', value: large.value }]);
    },
  );

  it('leave the value out of a dead letter that its topic compresses too little', async () => {
    const pipe = await pipes.create(1, {}, SNAPPY);
    await through(pipe, [...numbered(1), record('bad', LIMIT)]);
    const [deadLetter] = await cluster.read(pipe.deadLetter);
    expect(deadLetter).toMatchObject({ key: Buffer.from('k'), value: null });
    expect(omitted(deadLetter)).toBe(LIMIT);
    expect(values(await cluster.read(pipe.output))).toEqual(values(passed(1)));
  });

  it('go on where the limit is lowered meanwhile', async () => {
    const pipe = await pipes.create();
    await through(pipe, numbered(1));
    await cluster.alter(pipe.output, 'max.message.bytes', '1000');
    const large = record('large', 2_000);
    await cluster.produce(pipe.input, [...numbered(150, 'more'), large]);
    await pipes.caughtUp(pipe);
    expect(values(await cluster.read(pipe.output))).toEqual(
      values([...passed(1), ...passed(150, 'MORE')]),
    );
    expect(await deadLetters(pipe)).toEqual([{ reason: 'too_large', value: large.value }]);
  });

  it('leave out of a dead letter no more than they must where its topic’s limit is lowered meanwhile', async () => {
    const pipe = await pipes.create();
    await through(pipe, numbered(1));
    await cluster.alter(pipe.deadLetter, 'max.message.bytes', '1500');
    const headers = [['source', text(2_000)] as const];
    const bad = { key: 'k', value: 'bad' };
    await cluster.produce(pipe.input, [bad, record('bad', 2_000), { ...bad, headers }, bad]);
    await pipes.caughtUp(pipe);
    const written = await cluster.read(pipe.deadLetter);
    expect(values(written)).toEqual(['bad', undefined, undefined, 'bad']);
    expect(written.map(({ key }) => key?.toString())).toEqual(['k', 'k', undefined, 'k']);
    expect(omitted(written[1])).toBe(2_000);
    expect(omitted(written[2])).toBeGreaterThan(2_000);
  });

  it('end the consumer where a dead letter is too large without all that can be left out', async () => {
    const pipe = await pipes.create();
    const { fatal } = await through(pipe, numbered(1));
    await cluster.alter(pipe.deadLetter, 'max.message.bytes', '100');
    await cluster.produce(pipe.input, [record('bad', 10)]);
    await waitFor('the consumer to end', () => Promise.resolve(fatal.length > 0));
    expect(fatal).toMatchObject([{ fault: 'unavailable', code: 'UNWRITABLE_RECORDS' }]);
    expect(String(fatal[0])).toContain(`"${pipe.deadLetter}" (DEAD_LETTER_TOPIC)`);
    expect(String(fatal[0])).not.toContain(`"${pipe.output}"`);
  });

  async function through(pipe: Pipe, messages: readonly WritableMessage[]): Promise<Running> {
    await cluster.produce(pipe.input, messages);
    const running = await pipes.start(pipe);
    await pipes.caughtUp(pipe);
    expect(running.fatal).toEqual([]);
    return running;
  }

  async function deadLetters(pipe: Pipe): Promise<unknown> {
    return (await cluster.read(pipe.deadLetter)).map(({ headers, value }) => ({
      reason: lastHeader(headers, 'x-dead-letter-reason'),
      value: String(value),
    }));
  }
});

/** @returns what numbered records come out as */
function passed(count: number, prefix = 'LOGIN'): { readonly value: Buffer }[] {
  return numbered(count, prefix).map(({ value }) => ({ value: Buffer.from(String(value)) }));
}

/** @returns a record whose value has so many bytes, which snappy does not make fewer */
function record(prefix: string, bytes: number): WritableMessage & { readonly value: string } {
  return { key: 'k', value: prefix + text(bytes - prefix.length) };
}

/** @returns how many bytes a dead letter says were left out */
function omitted(deadLetter: { readonly headers: RecordHeaders } | undefined): number {
  return Number(lastHeader(deadLetter?.headers ?? [], DEAD_LETTER_HEADERS.omittedBytes));
}

function text(length: number): string {
  return randomBytes(length).toString('base64').slice(0, length);
}
