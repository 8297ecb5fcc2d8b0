import { describe, expect, it } from '@jest/globals';
import type { ResponseOf } from '../../protocol/apis.ts';
import type { ProducedPartition } from '../../protocol/log-apis.ts';
import type { Subject } from './subject.ts';
import { TransactionalProducer } from './transactional-producer.ts';

/** Sequences and epochs of producers (KIP-98), outside of transactions. */
export function describeIdempotence(opened: () => Subject): void {
  /** @returns how to write one batch of two records with a sequence, in an epoch counted from the producer's own */
  async function idempotent(subject: Subject): Promise<{
    readonly topic: string;
    readonly write: (baseSequence: number, laterEpoch?: number) => Promise<ProducedPartition>;
  }> {
    const topic = await subject.topic();
    const { producerId, epoch } = await TransactionalProducer.of(subject);
    return {
      topic,
      write: (baseSequence, laterEpoch = 0) =>
        subject.write(topic, 2, { stamp: { producerId, epoch: epoch + laterEpoch, baseSequence } }),
    };
  }

  describe('A producer', () => {
    it('that sends a batch again gets its offset, and nothing is appended', async () => {
      const subject = opened();
      const { topic, write } = await idempotent(subject);
      await write(0);
      const second = await write(2);
      expect(second).toMatchObject({ error: 'NONE', baseOffset: 2n });
      expect(await write(2)).toMatchObject({ error: 'NONE', baseOffset: 2n });
      expect(await write(0)).toMatchObject({ error: 'NONE', baseOffset: 0n });
      expect((await subject.listOffset(topic)).offset).toBe(4n);
    });

    it('that leaves out a sequence is refused, and goes on where it was', async () => {
      const subject = opened();
      const { topic, write } = await idempotent(subject);
      await write(0);
      expect((await write(4)).error).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
      expect((await write(2)).error).toBe('NONE');
      expect((await subject.listOffset(topic)).offset).toBe(4n);
    });

    it('begins a new epoch with sequence 0, and is refused in the old one from then on', async () => {
      const subject = opened();
      const { write } = await idempotent(subject);
      await write(0);
      expect((await write(2, 1)).error).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
      expect((await write(0, 1)).error).toBe('NONE');
      expect((await write(2)).error).toBe('INVALID_PRODUCER_EPOCH');
    });

    it('without transactions gets an id from any broker, each time another one', async () => {
      const subject = opened();
      const request = { transactionalId: undefined, timeoutMs: 60_000 };
      const init = (): Promise<ResponseOf<'InitProducerId'>> =>
        subject.cluster.ports.wire.send('any', 'InitProducerId', request);
      const [one, other] = [await init(), await init()];
      expect([one.error, other.error]).toEqual(['NONE', 'NONE']);
      expect(one.producerId).not.toBe(other.producerId);
      const topic = await subject.topic();
      const stamp = { producerId: one.producerId, epoch: one.epoch, baseSequence: 0 };
      expect((await subject.write(topic, 2, { stamp })).error).toBe('NONE');
      expect(await subject.write(topic, 2, { stamp })).toMatchObject({ baseOffset: 0n });
    });

    it('that is not known to a partition may begin anywhere', async () => {
      const { write } = await idempotent(opened());
      expect(await write(10)).toMatchObject({ error: 'NONE', baseOffset: 0n });
      expect((await write(12)).error).toBe('NONE');
    });
  });
}
