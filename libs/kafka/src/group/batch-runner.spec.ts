import { describe, expect, it } from '@jest/globals';
import type { EachBatchPayload } from 'kafkajs';
import { FIELD } from '@login-pipeline/streams-kafkajs/record-batch/batch-format.ts';
import { batchOf, forged } from '@login-pipeline/streams-kafkajs/record-batch/testing/batches.ts';
import { fetched } from '@login-pipeline/streams-kafkajs/record-batch/testing/fetch.ts';
import { BatchRunner } from './batch-runner.ts';

/** More than a piece takes. */
const MANY = 40_000;
const GZIP = 1;

/** @returns what a batch did whose group assigned its partitions anew, or did not, while its first piece was processed */
async function run(bytes: Buffer, isAssignedAnew: boolean): Promise<readonly string[]> {
  let generation = 1;
  const told: string[] = [];
  const runner = new BatchRunner({
    generation: () => generation,
    isStopping: () => false,
    onBatch: ({ fetchedOffset, resolve, ...batch }) => {
      told.push(`offset ${fetchedOffset} in generation ${batch.generation}`);
      if (isAssignedAnew) generation += 1;
      resolve();
      return Promise.resolve();
    },
    onMoved: () => undefined,
    onWaiting: () => undefined,
    onUnreadable: (_, position) => told.push(`unreadable at ${position}`),
    onFatal: (error) => told.push(String(error)),
    seek: (_, offset) => told.push(`sought ${offset}`),
  });
  await runner.run({
    batch: fetched(bytes),
    isRunning: () => true,
    isStale: () => false,
    resolveOffset: () => undefined,
    heartbeat: () => Promise.resolve(),
  } as unknown as EachBatchPayload);
  return told;
}

describe('BatchRunner', () => {
  it('leaves a partition alone from a new assignment on', async () => {
    const bytes = await batchOf(0, new Array<string>(MANY).fill('login'));
    expect(await run(bytes, false)).toEqual([
      'offset 0 in generation 1',
      'offset 32768 in generation 1',
    ]);
    expect(await run(bytes, true)).toEqual(['offset 0 in generation 1']);
  });

  it('tells of a batch that cannot be read while the partition is its own', async () => {
    const unreadable = forged(await batchOf(1, ['b']), (batch) =>
      batch.writeInt16BE(GZIP, FIELD.attributes),
    );
    const bytes = Buffer.concat([await batchOf(0, ['a']), unreadable]);
    expect(await run(bytes, false)).toEqual(['offset 0 in generation 1', 'unreadable at 1']);
    expect(await run(bytes, true)).toEqual(['offset 0 in generation 1']);
  });
});
