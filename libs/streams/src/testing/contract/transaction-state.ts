import { describe, expect, it } from '@jest/globals';
import type { ResponseOf } from '../../protocol/apis.ts';
import { outsider } from './group-member.ts';
import { NOT_YET, only } from './subject.ts';
import type { Subject } from './subject.ts';
import { TransactionalProducer } from './transactional-producer.ts';

type Described = ResponseOf<'DescribeTransactions'>['transactions'][number];

/** What brokers tell of transactions (KIP-664). */
export function describeTransactionState(opened: () => Subject): void {
  async function described(subject: Subject, transactionalId: string): Promise<Described> {
    const coordinator = await subject.coordinator('transaction', transactionalId);
    const request = { transactionalIds: [transactionalId] };
    const { transactions } = await subject.until(
      `the id ${transactionalId} to be described`,
      () => subject.send(coordinator, 'DescribeTransactions', request),
      (answer) => !NOT_YET.includes(only(answer.transactions).error),
    );
    return only(transactions);
  }

  describe('The coordinator of transactions', () => {
    it('tells of one that is open, and what it has written to, until it is completed', async () => {
      const subject = opened();
      const topic = await subject.topic(2);
      const producer = await TransactionalProducer.of(subject, { timeoutMs: 50_000 });
      const { transactionalId, producerId, epoch } = producer;
      const before = await described(subject, transactionalId);
      expect(before).toMatchObject({ error: 'NONE', state: 'Empty', producerId, epoch });
      expect(before).toMatchObject({ timeoutMs: 50_000, startedAt: -1n, partitions: [] });
      await producer.write(topic, 1, 1);
      const open = await described(subject, transactionalId);
      expect(open).toMatchObject({ error: 'NONE', state: 'Ongoing', producerId, epoch });
      expect(open.partitions).toEqual([{ topic, partition: 1 }]);
      expect(open.startedAt).toBeGreaterThan(0n);
      await producer.end(true);
      const ended = await subject.until(
        'the transaction to be completed',
        () => described(subject, transactionalId),
        ({ state }) => state !== 'PrepareCommit',
      );
      expect(ended).toMatchObject({ state: 'CompleteCommit', producerId, partitions: [] });
      expect(ended.epoch).toBe(producer.epoch);
    });

    it('tells of the group whose offsets one commits, as of a partition', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const group = outsider(subject.unique('group'));
      const producer = await TransactionalProducer.of(subject);
      expect(await producer.commitOffset(group, topic, 1n)).toBe('NONE');
      const { partitions } = await described(subject, producer.transactionalId);
      expect(partitions.map(({ topic }) => topic)).toEqual(['__consumer_offsets']);
    });

    it('does not know an id that no producer has', async () => {
      const subject = opened();
      await TransactionalProducer.of(subject);
      const { error } = await described(subject, subject.unique('id'));
      expect(error).toBe('TRANSACTIONAL_ID_NOT_FOUND');
    });

    it('lists those of a state, and of a producer', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const open = await TransactionalProducer.of(subject);
      const idle = await TransactionalProducer.of(subject);
      await open.write(topic, 1);
      const listed = async (
        producer: TransactionalProducer,
        states: readonly ('Ongoing' | 'Empty')[],
      ): Promise<readonly object[]> => {
        const coordinator = await subject.coordinator('transaction', producer.transactionalId);
        const request = { states, producerIds: [producer.producerId] };
        return (await subject.send(coordinator, 'ListTransactions', request)).transactions;
      };
      const { transactionalId, producerId } = open;
      expect(await listed(open, ['Ongoing'])).toEqual([
        { transactionalId, producerId, state: 'Ongoing' },
      ]);
      expect(await listed(open, ['Empty'])).toEqual([]);
      expect(await listed(idle, [])).toMatchObject([{ state: 'Empty' }]);
      await open.end(false);
    });
  });

  describe('The leader of a partition', () => {
    it('knows its producers, and since where their transactions are open', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const producer = await TransactionalProducer.of(subject);
      const { producerId, epoch } = producer;
      const { broker } = await subject.leader(topic);
      const request = { partitions: [{ topic, partition: 0 }] };
      const producers = async (): Promise<readonly object[]> =>
        only((await subject.send(broker, 'DescribeProducers', request)).partitions).producers;
      expect(await producers()).toEqual([]);
      await subject.write(topic, 1);
      await producer.write(topic, 1);
      expect(await producers()).toMatchObject([{ producerId, epoch, openSince: 1n }]);
      await producer.end(true);
      await subject.readPast(topic, 1);
      expect(await producers()).toMatchObject([
        { producerId, epoch: producer.epoch, openSince: -1n },
      ]);
    });

    it('ends a transaction as a coordinator would, which may know nothing of it', async () => {
      const subject = opened();
      const topic = await subject.topic(2);
      const producer = await TransactionalProducer.of(subject);
      await producer.init();
      await producer.write(topic, 1, 0);
      await producer.write(topic, 1, 1);
      const { producerId, epoch } = producer;
      const { broker } = await subject.leader(topic);
      const mark = async (marker: object): Promise<readonly object[]> => {
        const request = { producerId, epoch, coordinatorEpoch: 0, commit: false, ...marker };
        const partitions = [{ topic, partition: 0 }];
        const answer = await subject.send(broker, 'WriteTxnMarkers', { ...request, partitions });
        return answer.partitions;
      };
      const told = (error: string): object[] => [{ topic, partition: 0, error }];
      expect(await mark({ epoch: epoch - 1 })).toEqual(told('INVALID_PRODUCER_EPOCH'));
      expect(await mark({})).toEqual(told('NONE'));
      const { lastStableOffset } = await subject.readPast(topic, 0);
      expect(lastStableOffset).toBe(2n);
      const other = await subject.read(topic, 0, { partition: 1 });
      expect(other.lastStableOffset).toBe(0n);
      expect(await mark({ coordinatorEpoch: -1 })).toEqual(told('TRANSACTION_COORDINATOR_FENCED'));
      await producer.end(false);
    });
  });
}
