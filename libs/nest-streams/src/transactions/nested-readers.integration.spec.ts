import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { Pipes } from './testing/pipes.ts';

const PARTITIONS = 4;
/** More than a piece takes: a batch of them is held until the last one is processed. */
const RECORDS = 40_000;

const pipes = new Pipes();
const { cluster } = pipes;
afterEach(() => pipes.cleanUp());
afterAll(() => cluster.close());

/** Writes one compressed batch into every partition. */
async function produceCompressed(topic: string, records: number): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const record = { key: `user-${partition}`, value: 'drop', partition };
    await cluster.produce(
      topic,
      Array.from({ length: records }, () => record),
      'gzip',
    );
  }
}

describe('A consumer whose batches wait for what another topic holds', () => {
  it('takes over partitions while all of its memory is in use', async () => {
    const latest = await cluster.topic('latest', {
      partitions: PARTITIONS,
      config: { 'cleanup.policy': 'compact' },
    });
    const topics = { ...(await pipes.create(PARTITIONS)), latest };
    await produceCompressed(topics.input, RECORDS);
    await produceCompressed(latest, 10);
    const { fatal } = await pipes.start(topics);
    await pipes.caughtUp(topics);
    expect(fatal).toEqual([]);
  });
});
