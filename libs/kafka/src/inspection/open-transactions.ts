import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';

/** A transaction that keeps readers of committed records from going on. */
export interface OpenTransaction {
  readonly topic: string;
  readonly partition: number;
  /** Where such readers stand. */
  readonly offset: string;
}

/** Ours take some ten milliseconds: what has been open for so long hangs, or is another program's. */
const OPEN_MS = 2_000;

/**
 * Finds partitions whose last stable offset stands still although records follow it. The client knows no request that
 * lists transactions, so somebody has to read uncommitted records from there on.
 */
export async function openTransactions(
  kafka: Kafka,
  admin: Admin,
  topics: readonly string[],
): Promise<readonly OpenTransaction[]> {
  if (topics.length === 0) return [];
  const before = await stableOffsets(admin, topics);
  const consumer = kafka.consumer({
    groupId: `doctor.${randomUUID()}`,
    readUncommitted: true,
    maxWaitTimeInMs: 200,
    allowAutoTopicCreation: false,
  });
  const followed = new Set<string>();
  const joined = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => {
      resolve();
    });
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics] });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch: { topic, partition, messages } }) => {
        if (messages.length > 0) followed.add(`${topic} ${partition}`);
        return Promise.resolve();
      },
    });
    for (const { topic, partition, offset } of before) consumer.seek({ topic, partition, offset });
    await joined;
    await sleep(OPEN_MS);
  } finally {
    await consumer.disconnect();
  }
  const after = new Map(
    (await stableOffsets(admin, topics)).map((now) => [
      `${now.topic} ${now.partition}`,
      now.offset,
    ]),
  );
  return before.filter(({ topic, partition, offset }) => {
    const name = `${topic} ${partition}`;
    return followed.has(name) && after.get(name) === offset;
  });
}

async function stableOffsets(
  admin: Admin,
  topics: readonly string[],
): Promise<readonly OpenTransaction[]> {
  const perTopic = await Promise.all(
    topics.map(async (topic) =>
      (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({
        topic,
        partition,
        offset: high,
      })),
    ),
  );
  return perTopic.flat();
}
