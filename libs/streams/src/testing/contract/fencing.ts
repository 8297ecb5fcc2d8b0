import { describe, expect, it } from '@jest/globals';
import { outsider } from './group-member.ts';
import type { Subject } from './subject.ts';
import { TransactionalProducer } from './transactional-producer.ts';

/** The shortest that makes a transaction late soon. */
const SHORT_MS = 1_000;
/** Transactions run as long at most (`transaction.max.timeout.ms`). */
const LONGEST_MS = 15 * 60_000;

/** Producers that take an id over, and what becomes of those that had it. */
export function describeFencing(opened: () => Subject): void {
  describe('An id of transactions', () => {
    it('that is taken over keeps its producer id, with a later epoch', async () => {
      const subject = opened();
      const one = await TransactionalProducer.of(subject);
      const { transactionalId } = one;
      const other = await TransactionalProducer.of(subject, { transactionalId });
      expect(other.producerId).toBe(one.producerId);
      expect(other.epoch).toBeGreaterThan(one.epoch);
    });

    it('that is taken over has its open transaction aborted, and its last holder refused', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const group = outsider(subject.unique('group'));
      const one = await TransactionalProducer.of(subject);
      await one.write(topic, 1);
      expect(await one.commitOffset(group, topic, 5n)).toBe('NONE');
      const other = await TransactionalProducer.of(subject, {
        transactionalId: one.transactionalId,
      });
      const read = await subject.readPast(topic, 0);
      expect(read.aborted).toEqual([{ producerId: String(one.producerId), firstOffset: '0' }]);
      expect((await subject.stable(group.groupId, topic)).offset).toBe(-1n);
      expect(await one.add(topic)).toBe('PRODUCER_FENCED');
      expect(await one.addOffsets(group.groupId)).toBe('PRODUCER_FENCED');
      expect(await one.end(true)).toBe('PRODUCER_FENCED');
      expect((await one.writeUnadded(topic, 1, 0, subject.bumpsEpochs)).error).toBe(
        'INVALID_PRODUCER_EPOCH',
      );
      expect(await one.commitUnadded(group, topic, 6n, subject.bumpsEpochs)).toBe(
        'INVALID_PRODUCER_EPOCH',
      );
      expect((await other.write(topic, 1)).error).toBe('NONE');
      expect(await other.end(true)).toBe('NONE');
    });

    it('is busy while a transaction that was left open is aborted', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const { transactionalId } = await (async () => {
        const producer = await TransactionalProducer.of(subject);
        await producer.write(topic, 1);
        return producer;
      })();
      const coordinator = await subject.coordinator('transaction', transactionalId);
      const request = { transactionalId, timeoutMs: SHORT_MS };
      const first = await subject.send(coordinator, 'InitProducerId', request);
      expect(first.error).toBe('CONCURRENT_TRANSACTIONS');
      const later = await subject.until(
        'the id to be taken over',
        () => subject.send(coordinator, 'InitProducerId', request),
        ({ error }) => error !== 'CONCURRENT_TRANSACTIONS',
      );
      expect(later.error).toBe('NONE');
    });

    it('is not given for longer transactions than brokers allow', async () => {
      const subject = opened();
      const transactionalId = subject.unique('id');
      const coordinator = await subject.coordinator('transaction', transactionalId);
      // Asked for once before: the coordinator may have to be loaded.
      await TransactionalProducer.of(subject, { transactionalId });
      const refused = await subject.send(coordinator, 'InitProducerId', {
        transactionalId,
        timeoutMs: LONGEST_MS + 1,
      });
      expect(refused.error).toBe('INVALID_TRANSACTION_TIMEOUT');
    });

    it('is nothing to a coordinator that has not given it', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const known = await TransactionalProducer.of(subject);
      const unknown = new TransactionalProducer(subject);
      unknown.producerId = known.producerId;
      unknown.epoch = known.epoch;
      expect(await unknown.end(true)).toBe('INVALID_PRODUCER_ID_MAPPING');
      expect(await unknown.add(topic)).toBe('INVALID_PRODUCER_ID_MAPPING');
      expect((await unknown.writeUnadded(topic, 1, 0, subject.bumpsEpochs)).error).toBe(
        'INVALID_PRODUCER_ID_MAPPING',
      );
    });

    it('has its transaction aborted when it takes too long, and its holder refused', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const producer = await TransactionalProducer.of(subject, { timeoutMs: SHORT_MS });
      await producer.write(topic, 1);
      const id = String(producer.producerId);
      const read = await subject.readPast(topic, 0);
      expect(read.aborted).toEqual([{ producerId: id, firstOffset: '0' }]);
      expect((await producer.writeUnadded(topic, 1, 0, subject.bumpsEpochs)).error).toBe(
        'INVALID_PRODUCER_EPOCH',
      );
      // Where epochs are bumped, it looks like a transaction that the producer has aborted itself.
      const { bumpsEpochs } = subject;
      expect((await producer.askToEnd(true)).error).toBe(
        bumpsEpochs ? 'INVALID_TXN_STATE' : 'PRODUCER_FENCED',
      );
      expect((await producer.askToEnd(false)).error).toBe(bumpsEpochs ? 'NONE' : 'PRODUCER_FENCED');
      await producer.init();
      expect((await producer.write(topic, 1)).error).toBe('NONE');
    });
  });

  describe('A late request', () => {
    it('of a transaction that has ended is refused where epochs are bumped', async () => {
      const subject = opened();
      if (!subject.bumpsEpochs) return;
      const topic = await subject.topic();
      const group = outsider(subject.unique('group'));
      const producer = await TransactionalProducer.of(subject);
      await producer.write(topic, 1);
      expect(await producer.commitOffset(group, topic, 1n)).toBe('NONE');
      expect((await producer.askToEnd(true)).error).toBe('NONE');
      await subject.readPast(topic, 0);
      // The producer is still who it was.
      expect((await producer.writeUnadded(topic, 1, 0, true)).error).toBe('INVALID_PRODUCER_EPOCH');
      expect(await producer.commitUnadded(group, topic, 2n, true)).toBe('INVALID_PRODUCER_EPOCH');
      expect((await subject.stable(group.groupId, topic)).offset).toBe(1n);
    });

    it('of an epoch before is refused although a partition does not know the producer yet', async () => {
      const subject = opened();
      if (!subject.bumpsEpochs) return;
      const topic = await subject.topic(2);
      const producer = await TransactionalProducer.of(subject);
      await producer.write(topic, 1, 0);
      expect((await producer.askToEnd(true)).error).toBe('NONE');
      await subject.readPast(topic, 0);
      expect((await producer.writeUnadded(topic, 1, 1, true)).error).toBe('INVALID_PRODUCER_EPOCH');
    });

    it('that would open a transaction again is refused where it is not added, before KIP-890', async () => {
      const subject = opened();
      if (subject.bumpsEpochs) return;
      const topic = await subject.topic();
      const producer = await TransactionalProducer.of(subject);
      await producer.write(topic, 1);
      expect(await producer.end(true)).toBe('NONE');
      await subject.readPast(topic, 0);
      expect((await producer.writeUnadded(topic, 1)).error).toBe('TRANSACTION_ABORTABLE');
    });
  });
}
