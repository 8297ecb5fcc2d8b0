import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { NO_FLOW, encodeFlow } from '@login-pipeline/streams';
import type { Metrics } from '@login-pipeline/observability';
import { TestCluster, waitFor } from '../testing/index.ts';
import { FlowWatch } from './flow-watch.ts';

describe('FlowWatch', () => {
  const cluster = new TestCluster();
  let watch: FlowWatch | undefined;

  afterEach(() => watch?.onModuleDestroy());
  afterAll(() => cluster.close());

  /** Commits as a transformer does, for a group without members. */
  const commit = async (
    groupId: string,
    topic: string,
    offset: number,
    behind = '',
  ): Promise<void> => {
    const producer = cluster.kafka.producer({
      transactionalId: cluster.unique('flow'),
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    const flow = { ...NO_FLOW, emitted: offset - 1, deadLettered: 1 };
    const metadata = `${encodeFlow(flow)}${behind}`;
    const partitions = [{ partition: 0, offset: String(offset), metadata }];
    await transaction.sendOffsets({ consumerGroupId: groupId, topics: [{ topic, partitions }] });
    await transaction.commit();
    await producer.disconnect();
  };
  const shown = (metrics: Metrics, line: RegExp): Promise<string> =>
    waitFor(String(line), async () => {
      const text = await metrics.render();
      return line.test(text) ? text : undefined;
    });

  it('shows the flow and the lag of a group without members, in records and in seconds', async () => {
    const topic = await cluster.topic('watched');
    const groupId = cluster.unique('watched');
    const metrics = cluster.metrics();
    const { connection, logger } = cluster;
    await cluster.produce(
      topic,
      Array.from({ length: 5 }, () => ({ value: 'x' })),
    );
    await commit(groupId, topic, 5);
    const settings = { groupId: 'TRANSFORMER_GROUP_ID', topic: 'TRANSFORMER_INPUT_TOPIC' };
    watch = new FlowWatch({ connection, logger, groupId, topic, settings, metrics });
    watch.onApplicationBootstrap();

    const text = await shown(metrics, /group_lag_records\{.*partition="0"\} 0\n/);
    expect(text).toMatch(/group_lag_seconds\{.*\} 0\n/);
    expect(text).toContain('flow_records{outcome="emitted"} 4\n');
    expect(text).toContain('flow_records{outcome="dead_lettered"} 1\n');
    expect(text).toContain('flow_unaccounted_records 0\n');

    await cluster.produce(topic, [{ value: 'unread' }, { value: 'unread' }]);
    await shown(metrics, /group_lag_records\{.*partition="0"\} 2\n/);
    await shown(metrics, /group_lag_seconds\{.*partition="0"\} [1-9]/);
  });

  it('reads the counts beside which the topic of the offset is named', async () => {
    const topic = await cluster.topic('watched');
    const groupId = cluster.unique('watched');
    const metrics = cluster.metrics();
    const { connection, logger } = cluster;
    await cluster.produce(topic, [{ value: 'x' }, { value: 'x' }, { value: 'x' }]);
    await commit(groupId, topic, 3, ` topic-id=${'0123456789abcdef'.repeat(2)}`);
    const settings = { groupId: 'TRANSFORMER_GROUP_ID', topic: 'TRANSFORMER_INPUT_TOPIC' };
    watch = new FlowWatch({ connection, logger, groupId, topic, settings, metrics });
    watch.onApplicationBootstrap();
    const text = await shown(metrics, /group_lag_records\{.*partition="0"\} 0\n/);
    expect(text).toContain('flow_records{outcome="emitted"} 2\n');
    expect(text).toContain('flow_records{outcome="dead_lettered"} 1\n');
    expect(watch.flow()).toMatchObject({ uncounted: 0 });
  });
});
