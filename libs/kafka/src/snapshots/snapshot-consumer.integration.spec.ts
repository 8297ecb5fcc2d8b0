import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { Message } from 'kafkajs';
import { KafkaUnavailableError, StalledError } from '../client/errors.ts';
import { SnapshotConsumer } from './snapshot-consumer.ts';
import { NEXT_OFFSET_HEADER, partitionOfKey, snapshotRecord } from './snapshot-record.ts';
import {
  CountingStates,
  encodeCounts,
  tallyOf,
  UnreadableSnapshot,
} from '../testing/counting-states.ts';
import type { Tally } from '../testing/counting-states.ts';
import { TestCluster, waitFor } from '../testing/index.ts';

const cluster = new TestCluster();
const cleanups: (() => Promise<void>)[] = [];

/** So long that no test sees a snapshot that it did not ask for. */
const NEVER_MS = 3_600_000;

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

afterAll(() => cluster.close());

interface Fold {
  readonly groupId: string;
  readonly input: string;
  readonly snapshots: string;
}

async function topics(partitions = 1): Promise<Fold> {
  const [input, snapshots] = await Promise.all([
    cluster.topic('in', { partitions }),
    cluster.topic('snapshots', { partitions: 2, config: { 'cleanup.policy': 'compact' } }),
  ]);
  return { groupId: cluster.unique('group'), input, snapshots };
}

interface Running {
  readonly consumer: SnapshotConsumer;
  readonly states: CountingStates;
  readonly fatal: unknown[];
}

/** @returns a consumer that is about to start */
async function create(
  { groupId, input, snapshots }: Fold,
  snapshotIntervalMs: number,
  stallTimeoutMs = 60_000,
): Promise<Running> {
  const states = new CountingStates();
  const fatal: unknown[] = [];
  const { connection, logger } = cluster;
  const consumer = await SnapshotConsumer.create(
    {
      connection,
      groupId,
      input: { topic: input, setting: 'INPUT_TOPIC' },
      snapshots: { topic: snapshots, setting: 'SNAPSHOT_TOPIC' },
      snapshotIntervalMs,
      stallTimeoutMs,
      states,
      logger,
      metrics: cluster.metrics(),
      onFatal: (error) => fatal.push(error),
    },
    (batch) => {
      states.fold(batch);
      return Promise.resolve();
    },
  );
  cleanups.push(() => consumer.stop());
  return { consumer, states, fatal };
}

async function start(fold: Fold, snapshotIntervalMs = 50): Promise<Running> {
  const running = await create(fold, snapshotIntervalMs);
  await running.consumer.start();
  return running;
}

/** Values that no other call gives, spread over the partitions by turns. */
function numbered(name: string, count: number, partitions = 1): (Message & { value: string })[] {
  return Array.from({ length: count }, (_, index) => ({
    value: `${name} ${index}`,
    partition: index % partitions,
  }));
}

/** Each of the messages once. */
function once(messages: readonly { readonly value: string }[]): Tally {
  return new Map(messages.map(({ value }) => [value, 1]));
}

/** Waits until the owners of the partitions are at their ends. */
async function caughtUp({ input }: Fold, ...owners: readonly Running[]): Promise<void> {
  const ends = await cluster.ends(input);
  await waitFor('the end of the input', () =>
    ends.every((end, partition) => {
      const positions = owners.flatMap(({ states }) => states.owned.get(partition) ?? []);
      return positions.length === 1 && positions[0]?.nextOffset === BigInt(end);
    }),
  );
}

function tally(...owners: readonly Running[]): Tally {
  return tallyOf(owners.map(({ states }) => states));
}

/** @returns the next offsets of the snapshots, by partition and in the order of the log */
async function savedOffsets({ input, snapshots }: Fold): Promise<ReadonlyMap<number, string[]>> {
  const saved = new Map<number, string[]>();
  for (const { key, headers } of await cluster.read(snapshots)) {
    const partition = partitionOfKey(key, input) ?? -1;
    const offset = String(headers?.[NEXT_OFFSET_HEADER]);
    saved.set(partition, [...(saved.get(partition) ?? []), offset]);
  }
  return saved;
}

/** Writes a snapshot as any replica could have. */
async function save(fold: Fold, nextOffset: bigint, value: Buffer): Promise<void> {
  const record = snapshotRecord(fold.input, 0, { nextOffset, value });
  await cluster.produce(fold.snapshots, [record as Message]);
}

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

  it('counts no record twice when the partitions move before their states are saved', async () => {
    const fold = await topics(2);
    const logins = numbered('unsaved', 400, 2);
    await cluster.produce(fold.input, logins);
    const first = await start(fold, NEVER_MS);
    await caughtUp(fold, first);

    const second = await start(fold, NEVER_MS);
    await caughtUp(fold, first, second);
    expect(second.states.restored).toEqual([
      expect.objectContaining({ from: undefined, start: 0n }),
    ]);
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
    cleanups.push(() => producer.disconnect());
    const committed = numbered('committed', 30);
    for (const from of [0, 10, 20]) {
      const kept = await producer.transaction();
      await kept.send({ topic: fold.input, messages: committed.slice(from, from + 10) });
      await kept.commit();
      const lost = await producer.transaction();
      await lost.send({ topic: fold.input, messages: numbered('aborted', 10) });
      await lost.abort();
    }

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

  it('refuses the snapshot of a topic that was created anew, and names the fix', async () => {
    const fold = await topics();
    await cluster.produce(fold.input, numbered('login', 10));
    await save(fold, 11n, encodeCounts(new Map()));
    const { fatal } = await start(fold);
    await waitFor('the refusal', () => fatal.length > 0);

    expect(fatal[0]).toBeInstanceOf(KafkaUnavailableError);
    expect(String(fatal[0])).toMatch(
      /snapshot of partition 0 .* offset 11, .* \(INPUT_TOPIC\) ends at 10: .*SNAPSHOT_TOPIC/,
    );
    expect(await cluster.committed(fold.groupId, fold.input)).toEqual([-1]);
  });

  it('ends over a snapshot that cannot be read, and counts nothing', async () => {
    const fold = await topics();
    await cluster.produce(fold.input, numbered('login', 10));
    await save(fold, 5n, Buffer.from('no counts'));
    const { consumer, states, fatal } = await create(fold, 50);
    void consumer.start();
    await waitFor('the end', () => fatal.length > 0);

    expect(fatal[0]).toBeInstanceOf(UnreadableSnapshot);
    expect(states.owned.size).toBe(0);
  });

  it('gives up when no snapshot could be written for the stall time-out', async () => {
    const config = { 'cleanup.policy': 'compact', 'max.message.bytes': '200' };
    const fold = { ...(await topics()), snapshots: await cluster.topic('small', { config }) };
    await cluster.produce(fold.input, numbered('login', 100));
    const { consumer, fatal } = await create(fold, 50, 1_000);
    await consumer.start();
    await waitFor('the end', () => fatal.length > 0);

    expect(fatal[0]).toBeInstanceOf(StalledError);
    expect(String(fatal[0])).toMatch(/\(SNAPSHOT_TOPIC\) for STALL_TIMEOUT_MS=1000: .*larger/);
  });
});
