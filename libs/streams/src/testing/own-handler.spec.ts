import { expect, it } from '@jest/globals';
import {
  batchPlanner,
  deadLetter,
  DROP,
  emit,
  planBatch,
  readLimits,
  ReadMemory,
  TransformEngine,
} from '../index.ts';
import type { ConsumedRecord, Outcome } from '../index.ts';
import { SimulatedCluster } from './index.ts';
import type { SimulatedProcess } from './index.ts';

/** The code to be tested: what becomes of a record. */
function shout({ value }: ConsumedRecord): Outcome {
  const text = String(value);
  if (text === '') return DROP;
  if (/\d/.test(text)) return deadLetter('has_digits', 'decode');
  return emit(Buffer.from(text.toUpperCase()));
}

/** An engine with it, as a service has one; docs/simulated-cluster.md shows the test below. */
function start(process: SimulatedProcess): TransformEngine {
  const target = (topic: string) => ({ topic, maxMessageBytes: 1_000_000 });
  const reasons = { tooLarge: 'too_large', refused: { timestamp: 't', record: 'r', size: 's' } };
  const engine = new TransformEngine({
    ports: process,
    groupId: 'shouters',
    instance: 'one',
    input: 'words',
    targets: ['shouts', 'quiet'],
    plan: batchPlanner({
      input: 'words',
      output: target('shouts'),
      deadLetter: target('quiet'),
      codec: 'none',
      maxRecords: 1_000,
      encoder: process.encoder,
      handle: (batch) =>
        Promise.resolve(
          planBatch(batch, shout, { service: 'shout@1', ...reasons, now: () => new Date(0) }),
        ),
      onShortened: () => undefined,
      onCommitted: () => undefined,
    }),
    reading: { limits: readLimits(), memory: new ReadMemory(64 * 1024 * 1024) },
    lingerMs: 0,
    stallTimeoutMs: 60_000,
    onEvent: () => undefined,
    onFatal: (error) => {
      throw error;
    },
  });
  engine.start();
  return engine;
}

it('a handler of one’s own survives a kill in the middle of a commit, and no record comes twice', async () => {
  const cluster = new SimulatedCluster({ seed: 7 });
  for (const topic of ['words', 'shouts', 'quiet']) cluster.createTopic(topic, 1);
  const words = ['one', '', 'two', '3', 'four'];
  const records = words.map((word) => ({ key: null, value: Buffer.from(word), timestamp: 1 }));

  const first = cluster.process('first');
  start(first);
  // The broker commits, and the answer never arrives.
  cluster.network.fault = (_process, _broker, api) => {
    if (api !== 'EndTxn') return undefined;
    cluster.network.fault = undefined;
    first.kill();
    return 'lose-answer';
  };
  cluster.append('words', 0, records);
  const committed = (topic: string): string[] =>
    (cluster.read(topic)[0]?.committed ?? []).map(({ value }) => String(value));
  await cluster.run(60_000, () => committed('shouts').length > 0);

  start(cluster.process('second'));
  await cluster.run(cluster.now() + 60_000);
  expect(committed('shouts')).toEqual(['ONE', 'TWO', 'FOUR']);
  expect(committed('quiet')).toEqual(['3']);
  expect(cluster.committed('shouters')).toMatchObject([{ offset: 5n }]);
});
