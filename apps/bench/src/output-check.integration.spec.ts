import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Broker } from '@login-pipeline/plain-wire';
import type { Input } from './cluster.ts';
import type { Lane } from './contender.ts';
import { checkOutputs } from './output-check.ts';
import { Workload } from './workload.ts';

const PARTITIONS = 2;
let broker: Broker;

beforeAll(async () => {
  broker = await Broker.connect(process.env['TEST_KAFKA_BROKERS'] ?? '');
});
afterAll(() => {
  broker.close();
});

/** Writes batches, each given by the index of its first record, as if a contender had. */
async function written(batches: readonly number[], deadLetters: readonly number[] = []) {
  const workload = new Workload('processed', 190, Date.UTC(2026, 10, 23));
  const output = `bench-spec-${randomUUID()}`;
  const deadLetter = `bench-spec-${randomUUID()}`;
  for (const [topic, firsts] of [
    [output, batches],
    [deadLetter, deadLetters],
  ] as const) {
    await broker.createTopic(topic, PARTITIONS, { 'retention.ms': '-1' });
    for (const [turn, first] of firsts.entries()) {
      await broker.produce(topic, new Map([[turn % PARTITIONS, workload.batch(first)]]));
    }
  }
  const lane: Lane = {
    brokers: '',
    input: 'input',
    output,
    deadLetter,
    snapshots: '',
    counts: '',
    id: '',
    folder: '',
    settings: {},
  };
  const input: Input = { topic: 'input', workload, count: 4_000, partitions: PARTITIONS };
  return checkOutputs(broker, lane, input, ['emitted', 'dead_lettered']);
}

it('accepts each record once, in whatever order and partition', async () => {
  await expect(written([2_000, 0])).resolves.toBeUndefined();
});

it.each([
  { name: 'lost records', batches: [0], error: '2000 are lost, 0 are there twice and 0' },
  { name: 'duplicates', batches: [0, 2_000, 0], error: '0 are lost, 2000 are there twice and 0' },
  {
    name: 'lost records made up for by duplicates',
    batches: [0, 0],
    error: '2000 are lost, 2000 are there twice and 0',
  },
  { name: 'strangers', batches: [0, 2_000, 4_000], error: '0 are there twice and 2000 should not' },
])('refuses $name', async ({ batches, error }) => {
  await expect(written(batches)).rejects.toThrow(error);
});

it('refuses dead letters that should not be there', async () => {
  await expect(written([0, 2_000], [0])).rejects.toThrow('there are 2000 dead letters, not 0');
});
