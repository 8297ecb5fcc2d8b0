import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadSettings } from '@login-pipeline/config';
import { startKafka } from '@login-pipeline/embedded-kafka';
import type { RunningKafka } from '@login-pipeline/embedded-kafka';
import { setUpTopics } from './set-up-topics.ts';
import { readTopicFile } from './topic-file.ts';
import { TOPIC_SETUP } from '../settings/settings.ts';

describe('the topics on a cluster without any', () => {
  let kafka: RunningKafka;
  const said: string[] = [];
  const setUp = (settings: Record<string, string> = {}) =>
    setUpTopics(
      loadSettings(TOPIC_SETUP, { KAFKA_BROKERS: kafka.bootstrapServers, ...settings }),
      (line) => said.push(line),
    );

  beforeAll(async () => {
    kafka = await startKafka();
  });
  afterAll(async () => {
    await kafka.stop();
  });

  it('cannot have more replicas than there are brokers', async () => {
    await expect(setUp({ REPLICATION_FACTOR: '3' })).rejects.toMatchObject({
      exitCode: 69,
      message: expect.stringContaining('only 1 broker(s) are registered') as unknown,
    });
    expect(said).toEqual([]);
  });

  it('are created once and found as they should be from then on', async () => {
    expect(await setUp()).toEqual([]);
    expect(said).toEqual([
      'created topics: user-login, processed-user-login, user-login.dead-letter, login-insights, login-insight-counts, user-last-login',
    ]);
    expect(await setUp()).toEqual([]);
    expect(said).toHaveLength(1);
  });

  it('may be those of another stream, by its file', async () => {
    const topics = readTopicFile(
      join(import.meta.dirname, '../../../../examples/orders/topics.json'),
    );
    const settings = loadSettings(TOPIC_SETUP, { KAFKA_BROKERS: kafka.bootstrapServers });
    const lines: string[] = [];
    expect(await setUpTopics(settings, (line) => lines.push(line), topics)).toEqual([]);
    expect(lines).toEqual([
      'created topics: orders, paid-orders, orders.dead-letter, orders.revenue',
    ]);
    expect(await setUpTopics(settings, (line) => lines.push(line), topics)).toEqual([]);
  });

  it('are left alone when they differ', async () => {
    const lines = await setUp({ PARTITIONS: '6' });
    expect(lines).toHaveLength(6);
    expect(lines[0]).toContain('user-login has 4 partitions, wanted 6');
    expect(await setUp({ PARTITIONS: '4' })).toEqual([]);
  });
});

it('tells which brokers do not answer', async () => {
  const settings = loadSettings(TOPIC_SETUP, { KAFKA_BROKERS: 'localhost:1' });
  await expect(setUpTopics(settings, () => undefined)).rejects.toMatchObject({
    fault: 'unavailable',
    code: 'BROKER_UNREACHABLE',
    message: expect.stringContaining('localhost:1 (KAFKA_BROKERS)') as unknown,
  });
});
