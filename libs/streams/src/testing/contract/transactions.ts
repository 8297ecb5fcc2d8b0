import { describe, expect, it } from '@jest/globals';
import { LATEST } from '../../protocol/log-apis.ts';
import type { FetchedPartitionData } from '../../protocol/log-apis.ts';
import type { Subject } from './subject.ts';
import { TransactionalProducer } from './transactional-producer.ts';

/** Records that make a batch larger than topics take by default (`max.message.bytes`, some 1 MB). */
const TOO_MANY = 80_000;

/** Transactions: who sees what when (KIP-98), and what has to be added to them before it is written (KIP-890). */
export function describeTransactions(opened: () => Subject): void {
  describe('A transaction', () => {
    it('is read when it is committed, and not before', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const producer = await TransactionalProducer.of(subject);
      await subject.write(topic, 1);
      expect(await producer.write(topic, 2)).toMatchObject({ error: 'NONE', baseOffset: 1n });
      const open = await subject.read(topic, 0);
      expect(open).toMatchObject({ highWatermark: 3n, lastStableOffset: 1n });
      expect(batchesOf(open)).toEqual([[0, 0, undefined, undefined]]);
      expect(await producer.end(true)).toBe('NONE');
      const id = String(producer.producerId);
      const committed = await subject.readPast(topic, 1);
      expect(committed).toMatchObject({ highWatermark: 4n, lastStableOffset: 4n, aborted: [] });
      expect(batchesOf(committed)).toEqual([
        [0, 0, undefined, undefined],
        [1, 2, id, undefined],
        // The marker takes an offset.
        [3, 3, id, 'other'],
      ]);
    });

    it('that is aborted is listed with its first offset, for readers of committed records', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const producer = await TransactionalProducer.of(subject);
      await subject.write(topic, 1);
      await producer.write(topic, 1);
      await producer.write(topic, 1);
      const id = String(producer.producerId);
      expect(await producer.end(false)).toBe('NONE');
      const read = await subject.readPast(topic, 1);
      expect(read.aborted).toEqual([{ producerId: id, firstOffset: '1' }]);
      expect(batchesOf(read).slice(1)).toEqual([
        [1, 1, id, undefined],
        [2, 2, id, undefined],
        [3, 3, id, 'abort'],
      ]);
      // A reader that begins within it gets it, too.
      const within = await subject.read(topic, 2);
      expect(within.aborted).toEqual([{ producerId: id, firstOffset: '1' }]);
      expect(batchesOf(within)).toEqual([
        [2, 2, id, undefined],
        [3, 3, id, 'abort'],
      ]);
      const uncommitted = await subject.read(topic, 0, { isolation: 'read_uncommitted' });
      expect(uncommitted.aborted).toEqual([]);
      expect(batchesOf(uncommitted)).toHaveLength(4);
    });

    it('holds back the records behind it, and the end for readers of committed records', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const producer = await TransactionalProducer.of(subject);
      await producer.write(topic, 1);
      await subject.write(topic, 1);
      expect((await subject.read(topic, 0)).records.batches).toEqual([]);
      const uncommitted = await subject.read(topic, 0, { isolation: 'read_uncommitted' });
      expect(uncommitted.records.batches).toHaveLength(2);
      expect((await subject.listOffset(topic, LATEST, 'read_committed')).offset).toBe(0n);
      expect((await subject.listOffset(topic, LATEST, 'read_uncommitted')).offset).toBe(2n);
      expect((await subject.listOffset(topic, 0n, 'read_committed')).offset).toBe(-1n);
      expect((await subject.listOffset(topic, 0n, 'read_uncommitted')).offset).toBe(0n);
      await producer.end(true);
      await subject.readPast(topic, 0);
      expect((await subject.listOffset(topic, LATEST, 'read_committed')).offset).toBe(3n);
    });

    it('is aborted for itself, whatever another one beside it does', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const one = await TransactionalProducer.of(subject);
      const other = await TransactionalProducer.of(subject);
      await one.write(topic, 1);
      await other.write(topic, 1);
      await one.write(topic, 1);
      const aborted = String(one.producerId);
      await other.end(true);
      await one.end(false);
      const read = await subject.readPast(topic, 4);
      expect(read.aborted).toEqual([{ producerId: aborted, firstOffset: '0' }]);
      expect(read.lastStableOffset).toBe(5n);
    });

    it('is several partitions that become visible together, and others right behind it', async () => {
      const subject = opened();
      const topic = await subject.topic(2);
      const producer = await TransactionalProducer.of(subject);
      for (const end of [2n, 4n, 6n]) {
        expect((await producer.write(topic, 1, 0)).error).toBe('NONE');
        expect((await producer.write(topic, 1, 1)).error).toBe('NONE');
        expect(await producer.end(true)).toBe('NONE');
        for (const partition of [0, 1]) {
          const read = await subject.readPast(topic, Number(end) - 1, { partition });
          expect(read.highWatermark).toBe(end);
        }
      }
    });

    it('goes on in the same epoch, or the next one where epochs are bumped', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const producer = await TransactionalProducer.of(subject);
      const { producerId, epoch } = producer;
      await producer.write(topic, 1);
      await producer.end(true);
      expect(producer.producerId).toBe(producerId);
      expect(producer.epoch).toBe(subject.bumpsEpochs ? epoch + 1 : epoch);
      expect((await producer.write(topic, 1)).error).toBe('NONE');
      expect(await producer.end(false)).toBe('NONE');
      expect(producer.epoch).toBe(subject.bumpsEpochs ? epoch + 2 : epoch);
    });

    it('takes no records for a partition that was not added, before KIP-890', async () => {
      const subject = opened();
      const topic = await subject.topic(2);
      const producer = await TransactionalProducer.of(subject);
      expect((await producer.writeUnadded(topic, 1)).error).toBe('TRANSACTION_ABORTABLE');
      await producer.add(topic, [1]);
      expect((await producer.writeUnadded(topic, 1, 0)).error).toBe('TRANSACTION_ABORTABLE');
      expect((await producer.writeUnadded(topic, 1, 1)).error).toBe('NONE');
      expect((await subject.listOffset(topic)).offset).toBe(0n);
    });

    it('is added to only with partitions that there are', async () => {
      const subject = opened();
      const producer = await TransactionalProducer.of(subject);
      expect(await producer.add(subject.unique('absent'))).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    });

    it('goes on after records that were refused, as if these had not been sent', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const producer = await TransactionalProducer.of(subject);
      expect((await producer.write(topic, 1)).error).toBe('NONE');
      expect((await producer.write(topic, TOO_MANY)).error).toBe('MESSAGE_TOO_LARGE');
      expect(await producer.write(topic, 1)).toMatchObject({ error: 'NONE', baseOffset: 1n });
      expect(await producer.end(true)).toBe('NONE');
      expect((await subject.readPast(topic, 1)).lastStableOffset).toBe(3n);
    });

    it('that is empty cannot end, but be aborted where epochs are bumped', async () => {
      const subject = opened();
      const producer = await TransactionalProducer.of(subject);
      expect(await producer.end(true)).toBe('INVALID_TXN_STATE');
      expect(await producer.end(false)).toBe(subject.bumpsEpochs ? 'NONE' : 'INVALID_TXN_STATE');
    });

    it('may be ended again the same way, when an answer was lost, and not the other way', async () => {
      const subject = opened();
      const topic = await subject.topic();
      for (const commit of [true, false]) {
        const producer = await TransactionalProducer.of(subject);
        await producer.write(topic, 1);
        const ended = await producer.askToEnd(commit);
        expect(ended.error).toBe('NONE');
        expect(await producer.askToEnd(commit)).toEqual(ended);
        expect((await producer.askToEnd(!commit)).error).toBe('INVALID_TXN_STATE');
      }
    });
  });
}

/** @returns first and last offset, producer and marker of each batch */
function batchesOf({ records }: FetchedPartitionData): unknown[] {
  return records.batches.map(({ baseOffset, lastOffset, transactionOf, marker }) => [
    baseOffset,
    lastOffset,
    transactionOf,
    marker,
  ]);
}
