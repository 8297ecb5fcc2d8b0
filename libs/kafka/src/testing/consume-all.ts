import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaMessage } from 'kafkajs';
import type { Piece, RecordHeader } from '@login-pipeline/streams';
import { readLimits } from '@login-pipeline/streams';
import { fetchedPieces } from '../group/fetched-pieces.ts';
import { waitFor } from './wait-for.ts';

/** A record as a reader sees it. */
export type ReadRecord = Omit<KafkaMessage, 'headers'> & {
  readonly partition: number;
  /** In order, their names as texts. */
  readonly headers: readonly RecordHeader[];
};

/**
 * Reads a topic from its beginning, committed records only, until every partition's last stable offset.
 *
 * @returns the records, in order within each partition
 */
export async function consumeAll(kafka: Kafka, topic: string): Promise<readonly ReadRecord[]> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = new Map(
    (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, BigInt(high)]),
  );
  await admin.disconnect();

  const records: ReadRecord[] = [];
  const positions = new Map<number, bigint>();
  const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, maxWaitTimeInMs: 50 });
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    positions.set(payload.partition, BigInt(payload.lastOffset) + 1n);
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      const { partition } = batch;
      const pieces: Piece[] = [];
      const options = { limits: readLimits(), isAwaited: false };
      for await (const piece of fetchedPieces(batch, options)) pieces.push(piece);
      const messages = pieces.flatMap((piece) => [...piece.records]);
      for (const { offset, timestamp, key, value, headers, attributes } of messages) {
        records.push({
          partition,
          offset,
          timestamp: textOf(timestamp),
          key,
          value,
          headers: listOf(headers),
          attributes,
        });
      }
    },
  });
  try {
    await waitFor(
      `the end of ${topic}`,
      () =>
        [...ends].every(([partition, end]) => (positions.get(partition) ?? 0n) >= end) || undefined,
    );
  } finally {
    await consumer.disconnect();
  }
  return records;
}

/** Our record batches have a number where kafkajs' type says text. */
function textOf(timestamp: string | number): string {
  return String(timestamp);
}

/** Our record batches have a list where kafkajs' type says object. */
function listOf(headers: unknown): readonly RecordHeader[] {
  const list = (headers ?? []) as Iterable<RecordHeader>;
  return Array.from(list, ([name, value]) => [String(name), value]);
}
