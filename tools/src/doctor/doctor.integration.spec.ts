import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, describe, it } from '@jest/globals';
import { loadTopicSettings } from '@login-pipeline/config';
import { TestCluster } from '@login-pipeline/kafka/testing';
import { startKafka } from '../embedded-kafka/index.ts';
import type { RunningKafka } from '../embedded-kafka/index.ts';
import { setUpTopics } from '../set-up-topics.ts';

const COMMAND = join(import.meta.dirname, '..', 'doctor.ts');

describe('doctor', () => {
  let kafka: RunningKafka;
  let cluster: TestCluster;
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  beforeAll(async () => {
    kafka = await startKafka();
    cluster = new TestCluster(kafka.bootstrapServers);
  });
  afterAll(async () => {
    await cluster.close();
    await kafka.stop();
    rmSync(folder, { recursive: true });
  });

  it('finds every topic missing on a cluster without any', async () => {
    const { code, lines } = await doctor();
    expect(code).toBe(1);
    for (const topic of ['user-login', 'processed-user-login', 'login-insights']) {
      expect(lines).toContain(
        `MEND  topic ${topic} is missing. Run npm run topics, or allow Describe on it`,
      );
    }
  });

  it('is content with what the set-up makes', async () => {
    await setUpTopics(
      loadTopicSettings({ KAFKA_BROKERS: kafka.bootstrapServers }),
      () => undefined,
    );
    const { code, lines } = await doctor();
    expect(lines.filter((line) => line.startsWith('MEND'))).toEqual([]);
    expect(lines).toContain('ok    topic user-login.dead-letter: 4 partitions, 1 replicas');
    expect(lines).toContain('ok    no transaction stays open');
    expect(code).toBe(0);
  });

  it('finds a transaction that stays open, a group that fell behind, and a setting that is wrong', async () => {
    const producer = cluster.kafka.producer({ transactionalId: 'hangs' });
    await producer.connect();
    const transaction = await producer.transaction();
    const messages = [{ partition: 2, value: 'not committed' }];
    await transaction.send({ topic: 'processed-user-login', messages });
    await cluster.produce('user-login', [{ partition: 0, value: 'unread' }]);
    await cluster.alter('user-login.dead-letter', 'message.timestamp.type', 'CreateTime');
    await cluster.commit('transformer', 'user-login', { 0: 0 });

    const { code, lines } = await doctor();
    await transaction.abort();
    await producer.disconnect();
    const found = lines.filter((line) => line.startsWith('MEND')).join('\n');
    expect(found).toContain(
      'a transaction stays open in processed-user-login, partition 2, from offset 0 on',
    );
    expect(found).toContain('group transformer on user-login: Empty, 0 members, 1 records behind');
    expect(found).toMatch(
      /user-login\.dead-letter has message\.timestamp\.type=CreateTime.*kafka-configs\.sh/,
    );
    // With the one setting changed the others of the topic are the brokers' own: its size is wrong too.
    expect(found.split('\n')).toHaveLength(4);
    expect(code).toBe(1);
  });

  it('says when nobody answers, and what is wrong with its options', async () => {
    const away = await doctor('--settings', writeBrokers('localhost:1'));
    expect([away.code, away.error]).toEqual([69, expect.stringContaining('localhost:1')]);
    expect((await doctor('--settings', join(folder, 'none'))).code).toBe(78);
  });

  function writeBrokers(brokers: string): string {
    const file = join(folder, 'brokers');
    writeFileSync(file, `KAFKA_BROKERS=${brokers}\n`);
    return file;
  }

  function doctor(
    ...args: string[]
  ): Promise<{ code: number; lines: readonly string[]; error: string }> {
    const env = { KAFKA_BROKERS: kafka.bootstrapServers };
    return new Promise((resolve) => {
      execFile(process.execPath, [COMMAND, ...args], { env }, (failure, output, error) => {
        const code = failure === null ? 0 : Number(failure.code);
        resolve({ code, lines: output.trimEnd().split('\n'), error });
      });
    });
  }
});
