import { Kafka, logLevel } from 'kafkajs';
import type { Consumer } from 'kafkajs';

/**
 * Has a consumer of kafkajs join a group, under the client id "other".
 *
 * @returns the consumer, as soon as it is a member
 * @throws what the coordinator refuses it for
 */
export async function joinByKafkajs(
  brokers: readonly string[],
  groupId: string,
  topic: string,
): Promise<Consumer> {
  const kafka = new Kafka({ brokers: [...brokers], clientId: 'other', logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId });
  const joined = new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.GROUP_JOIN, () => {
      resolve();
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      reject(payload.error);
    });
  });
  await consumer.connect();
  await consumer.subscribe({ topic });
  await consumer.run({ eachMessage: () => Promise.resolve() });
  try {
    await joined;
    return consumer;
  } catch (error) {
    await consumer.disconnect();
    throw error;
  }
}
