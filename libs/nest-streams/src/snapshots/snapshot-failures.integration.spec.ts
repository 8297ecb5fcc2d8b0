import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { KafkaStalledError, KafkaUnavailableError } from '../client/errors.ts';
import { encodeCounts, tallyOf, UnreadableSnapshot } from '@login-pipeline/streams/testing';
import { waitFor } from '../testing/index.ts';
import {
  caughtUp,
  cleanUp,
  cluster,
  create,
  numbered,
  once,
  save,
  savedOffsets,
  start,
  topics,
} from './testing/folding.ts';

/** The longest that a topic which was created anew goes unnoticed. */
const NOTICED_MS = 10_000;

afterEach(cleanUp);
afterAll(() => cluster.close());

describe('SnapshotConsumer, when it cannot go on', () => {
  it('refuses the snapshot of a topic that was created anew, and names the fix', async () => {
    const fold = await topics();
    await cluster.produce(fold.input, numbered('login', 10));
    await save(fold, 11n, encodeCounts(new Map()));
    const { fatal } = await start(fold);
    await waitFor('the refusal', () => fatal.length > 0);

    expect(fatal[0]).toBeInstanceOf(KafkaUnavailableError);
    expect(String(fatal[0])).toMatch(
      /snapshot of partition 0 .* offset 11, .* \(INPUT_TOPIC\) ends at 10: .*SNAPSHOT_TOPIC/,
    );
    expect(await cluster.committed(fold.groupId, fold.input)).toEqual([-1]);
  });

  it('ends when its topic is created anew under it, and names the choices', async () => {
    const [fold, topic] = await Promise.all([topics(), cluster.topic('changes')]);
    await cluster.produce(fold.input, numbered('old', 10));
    const changes = {
      topic: { topic, setting: 'CHANGES_TOPIC' },
      since: () => [],
      assumeWritten: jest.fn(),
      forget: jest.fn(),
    };
    const running = await create(fold, 50, { changes });
    await running.consumer.start();
    await caughtUp(fold, running);
    await waitFor('its snapshot', async () => (await savedOffsets(fold)).get(0)?.includes('10'));
    await recreate(fold.input);
    await cluster.produce(fold.input, numbered('new', 20));
    const { fatal, states } = running;
    await waitFor('the end', () => fatal.length > 0, NOTICED_MS);

    expect(fatal[0]).toBeInstanceOf(KafkaUnavailableError);
    expect(String(fatal[0])).toMatch(
      /snapshot of partition 0 .* up to its offset 10, and .* \(INPUT_TOPIC\) ends at \d+: it was created anew\. Set SNAPSHOT_TOPIC to a new topic .* and CHANGES_TOPIC to another one/,
    );
    expect(tallyOf([states])).toEqual(once(numbered('old', 10)));
  });

  it('ends over changes of another topic of the name, and names the fix', async () => {
    const [fold, topic] = await Promise.all([topics(), cluster.topic('changes')]);
    await cluster.produce(fold.input, numbered('login', 10));
    const headers = [['topic-id', '0'.repeat(32)]] as const;
    await cluster.produce(topic, [{ key: 'a count', value: 'old', headers }]);
    const since = jest.fn(() => []);
    const changes = {
      topic: { topic, setting: 'CHANGES_TOPIC' },
      since,
      assumeWritten: jest.fn(),
      forget: jest.fn(),
    };
    const { consumer, fatal } = await create(fold, 50, { changes });
    await consumer.start();
    await waitFor('the end', () => fatal.length > 0);

    expect(fatal[0]).toBeInstanceOf(KafkaUnavailableError);
    expect(String(fatal[0])).toMatch(
      /\(CHANGES_TOPIC\) has counts of another topic than .*\(INPUT_TOPIC\) of now, which was created anew\. Set CHANGES_TOPIC to a new topic/,
    );
    expect(since).not.toHaveBeenCalled();
  });

  it('ends over a snapshot that cannot be read, and counts nothing', async () => {
    const fold = await topics();
    await cluster.produce(fold.input, numbered('login', 10));
    await save(fold, 5n, Buffer.from('no counts'));
    const { consumer, states, fatal } = await create(fold, 50);
    void consumer.start();
    await waitFor('the end', () => fatal.length > 0);

    expect(fatal[0]).toBeInstanceOf(UnreadableSnapshot);
    expect(states.owned.size).toBe(0);
  });

  it('ends at once over a snapshot that its topic does not take, and names the fix', async () => {
    const config = { 'cleanup.policy': 'compact', 'max.message.bytes': '200' };
    const fold = { ...(await topics()), snapshots: await cluster.topic('small', { config }) };
    await cluster.produce(fold.input, numbered('login', 100));
    const { consumer, fatal } = await create(fold, 50);
    await consumer.start();
    await waitFor('the end', () => fatal.length > 0);

    expect(fatal[0]).toBeInstanceOf(KafkaUnavailableError);
    expect(String(fatal[0])).toMatch(/\(SNAPSHOT_TOPIC\) takes .* raise max\.message\.bytes/);
  });

  it('keeps no snapshot whose changes were not written, asks for all of them again, and gives up in time', async () => {
    const config = { 'max.message.bytes': '200' };
    const [fold, topic] = await Promise.all([topics(), cluster.topic('changes', { config })]);
    await cluster.produce(fold.input, numbered('login', 10));
    const asked: string[] = [];
    const value = randomBytes(1_000);
    const { consumer, fatal } = await create(fold, 50, {
      stallTimeoutMs: 1_000,
      changes: {
        topic: { topic, setting: 'CHANGES_TOPIC' },
        since: () => {
          asked.push('since');
          return [{ key: null, value, timestamp: '0' }];
        },
        assumeWritten: () => asked.push('told'),
        forget: () => asked.push('forget'),
      },
    });
    await consumer.start();
    await waitFor('the end', () => fatal.length > 0);

    expect(asked.slice(0, 4)).toEqual(['since', 'forget', 'since', 'forget']);
    expect(fatal[0]).toBeInstanceOf(KafkaStalledError);
    expect(String(fatal[0])).toMatch(/\(CHANGES_TOPIC\) for STALL_TIMEOUT_MS=1000: .*larger/);
    expect(await cluster.ends(fold.snapshots)).toEqual([0, 0]);
  });
});

/** Creates a topic under the name of another one, as soon as brokers are done with that. */
async function recreate(topic: string): Promise<void> {
  const admin = cluster.kafka.admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic] });
  await waitFor('the topic to be gone', async () => !(await admin.listTopics()).includes(topic));
  await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: 1 }] });
  await waitFor('its leader', () =>
    admin.fetchTopicMetadata({ topics: [topic] }).then(
      ({ topics: [found] }) => found?.partitions.length === 1,
      () => false,
    ),
  );
  await admin.disconnect();
}
