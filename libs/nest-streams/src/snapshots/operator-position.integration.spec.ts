import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { PositionsAdmin } from '../positions/group-positions.ts';
import { encodeCounts } from '@login-pipeline/streams/testing';
import { waitFor } from '../testing/index.ts';
import {
  caughtUp,
  cleanUp,
  cluster,
  create,
  numbered,
  once,
  save,
  start,
  tally,
  topics,
} from './testing/folding.ts';
import type { Fold } from './testing/folding.ts';

afterEach(cleanUp);
afterAll(() => cluster.close());

describe('An offset that an operator sets for a SnapshotConsumer', () => {
  it('ahead of its snapshot is obeyed once, and then overwritten', async () => {
    const fold = await topics();
    const [before, skipped, after] = ['before', 'skipped', 'after'].map((name) =>
      numbered(name, 50),
    );
    await cluster.produce(fold.input, before ?? []);
    const first = await start(fold);
    await caughtUp(fold, first);
    await committed(fold, 50);
    await first.consumer.stop();

    await cluster.produce(fold.input, [...(skipped ?? []), ...(after ?? [])]);
    const shown = await set(fold, 100n);
    expect(shown).toMatchObject({
      snapshotTopic: fold.snapshots,
      partitions: [{ committed: 50n, snapshot: 50n, end: 150n }],
    });
    const second = await start(fold);
    await caughtUp(fold, second);
    expect(second.states.restored).toEqual([expect.objectContaining({ from: 50n, start: 100n })]);
    await committed(fold, 150);
    await second.consumer.stop();

    const third = await start(fold);
    await caughtUp(fold, third);
    expect(third.states.restored).toEqual([expect.objectContaining({ from: 150n, start: 150n })]);
    expect(tally(third)).toEqual(once([...(before ?? []), ...(after ?? [])]));
  });

  it('before its snapshot, or without the mark, is not', async () => {
    const fold = await topics();
    const logins = numbered('login', 100);
    await cluster.produce(fold.input, logins);
    await save(fold, 60n, encodeCounts(once(logins.slice(0, 60))));
    await set(fold, 59n);
    const marked = await create(fold, 50);
    await marked.consumer.start();
    await caughtUp(fold, marked);
    expect(tally(marked)).toEqual(once(logins));
    await committed(fold, 100);
    await marked.consumer.stop();

    const more = numbered('more', 20);
    await cluster.produce(fold.input, more);
    await cluster.commit(fold.groupId, fold.input, { 0: 110 });
    const unmarked = await start(fold);
    await caughtUp(fold, unmarked);
    expect(tally(unmarked)).toEqual(once([...logins, ...more]));
  });
});

/** @returns where the group stood before */
async function set({ groupId, input }: Fold, offset: bigint) {
  const { connection, logger } = cluster;
  const role = { topic: input, setting: 'INPUT_TOPIC' };
  const admin = await PositionsAdmin.open({ connection, groupId, input: role, logger });
  try {
    const positions = await admin.read();
    await admin.set(new Map([[0, offset]]), positions);
    return positions;
  } finally {
    await admin.close();
  }
}

async function committed({ groupId, input }: Fold, offset: number): Promise<void> {
  await waitFor(`offset ${offset} to be committed`, async () => {
    const [found] = await cluster.committed(groupId, input);
    return found === offset;
  });
}
