import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadSettings } from '@login-pipeline/config';
import { startKafka } from '@login-pipeline/embedded-kafka';
import type { RunningKafka } from '@login-pipeline/embedded-kafka';
import { TestCluster, waitFor } from '@login-pipeline/nest-streams/testing';
import { joinByConsumerProtocol } from '@login-pipeline/plain-wire';
import { setUpTopics } from '../topics/set-up-topics.ts';
import { TOPIC_SETUP } from '../settings/settings.ts';
import { runBuilt } from '../testing/built-command.ts';
import type { Ended } from '../testing/built-command.ts';

const FLOW = 'emitted=1 dropped=0 dead-lettered=0';
const DAY_MS = 86_400_000;

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
    const { code, said } = await doctor();
    expect(code).toBe(1);
    for (const topic of ['user-login', 'processed-user-login', 'login-insights']) {
      expect(said).toContain(
        `MEND  topic ${topic} is missing. Run npm run topics, or allow Describe on it`,
      );
    }
  });

  it('is content with what the set-up makes', async () => {
    await setUpTopics(
      loadSettings(TOPIC_SETUP, { KAFKA_BROKERS: kafka.bootstrapServers }),
      () => undefined,
    );
    const { code, said } = await doctor();
    expect(said.filter((line) => line.startsWith('MEND'))).toEqual([]);
    expect(said).toContain('ok    topic user-login.dead-letter: 4 partitions, 1 replicas');
    expect(said).toContain('ok    no transaction stays open');
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

    const { code, said } = await doctor();
    await transaction.abort();
    await producer.disconnect();
    const found = said.filter((line) => line.startsWith('MEND')).join('\n');
    expect(found).toContain(
      'a transaction stays open in processed-user-login, partition 2, from offset 0 on',
    );
    expect(found).toContain('npm run transactions -- list');
    expect(found).toContain('group transformer on user-login: Empty, 0 members, 1 records behind');
    expect(found).toMatch(
      /user-login\.dead-letter has message\.timestamp\.type=CreateTime.*kafka-configs\.sh/,
    );
    // With the one setting changed the others of the topic are the brokers' own: its size is wrong too.
    expect(found.split('\n')).toHaveLength(4);
    expect(code).toBe(1);
  });

  it('finds positions that the log does not have, and names the command that decides', async () => {
    const name = 'group moved on user-login: the committed offset';
    await cluster.produce('user-login', [
      { partition: 1, value: 'gone' },
      { partition: 1, value: 'there' },
      { partition: 2, value: 'there' },
    ]);
    await cluster.deleteRecords('user-login', 1, 1);
    await cluster.commit('moved', 'user-login', { 0: 1_000, 1: 0 });
    await cluster.commit('moved', 'user-login', { 2: 1 }, `${FLOW} topic-id=${'f'.repeat(32)}`);
    const { code, said } = await doctor('--transformer', 'moved');
    const decide = 'GROUP_ID=moved INPUT_TOPIC=user-login npm run positions -- set --partition';
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          `^MEND  ${name} 1000 of partition 0 is above the end of the log.*${decide} 0 --to`,
        ),
        expect.stringMatching(
          `^MEND  ${name} 0 of partition 1 is below the earliest one, 1: 1 are gone.*${decide} 1 --to`,
        ),
        `look  ${name} 1 of partition 2 is of another topic of this name: all records of the new one are read`,
      ]),
    );
    expect(code).toBe(1);
  });

  it('counts no marks of transactions and no aborted records as records that wait', async () => {
    const producer = cluster.kafka.producer({ transactionalId: 'aborts' });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({
      topic: 'user-login',
      messages: [{ partition: 3, value: 'never committed' }],
    });
    await transaction.abort();
    await producer.disconnect();
    await waitFor('the mark', async () => (await cluster.ends('user-login'))[3] === 2);
    const ends = Object.entries(await cluster.ends('user-login'));
    await cluster.commit('read-all', 'user-login', { ...Object.fromEntries(ends), 3: 0 });
    const { said } = await doctor('--transformer', 'read-all');
    expect(said).toContain(
      'ok    group read-all on user-login: Empty, 0 members, 0 records behind: only marks of transactions and aborted records follow',
    );
  });

  it('finds members that are not ours, of either kind', async () => {
    await waitFor('the group to be joined', async () => {
      const error = await joinByConsumerProtocol(kafka.bootstrapServers, 'shared', 'user-login');
      return error === 0;
    });
    const shared = await doctor('--transformer', 'shared');
    expect(shared.said.join('\n')).toMatch(
      /MEND {2}group shared on user-login: consumers with group\.protocol=consumer \(KIP-848\) are in it: bench \(.*\)\. .*GROUP_ID/,
    );
    const consumer = cluster.kafka.consumer({ groupId: 'other' });
    await consumer.connect();
    await consumer.subscribe({ topics: ['user-login'] });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
    await joined;
    const other = await doctor('--transformer', 'other');
    await consumer.disconnect();
    expect(other.said.join('\n')).toContain(
      'MEND  group other on user-login: consumers with another assignor ("RoundRobinAssigner") are in it: test (',
    );
  });

  it('compares how long offsets and records are kept, and the partitions of the latest logins', async () => {
    await cluster.alter('user-login', 'retention.ms', String(30 * DAY_MS));
    const latest = await cluster.topic('latest', { partitions: 2 });
    const { said } = await doctorWith({ LAST_LOGIN_TOPIC: latest });
    expect(said.join('\n')).toMatch(
      /look {2}offsets\.retention\.minutes=10080 \(7 days\), and user-login keeps records for 30 days/,
    );
    expect(said.join('\n')).toContain(
      `MEND  user-login has 4 partitions and ${latest} 2: the transformer does not start. Create a topic for LAST_LOGIN_TOPIC that has 4`,
    );
  });

  it('says when no broker answers, and what is wrong with its options', async () => {
    const away = await doctor('--settings', writeBrokers('localhost:1'));
    expect([away.code, away.said.join()]).toEqual([69, expect.stringContaining('localhost:1')]);
    expect((await doctor('--settings', join(folder, 'none'))).code).toBe(78);
  });

  function writeBrokers(brokers: string): string {
    const file = join(folder, 'brokers');
    writeFileSync(file, `KAFKA_BROKERS=${brokers}\n`);
    return file;
  }

  function doctor(...args: string[]): Promise<Ended> {
    return runBuilt(['doctor', ...args], { KAFKA_BROKERS: kafka.bootstrapServers });
  }

  function doctorWith(settings: Readonly<Record<string, string>>): Promise<Ended> {
    return runBuilt(['doctor'], { KAFKA_BROKERS: kafka.bootstrapServers, ...settings });
  }
});

it('doctor finds brokers that are too few for their coordinators', async () => {
  const kafka = await startKafka({
    settings: {
      'offsets.topic.replication.factor': 3,
      'transaction.state.log.replication.factor': 3,
      'transaction.state.log.min.isr': 2,
    },
  });
  try {
    const env = { KAFKA_BROKERS: kafka.bootstrapServers };
    await setUpTopics(loadSettings(TOPIC_SETUP, env), () => undefined);
    const { code, said } = await runBuilt(['doctor'], env);
    expect(said).toEqual(
      expect.arrayContaining([
        'MEND  offsets.topic.replication.factor=3, and there are 1 brokers: __consumer_offsets cannot be created, and nothing be coordinated. Lower it on the brokers, or start more of them',
        'MEND  transaction.state.log.replication.factor=3, and there are 1 brokers: __transaction_state cannot be created, and nothing be coordinated. Lower it on the brokers, or start more of them',
        'MEND  transaction.state.log.min.isr=2, and there are 1 brokers: __transaction_state cannot be written, and nothing be coordinated. Lower it on the brokers, or start more of them',
        expect.stringMatching(/^MEND {2}group transformer on user-login cannot be looked at: /),
      ]),
    );
    expect(code).toBe(1);
  } finally {
    await kafka.stop();
  }
});
