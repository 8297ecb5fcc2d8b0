import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { KafkaUnavailableError, StalledError } from '../client/errors.ts';
import { encodeCounts, UnreadableSnapshot } from '../testing/counting-states.ts';
import { waitFor } from '../testing/index.ts';
import { cleanUp, cluster, create, numbered, save, start, topics } from './testing/folding.ts';

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
        forget: () => asked.push('forget'),
      },
    });
    await consumer.start();
    await waitFor('the end', () => fatal.length > 0);

    expect(asked.slice(0, 4)).toEqual(['since', 'forget', 'since', 'forget']);
    expect(fatal[0]).toBeInstanceOf(StalledError);
    expect(String(fatal[0])).toMatch(/\(CHANGES_TOPIC\) for STALL_TIMEOUT_MS=1000: .*larger/);
    expect(await cluster.ends(fold.snapshots)).toEqual([0, 0]);
  });
});
