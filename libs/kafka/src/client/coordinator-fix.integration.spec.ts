import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Producer, Transaction } from 'kafkajs';
import { TestCluster, waitFor } from '../testing/index.ts';
import { createClient } from './connection.ts';

const cluster = new TestCluster();
/** More than the broker keeps beside an offset (`offset.metadata.max.bytes`). */
const TOO_MUCH = 'x'.repeat(10_000);

let producer: Producer;
let topic: string;
let groupId: string;
let questions: number;

beforeEach(async () => {
  topic = await cluster.topic('coordinated');
  groupId = cluster.unique('group');
  questions = 0;
  producer = createClient(cluster.connection, cluster.logger, 'run').producer({
    transactionalId: cluster.unique('id'),
    maxInFlightRequests: 1,
  });
  producer.on(producer.events.REQUEST, ({ payload }) => {
    if (payload.apiName === 'GroupCoordinator') questions += 1;
  });
  await producer.connect();
  // A broker that has just started has to load its groups first.
  await waitFor('the coordinator of the group', () =>
    cluster.committed(groupId, topic).then(
      () => true,
      () => false,
    ),
  );
});
afterEach(() => producer.disconnect());
afterAll(() => cluster.close());

async function transact(): Promise<void> {
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ value: 'a login' }] });
  await sendOffset(transaction, '');
  await transaction.commit();
}

function sendOffset(transaction: Transaction, metadata: string): Promise<void> {
  // The client's type does not know the metadata; the client does.
  const partitions = [{ partition: 0, offset: '1', metadata }];
  return transaction.sendOffsets({ consumerGroupId: groupId, topics: [{ topic, partitions }] });
}

describe('A transactional producer', () => {
  it('asks in its first transaction who coordinates it, and not in the next ones', async () => {
    await transact();
    expect(questions).toBeGreaterThan(0);
    questions = 0;
    for (let count = 0; count < 5; count += 1) await transact();
    expect(questions).toBe(0);
    expect(await cluster.committed(groupId, topic)).toEqual([1]);
  });

  it('may try again when no broker answers', async () => {
    const { prototype } = createRequire(import.meta.url)('kafkajs/src/cluster') as {
      prototype: { findGroupCoordinator: (wanted: object) => Promise<unknown> };
    };
    // A cluster of which no broker can be reached.
    const cut = {
      retrier: async (ask: (bail: (error: unknown) => void) => Promise<unknown>) => {
        let bailed: unknown;
        const found = await ask((error) => (bailed = error));
        if (bailed !== undefined) throw bailed as Error;
        return found;
      },
      brokerPool: { withBroker: () => Promise.resolve(null) },
      findGroupCoordinatorMetadata: (
        prototype as unknown as {
          findGroupCoordinatorMetadata: (wanted: object) => Promise<unknown>;
        }
      ).findGroupCoordinatorMetadata,
    };
    await expect(prototype.findGroupCoordinator.call(cut, { groupId })).rejects.toMatchObject({
      message: 'Failed to find group coordinator',
      retriable: true,
    });
  });

  it('asks again after a request was refused', async () => {
    await transact();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: 'a login' }] });
    questions = 0;
    await expect(sendOffset(transaction, TOO_MUCH)).rejects.toThrow(/metadata/i);
    expect(questions).toBe(0);
    await transaction.abort();
    expect(questions).toBe(1);
  });
});
