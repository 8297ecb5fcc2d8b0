import { describe, expect, it } from '@jest/globals';
import type { Subject } from './subject.ts';

const NO_ID = '0'.repeat(32);

/** Topics: their ids (KIP-516), their leaders, and what becomes of them. */
export function describeTopics(opened: () => Subject): void {
  describe('A topic', () => {
    it('has an id, and a leader that the metadata knows for each partition', async () => {
      const subject = opened();
      const topic = await subject.topic(3);
      const { brokers, topics } = await subject.send('any', 'Metadata', { topics: [topic] });
      const [metadata] = topics;
      expect(metadata?.error).toBe('NONE');
      expect(metadata?.topicId).toMatch(/^[0-9a-f]{32}$/);
      expect(metadata?.topicId).not.toBe(NO_ID);
      const partitions = metadata?.partitions.map(({ partition }) => partition);
      expect(partitions?.toSorted()).toEqual([0, 1, 2]);
      const ids = brokers.map(({ id }) => id);
      for (const { error, leader } of metadata?.partitions ?? []) {
        expect(error).toBe('NONE');
        expect(ids).toContain(leader);
      }
    });

    it('that does not exist has an error of its own, among those that do', async () => {
      const subject = opened();
      const topic = await subject.topic();
      const absent = subject.unique('absent');
      const { topics } = await subject.send('any', 'Metadata', { topics: [absent, topic] });
      const told = topics.map(({ topic: name, error }) => [name, error]);
      expect(new Map(told as [string, string][])).toEqual(
        new Map([
          [absent, 'UNKNOWN_TOPIC_OR_PARTITION'],
          [topic, 'NONE'],
        ]),
      );
      expect(topics.find(({ topic: name }) => name === absent)).toMatchObject({
        topicId: NO_ID,
        partitions: [],
      });
    });

    it('has another id when it is created anew, and is not read by the old one', async () => {
      const subject = opened();
      const topic = await subject.topic();
      await subject.write(topic, 1);
      const { topicId: old } = await subject.metadata(topic);
      await subject.cluster.deleteTopic(topic);
      await subject.until(
        `${topic} to be gone`,
        () => subject.metadata(topic),
        ({ error }) => error === 'UNKNOWN_TOPIC_OR_PARTITION',
      );
      await subject.cluster.createTopic(topic, 1);
      await subject.write(topic, 2);
      const { topicId } = await subject.metadata(topic);
      expect(topicId).not.toBe(old);
      const refused = await subject.read(topic, 0, { topicId: old });
      expect(refused).toMatchObject({ topicId: old, error: 'UNKNOWN_TOPIC_ID' });
      expect(refused.records.batches).toEqual([]);
      const read = await subject.read(topic, 0);
      expect(read).toMatchObject({ topicId, error: 'NONE', highWatermark: 2n });
    });

    it('that grows has new partitions, which are empty', async () => {
      const subject = opened();
      const topic = await subject.topic(1);
      await subject.write(topic, 1);
      const { topicId } = await subject.metadata(topic);
      await subject.cluster.growTopic(topic, 2);
      const grown = await subject.metadata(topic);
      expect(grown.partitions).toHaveLength(2);
      expect(grown.topicId).toBe(topicId);
      expect(await subject.read(topic, 0, { partition: 1 })).toMatchObject({
        error: 'NONE',
        highWatermark: 0n,
      });
    });

    it('is refused to be read, and asked for offsets, at a partition that it does not have', async () => {
      const subject = opened();
      const topic = await subject.topic(1);
      const { broker, topicId } = await subject.leader(topic);
      const where = { topicId, partition: 7, leaderEpoch: -1, offset: 0n, maxBytes: 100 };
      const limits = { maxWaitMs: 0, minBytes: 1, maxBytes: 100 };
      const isolation = 'read_committed';
      const fetched = await subject.send(broker, 'Fetch', {
        isolation,
        ...limits,
        partitions: [where],
      });
      expect(fetched.partitions.map(({ error }) => error)).toEqual(['UNKNOWN_TOPIC_OR_PARTITION']);
      const listed = await subject.send(broker, 'ListOffsets', {
        isolation,
        partitions: [{ topic, partition: 7, leaderEpoch: -1, timestamp: -1n }],
      });
      expect(listed.partitions.map(({ error }) => error)).toEqual(['UNKNOWN_TOPIC_OR_PARTITION']);
    });
  });
}
