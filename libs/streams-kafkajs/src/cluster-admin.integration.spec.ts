import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ANY_EPOCH, ClusterAdmin, systemClock } from '@login-pipeline/streams';
import type { Acl } from '@login-pipeline/streams';
import { Subject, TransactionalProducer } from '@login-pipeline/streams/testing/contract';
import { KafkajsWire } from './kafkajs-wire.ts';
import { RealCluster } from './testing/real-cluster.ts';

const RETRY_FOR_MS = 5_000;

describe('ClusterAdmin', () => {
  let real: RealCluster;
  let subject: Subject;
  let admin: ClusterAdmin;

  beforeAll(async () => {
    real = await RealCluster.open();
    subject = new Subject(real);
    admin = new ClusterAdmin(real.wire, systemClock, RETRY_FOR_MS);
  });
  afterAll(() => real.close());

  it('creates topics with their settings, once, and describes those that exist', async () => {
    const topic = subject.unique('created');
    const wanted = {
      ...{ topic, partitions: 3, replicationFactor: 1 },
      config: { 'cleanup.policy': 'compact', 'max.message.bytes': '2000000' },
    };
    await admin.createTopics([wanted]);
    await admin.createTopics([{ ...wanted, partitions: 9 }]);
    const settings = ['cleanup.policy', 'max.message.bytes'];
    const other = subject.unique('missing');
    expect(await admin.definitions([other, topic], settings)).toEqual([wanted]);
    const { brokers, controller, topics } = await admin.describe([topic, other]);
    expect(brokers.map(({ id }) => id)).toContain(controller);
    expect(topics.map(({ error }) => error)).toEqual(['NONE', 'UNKNOWN_TOPIC_OR_PARTITION']);
    expect(topics[0]?.operations).toContain('Write');
    expect(topics[0]?.partitions[2]).toMatchObject({
      ...{ partition: 2, leader: 1, replicas: [1], inSync: [1] },
    });
    expect(await admin.brokerSettings(['num.partitions', 'log.dirs'])).toMatchObject({
      'num.partitions': expect.stringMatching(/^\d+$/) as unknown,
    });
    const all = await admin.describe('all');
    expect(all.topics.map((found) => found.topic)).toContain(topic);
  });

  it('tells why a topic cannot be created, in the broker’s words', async () => {
    const topic = subject.unique('refused');
    const config = { 'cleanup.policy': 'sometimes' };
    const refused = admin.createTopics([{ topic, partitions: 1, replicationFactor: 1, config }]);
    await expect(refused).rejects.toThrow(
      new RegExp(`^CreateTopics of topic "${topic}": INVALID_CONFIG .*cleanup\\.policy`),
    );
  });

  it('finds where logs begin and end, for both kinds of readers, and by time', async () => {
    const topic = await subject.topic(2);
    const producer = await TransactionalProducer.of(subject);
    await subject.write(topic, 5, { timestamps: [100, 200, 300, 400, 500] });
    await real.deleteRecords(topic, 0, 2n);
    await producer.write(topic, 3, 1);
    expect(await admin.bounds([topic], 'read_uncommitted')).toEqual([
      { topic, partition: 0, earliest: 2n, end: 5n },
      { topic, partition: 1, earliest: 0n, end: 3n },
    ]);
    const committed = await admin.answeredBounds(await admin.describe([topic]), 'read_committed');
    expect(committed.map(({ end }) => end)).toEqual([5n, 0n]);
    const since = await admin.offsetsAt([topic], 'read_committed', 301);
    expect(since.map(({ offset }) => offset)).toEqual([3n, -1n]);
    await producer.end(false);
  });

  it('commits for a group without members, and tells what it has committed', async () => {
    const topic = await subject.topic(2);
    const groupId = subject.unique('group');
    const offsets = [0, 1].map((partition) => ({
      ...{ topic, partition, offset: BigInt(10 + partition), leaderEpoch: ANY_EPOCH },
      metadata: `of ${partition}`,
    }));
    await admin.commit(groupId, offsets);
    expect(await admin.committed(groupId)).toMatchObject(offsets);
    expect(await admin.committed(subject.unique('nothing'))).toEqual([]);
    expect(await admin.groups()).toContain(groupId);
    expect(await admin.countMembers(groupId)).toBe(0);
  });

  it('tells that ACLs take an authorizer', async () => {
    const acl: Acl = {
      principal: 'User:a',
      resource: 'topic',
      name: 't',
      pattern: 'literal',
      operation: 'Read',
    };
    await expect(admin.acls()).rejects.toMatchObject({ code: 'SECURITY_DISABLED' });
    await expect(admin.allow([acl])).rejects.toThrow('No Authorizer is configured');
  });

  it('is patient with brokers that are away, and no longer than that', async () => {
    const nowhere = new KafkajsWire({ brokers: [`${randomUUID()}.invalid:9092`] });
    const began = Date.now();
    const reached = new ClusterAdmin(nowhere, systemClock, 300).reach();
    await expect(reached).rejects.toThrow('cannot be reached');
    expect(Date.now() - began).toBeGreaterThanOrEqual(300);
    await nowhere.close();
  });
});
