import { describe, expect, it } from '@jest/globals';
import { EARLIEST, LATEST } from '../../protocol/log-apis.ts';
import { only } from './subject.ts';
import type { Subject } from './subject.ts';

/** Logs: their bounds, what a fetch brings, and leader epochs (KIP-320). */
export function describeLogs(opened: () => Subject): void {
  describe('A log', () => {
    it('begins and ends at 0 while it is empty', async () => {
      const subject = opened();
      const topic = await subject.topic();
      expect(await subject.listOffset(topic, EARLIEST)).toMatchObject({
        error: 'NONE',
        offset: 0n,
      });
      expect(await subject.listOffset(topic, LATEST)).toMatchObject({ error: 'NONE', offset: 0n });
      expect(await subject.read(topic, 0)).toMatchObject({
        error: 'NONE',
        highWatermark: 0n,
        lastStableOffset: 0n,
        logStartOffset: 0n,
      });
    });

    it('numbers records, and finds the first one that is not older than a time', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const now = subject.cluster.ports.clock.now();
      const first = await subject.write(topic, 2, { timestamps: [now - 3_000, now - 2_000] });
      const second = await subject.write(topic, 1, { timestamps: [now - 1_000] });
      expect([first.baseOffset, second.baseOffset]).toEqual([0n, 2n]);
      const found = async (time: number): Promise<bigint> =>
        (await subject.listOffset(topic, BigInt(time))).offset;
      expect(await found(now - 5_000)).toBe(0n);
      expect(await found(now - 2_500)).toBe(1n);
      expect(await found(now - 1_000)).toBe(2n);
      expect(await found(now)).toBe(-1n);
      expect((await subject.listOffset(topic, LATEST)).offset).toBe(3n);
    });

    it('is read in whole batches, from the one with the offset on', async () => {
      const subject = opened();
      const topic = await subject.topic();
      await subject.write(topic, 3);
      await subject.write(topic, 2);
      await subject.write(topic, 1);
      const places = async (offset: number, maxBytes?: number): Promise<number[][]> => {
        const options = maxBytes === undefined ? {} : { maxBytes };
        const { records } = await subject.read(topic, offset, options);
        return records.batches.map(({ baseOffset, lastOffset }) => [baseOffset, lastOffset]);
      };
      expect(await places(4)).toEqual([
        [3, 4],
        [5, 5],
      ]);
      expect(await places(6)).toEqual([]);
      // The first batch comes, however large (KIP-74).
      expect(await places(1, 1)).toEqual([[0, 2]]);
    });

    it('is out of range past its end, and at its end has nothing yet', async () => {
      const subject = opened();
      const topic = await subject.topic();
      await subject.write(topic, 2);
      expect(await subject.read(topic, 3)).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE' });
      expect(await subject.read(topic, 2)).toMatchObject({ error: 'NONE', highWatermark: 2n });
    });

    it('answers a fetch that waits as soon as there is a record', async () => {
      const subject = opened();
      const { clock } = subject.cluster.ports;
      const topic = await subject.topic();
      await subject.read(topic, 0);
      const begun = clock.now();
      const waiting = subject.read(topic, 0, { maxWaitMs: 20_000 });
      await clock.sleep(50);
      await subject.write(topic, 1);
      expect((await waiting).records.batches).toHaveLength(1);
      expect(clock.now() - begun).toBeLessThan(10_000);
    });

    it('begins behind records that are deleted', async () => {
      const subject = opened();
      const topic = await subject.topic();
      for (let batches = 3; batches > 0; batches -= 1) await subject.write(topic, 2);
      await subject.cluster.deleteRecords(topic, 0, 3n);
      expect((await subject.listOffset(topic, EARLIEST)).offset).toBe(3n);
      expect((await subject.listOffset(topic, LATEST)).offset).toBe(6n);
      expect(await subject.read(topic, 2)).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE' });
      const read = await subject.read(topic, 3);
      expect(read).toMatchObject({ error: 'NONE', logStartOffset: 3n, highWatermark: 6n });
      // A batch is kept as long as one of its records is.
      expect(read.records.batches.map(({ baseOffset }) => baseOffset)).toEqual([2, 4]);
      await subject.cluster.deleteRecords(topic, 0, 6n);
      expect((await subject.listOffset(topic, EARLIEST)).offset).toBe(6n);
      expect((await subject.read(topic, 6)).records.batches).toEqual([]);
      expect((await subject.write(topic, 1)).baseOffset).toBe(6n);
    });

    it('refuses an epoch that its leader has not heard of', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const { broker, epoch } = await subject.leader(topic);
      const later = { leaderEpoch: epoch + 1 };
      expect(await subject.read(topic, 0, later)).toMatchObject({ error: 'UNKNOWN_LEADER_EPOCH' });
      const listed = await subject.listOffset(topic, LATEST, 'read_uncommitted', epoch + 1);
      expect(listed.error).toBe('UNKNOWN_LEADER_EPOCH');
      const { partitions } = await subject.send(broker, 'OffsetForLeaderEpoch', {
        partitions: [{ topic, partition: 0, currentLeaderEpoch: epoch + 1, leaderEpoch: epoch }],
      });
      expect(only(partitions).error).toBe('UNKNOWN_LEADER_EPOCH');
    });

    it('knows where an epoch ends', async () => {
      const subject = opened();
      const topic = await subject.topic();
      await subject.write(topic, 3);
      const { broker, epoch } = await subject.leader(topic);
      const endOf = async (leaderEpoch: number): Promise<object> => {
        const { partitions } = await subject.send(broker, 'OffsetForLeaderEpoch', {
          partitions: [{ topic, partition: 0, currentLeaderEpoch: epoch, leaderEpoch }],
        });
        return only(partitions);
      };
      expect(await endOf(epoch)).toMatchObject({
        error: 'NONE',
        leaderEpoch: epoch,
        endOffset: 3n,
      });
      expect(await endOf(epoch + 1)).toMatchObject({
        error: 'NONE',
        leaderEpoch: -1,
        endOffset: -1n,
      });
    });
  });
}
