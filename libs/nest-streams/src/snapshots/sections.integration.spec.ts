import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { lastHeader, NEXT_OFFSET_HEADER } from '@login-pipeline/streams';
import { encodeCounts } from '@login-pipeline/streams/testing';
import { waitFor } from '../testing/index.ts';
import type { WritableMessage } from '../testing/test-cluster.ts';
import {
  caughtUp,
  cleanUp,
  cluster,
  numbered,
  once,
  save,
  savedOffsets,
  start,
  tally,
  topics,
} from './testing/folding.ts';
import type { Fold } from './testing/folding.ts';

/** As small and eager as a broker allows, so that compaction is seen within seconds. */
const COMPACTED = {
  'cleanup.policy': 'compact',
  'segment.ms': '500',
  'min.cleanable.dirty.ratio': '0.001',
  'max.compaction.lag.ms': '500',
  'delete.retention.ms': '0',
};
const COMPACTED_WITHIN_MS = 60_000;

afterEach(cleanUp);
afterAll(() => cluster.close());

describe('The sections of a SnapshotConsumer', () => {
  it('agree after the broker has compacted them, although an owner that was frozen wrote some of its own late', async () => {
    const fold = {
      ...(await topics()),
      snapshots: await cluster.topic('snapshots', { config: COMPACTED }),
    };
    const logins = numbered('login', 60);
    const frozen = await start(fold);
    await cluster.produce(fold.input, logins.slice(0, 20));
    await saved(fold, 20);
    await cluster.produce(fold.input, logins.slice(20, 21));
    await saved(fold, 21);
    const late = (await ofSnapshots(fold)).filter(({ nextOffset }) => nextOffset === '21');
    const [{ set: first } = { set: '' }] = late;
    expect(late.length).toBeLessThan(6);
    await frozen.consumer.stop();

    const owner = await start(fold);
    await cluster.produce(fold.input, logins.slice(21, 40));
    await saved(fold, 40);
    await waitFor('the outdated set to be erased', async () =>
      (await ofSnapshots(fold)).some(({ set, value }) => set === first && value === null),
    );
    // One batch, as it was.
    await cluster.produce(fold.snapshots, late);
    await cluster.produce(fold.input, logins.slice(40));
    await saved(fold, 60);

    const more: typeof logins = [];
    const left = await waitFor(
      'compaction',
      async () => {
        // Only a segment that is not written to any more is compacted: a snapshot that comes late
        // enough begins another one.
        const [next] = numbered(`more ${more.length}`, 1);
        if (next !== undefined) more.push(next);
        await cluster.produce(fold.input, more.slice(-1));
        await saved(fold, 60 + more.length);
        const records = await ofSnapshots(fold);
        const isErased = records.every(({ set }) => set !== first);
        return isErased && records.length < 30 && records;
      },
      COMPACTED_WITHIN_MS,
    );
    expect(new Set(left.map(({ set }) => set)).size).toBe(1);
    await owner.consumer.stop();

    const next = await start(fold);
    await caughtUp(fold, next);
    const count = BigInt(60 + more.length);
    expect(next.states.restored).toEqual([{ partition: 0, from: count, start: count }]);
    expect(tally(next)).toEqual(once([...logins, ...more]));
  });

  it('go on from the state of an earlier release, which stays for it, and from what it wrote since', async () => {
    const fold = await topics();
    const logins = numbered('login', 100);
    await cluster.produce(fold.input, logins.slice(0, 50));
    await save(fold, 40n, encodeCounts(once(logins.slice(0, 40))));
    const first = await start(fold);
    await saved(fold, 50);
    await first.consumer.stop();
    expect(first.states.restored).toEqual([{ partition: 0, from: 40n, start: 40n }]);

    await cluster.produce(fold.input, logins.slice(50));
    await save(fold, 80n, encodeCounts(once(logins.slice(0, 80))));
    const second = await start(fold);
    await saved(fold, 100);
    expect(second.states.restored).toEqual([{ partition: 0, from: 80n, start: 80n }]);
    expect(tally(second)).toEqual(once(logins));
    await waitFor('the outdated set to be erased', async () =>
      (await ofSnapshots(fold)).some(({ value }) => value === null),
    );
    const records = await cluster.read(fold.snapshots);
    const whole = records.filter(({ key }) => String(key) === `${fold.input}-0`);
    expect(whole.map(({ value }) => value === null)).toEqual([false, false]);
  });
});

async function saved(fold: Fold, nextOffset: number): Promise<void> {
  await waitFor(`a snapshot at ${nextOffset}`, async () =>
    (await savedOffsets(fold)).get(0)?.includes(String(nextOffset)),
  );
}

/** @returns the records of sets, in the order of the log */
async function ofSnapshots({
  snapshots,
}: Fold): Promise<readonly (WritableMessage & { set: string; nextOffset: string | undefined })[]> {
  const records = await cluster.read(snapshots);
  return records.flatMap(({ key, value, headers = [], timestamp }) => {
    const [, set, name] = String(key).split('/');
    if (set === undefined || name === undefined) return [];
    const nextOffset = lastHeader(headers, NEXT_OFFSET_HEADER);
    const written = { key, value, headers: [...headers], timestamp: Number(timestamp) };
    return [{ set, nextOffset, ...written }];
  });
}
