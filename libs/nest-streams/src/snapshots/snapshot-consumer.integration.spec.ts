import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { encodeCounts } from '@login-pipeline/streams/testing';
import { waitFor } from '../testing/index.ts';
import {
  afterwards,
  caughtUp,
  cleanUp,
  cluster,
  create,
  numbered,
  once,
  save,
  savedOffsets,
  start,
  tally,
  topics,
} from './testing/folding.ts';

/** So long that no test sees a snapshot that it did not ask for. */
const NEVER_MS = 3_600_000;

afterEach(cleanUp);
afterAll(() => cluster.close());

describe('SnapshotConsumer', () => {
  it('counts every record once over restarts', async () => {
    const fold = await topics(3);
    const rounds = ['one', 'two', 'three'].map((name) => numbered(name, 300, 3));
    for (const round of rounds) {
      await cluster.produce(fold.input, round);
      const running = await start(fold);
      await caughtUp(fold, running);
      await running.consumer.stop();
    }

    const last = await start(fold);
    await caughtUp(fold, last);
    expect(tally(last)).toEqual(once(rounds.flat()));
    expect(last.states.restored.map(({ from }) => from)).toEqual([300n, 300n, 300n]);
  });

  it('saves states before their partitions move, and counts no record twice', async () => {
    const fold = await topics(2);
    const logins = numbered('unsaved', 400, 2);
    await cluster.produce(fold.input, logins);
    const first = await start(fold, NEVER_MS);
    await caughtUp(fold, first);

    const second = await start(fold, NEVER_MS);
    await waitFor('a partition to move', () => second.states.owned.size === 1);
    await caughtUp(fold, first, second);
    expect(second.states.restored).toEqual([expect.objectContaining({ from: 200n, start: 200n })]);
    expect(tally(first, second)).toEqual(once(logins));
  });

  it('counts every record once when a partition is lost and won again', async () => {
    const fold = await topics(2);
    const rounds = ['alone', 'shared', 'alone again'].map((name) => numbered(name, 200, 2));
    const [alone = [], shared = [], again = []] = rounds;
    const constant = await start(fold);
    await cluster.produce(fold.input, alone);
    await caughtUp(fold, constant);
    const passing = await start(fold);
    await waitFor('a partition to move', () => passing.states.owned.size === 1);
    await cluster.produce(fold.input, shared);
    await caughtUp(fold, constant, passing);
    await passing.consumer.stop();
    await waitFor('the lost partition', () => constant.states.owned.size === 2);
    await cluster.produce(fold.input, again);
    await caughtUp(fold, constant);

    expect(tally(constant)).toEqual(once(rounds.flat()));
  });

  it('goes on from the highest next offset, although a frozen owner wrote its older state later', async () => {
    const fold = await topics();
    const logins = numbered('login', 100);
    await cluster.produce(fold.input, logins);
    await save(fold, 40n, encodeCounts(once(logins.slice(0, 40))));
    await save(fold, 90n, encodeCounts(once(logins.slice(0, 90))));
    await save(fold, 60n, encodeCounts(once(logins.slice(0, 60))));

    const running = await start(fold);
    await caughtUp(fold, running);
    expect(running.states.restored).toEqual([{ partition: 0, from: 90n, start: 90n }]);
    expect(tally(running)).toEqual(once(logins));
  });

  it('starts where its state stands, although the group has committed a later offset', async () => {
    const fold = await topics(2);
    const logins = numbered('login', 200, 2);
    await cluster.produce(fold.input, logins);
    const admin = cluster.kafka.admin();
    await admin.connect();
    await admin.setOffsets({
      groupId: fold.groupId,
      topic: fold.input,
      partitions: [0, 1].map((partition) => ({ partition, offset: '50' })),
    });
    await admin.disconnect();

    const running = await start(fold);
    await caughtUp(fold, running);
    expect(tally(running)).toEqual(once(logins));
  });

  it('passes control records and aborted transactions, and stands at the end', async () => {
    const fold = await topics();
    const running = await start(fold);
    const producer = cluster.kafka.producer({ transactionalId: cluster.unique('id') });
    await producer.connect();
    afterwards(() => producer.disconnect());
    const committed = numbered('committed', 30);
    for (const from of [0, 10, 20]) {
      const kept = await producer.transaction();
      await kept.send({ topic: fold.input, messages: committed.slice(from, from + 10) });
      await kept.commit();
      const lost = await producer.transaction();
      await lost.send({ topic: fold.input, messages: numbered('aborted', 10) });
      await lost.abort();
    }

    await cluster.decided(fold.input);
    await caughtUp(fold, running);
    expect(tally(running)).toEqual(once(committed));
    const [end] = await cluster.ends(fold.input);
    await waitFor('the group to stand there too', async () => {
      const [position] = await cluster.committed(fold.groupId, fold.input);
      return position === end;
    });
    expect((await savedOffsets(fold)).get(0)?.at(-1)).toBe(String(end));
  });

  it('keeps the last states when it stops', async () => {
    const fold = await topics(2);
    const logins = numbered('login', 100, 2);
    await cluster.produce(fold.input, logins);
    const running = await start(fold, NEVER_MS);
    await caughtUp(fold, running);
    expect((await savedOffsets(fold)).size).toBe(0);
    await running.consumer.stop();

    expect(await savedOffsets(fold)).toEqual(
      new Map([
        [0, ['50']],
        [1, ['50']],
      ]),
    );
  });

  it('writes a snapshot of a partition without records, once', async () => {
    const fold = await topics(2);
    await start(fold);
    const follower = await start({ ...fold, groupId: cluster.unique('another group') }, NEVER_MS);
    await waitFor('both', async () => (await savedOffsets(fold)).size === 2);

    await cluster.produce(fold.input, [{ value: 'a sign of time', partition: 0 }]);
    await waitFor('the one that changed', async () =>
      (await savedOffsets(fold)).get(0)?.includes('1'),
    );
    expect((await savedOffsets(fold)).get(1)).toEqual(['0']);
    expect(follower.states.owned.size).toBe(2);
  });

  it('follows the partitions of the other members', async () => {
    const fold = await topics(2);
    const [one, other] = [await start(fold), await start(fold)];
    await waitFor('each to have one', () =>
      [one, other].every(({ states }) => states.owned.size === 1),
    );
    const logins = numbered('login', 100, 2);
    await cluster.produce(fold.input, logins);
    await caughtUp(fold, one, other);

    for (const { states } of [one, other]) {
      await waitFor('both partitions', () => {
        const known = [0, 1].flatMap(
          (partition) => states.owned.get(partition) ?? states.followed.get(partition) ?? [],
        );
        return known.length === 2 && known.every(({ nextOffset }) => nextOffset === 50n);
      });
    }
  });

  it('tells a new reader of changes what it restored, though nothing is new', async () => {
    const [fold, topic] = await Promise.all([topics(), cluster.topic('changes')]);
    await cluster.produce(fold.input, numbered('login', 10));
    await save(fold, 10n, encodeCounts(new Map([['login', 10]])));
    const { consumer } = await create(fold, 50, {
      changes: {
        topic: { topic, setting: 'CHANGES_TOPIC' },
        since: (partition) => [
          { key: null, value: Buffer.from(String(partition)), timestamp: '0' },
        ],
        assumeWritten: () => undefined,
        forget: () => undefined,
      },
    });
    await consumer.start();

    const told = await waitFor('the changes', async () => {
      const records = await cluster.read(topic);
      return records.length > 0 && records;
    });
    expect(String(told[0]?.value)).toBe('0');
  });
});
