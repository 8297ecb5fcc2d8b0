import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestCluster, waitFor } from '@login-pipeline/nest-streams/testing';
import { startExporter } from './server.ts';
import type { RunningExporter } from './server.ts';

const COUNT = 5;

describe('the exporter stand-in', () => {
  const cluster = new TestCluster();
  let exporter: RunningExporter;
  let topic: string;
  /** Has committed offset 2 of the topic, and no member. */
  const group = cluster.unique('left "for" good');
  const shownGroup = group.replaceAll('"', '\\"');

  beforeAll(async () => {
    exporter = await startExporter(cluster.connection, 0);
    topic = await cluster.topic('exported');
    const messages = Array.from({ length: COUNT }, () => ({ value: 'x' }));
    await cluster.produce(topic, messages);
    const admin = cluster.kafka.admin();
    await admin.connect();
    await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '2' }] });
    await admin.disconnect();
  });
  afterAll(async () => {
    await exporter.stop();
    await cluster.close();
  });

  const scrape = async (): Promise<string> => {
    const response = await fetch(`http://localhost:${exporter.port}/metrics`);
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
    return response.text();
  };
  const shows = (line: string): Promise<string> =>
    waitFor(line, async () => {
      const text = await scrape();
      return text.split('\n').includes(line) ? text : undefined;
    });
  it('tells the lag of a group that has no members', async () => {
    const labels = `consumergroup="${shownGroup}",topic="${topic}"`;
    const text = await shows(`kafka_consumergroup_lag{${labels},partition="0"} 3`);
    expect(text).toContain(`kafka_consumergroup_current_offset{${labels},partition="0"} 2\n`);
    expect(text).toContain(`kafka_consumergroup_lag_sum{${labels}} 3\n`);
    expect(text).toContain(`kafka_consumergroup_members{consumergroup="${shownGroup}"} 0\n`);
    expect(text).toContain(`kafka_topic_partition_leader{topic="${topic}",partition="0"} 1\n`);
    expect(text).toContain('\nkafka_brokers 1\n');
  });

  it('counts what an open transaction has written', async () => {
    const written = await cluster.topic('exported');
    const transactionalId = cluster.unique('hanging');
    const producer = cluster.kafka.producer({ transactionalId, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic: written, messages: [{ value: 'x' }] });
    await shows(`kafka_topic_partition_current_offset{topic="${written}",partition="0"} 1`);
    expect(await cluster.ends(written)).toEqual([0]);
    await transaction.abort();
    await producer.disconnect();
  });

  it('survives topics that vanish, and shows no lag where there is nothing to lag behind', async () => {
    await shows(`kafka_consumergroup_lag_sum{consumergroup="${shownGroup}",topic="${topic}"} 3`);
    const admin = cluster.kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
    const text = await waitFor('the topic to be gone', async () => {
      const answer = await scrape();
      return answer.includes(`kafka_topic_partitions{topic="${topic}"}`) ? undefined : answer;
    });
    expect(text).toContain('kafka_brokers 1\n');
    expect(text).not.toContain(`kafka_consumergroup_lag{consumergroup="${shownGroup}"`);
  });

  it('has no other page', async () => {
    const { status } = await fetch(`http://localhost:${exporter.port}/`);
    expect(status).toBe(404);
  });
});
