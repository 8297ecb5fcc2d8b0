import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { Collector } from './collector.ts';
import type { Span } from './collector.ts';
import { makeLoad } from './load.ts';
import { killServices, Service } from './service.ts';
import type { Settings } from './service.ts';
import { TopicReader } from './topic-reader.ts';

const COUNT = 400;
const [PRODUCER, CONSUMER] = [4, 5];

describe('traces', () => {
  let cluster: Cluster;
  let collector: Collector;

  beforeAll(async () => {
    cluster = await Cluster.connect();
    collector = await Collector.start();
  });
  afterEach(killServices);
  afterAll(async () => {
    await cluster.disconnect();
    await collector.stop();
  });

  /** Runs generator, transformer and aggregator one after another, each to the end of its work. */
  const runAll = async (traces: Settings): Promise<Lane> => {
    const lane = await cluster.lane({ partitions: 2 });
    const snapshots = `${lane.output}-snapshots`;
    await cluster.createTopic(snapshots, 1, { 'cleanup.policy': 'compact' });
    const generator = await Service.start('data-generator', {
      ...traces,
      OUTPUT_TOPIC: lane.input,
      COUNT: String(COUNT),
      RATE: '2000',
      BAD_RATIO: '0.1',
    });
    expect(await generator.ended).toBe(0);
    const transformer = await Service.start('transformer', { ...traces, ...lane.settings });
    await transformer.until('all of its work', () => cluster.isDone(lane));
    expect(await transformer.stop()).toBe(0);
    const aggregator = await Service.start('aggregator', {
      ...traces,
      INPUT_TOPIC: lane.output,
      SNAPSHOT_TOPIC: snapshots,
      GROUP_ID: `${lane.group}-aggregator`,
    });
    const { records } = await TopicReader.readAll(cluster, lane.output);
    await aggregator.ready();
    await aggregator.until('all of its work', async () => {
      const { total } = (await (await aggregator.get('/insights')).json()) as { total: number };
      return total === records.length;
    });
    expect(await aggregator.stop()).toBe(0);
    return lane;
  };
  const headersOf = async (topic: string): Promise<readonly (string | undefined)[]> => {
    const { records } = await TopicReader.readAll(cluster, topic);
    return records.map(({ headers }) => headers?.['traceparent']?.toString());
  };

  it('lead from the batches that were read to the one that was sent, through both stages', async () => {
    const lane = await runAll({
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    const { spans, refused } = collector;
    expect(refused).toEqual([]);
    const sent = spans.filter(({ service }) => service === 'data-generator');
    const processed = spans.filter(({ service }) => service === 'transformer');
    const aggregated = spans.filter(({ service }) => service === 'aggregator');

    for (const { name, kind, attributes } of sent) {
      expect([name, kind]).toEqual([`send ${lane.input}`, PRODUCER]);
      expect(attributes).toMatchObject({
        'messaging.system': 'kafka',
        'messaging.operation.type': 'send',
        'messaging.destination.name': lane.input,
      });
    }
    expect(recordsOf(sent)).toBe(COUNT);
    expectProcessing(processed, lane.input, lane.group);
    expect(recordsOf(processed)).toBe(COUNT);
    expectProcessing(aggregated, lane.output, `${lane.group}-aggregator`);

    const senders = new Set(sent.map(({ traceId, spanId }) => `${traceId}-${spanId}`));
    for (const { links } of [...processed, ...aggregated]) {
      expect(links.length).toBeGreaterThan(0);
      for (const { traceId, spanId } of links) expect(senders).toContain(`${traceId}-${spanId}`);
    }
    // Every record carries its sender on, the ones set aside too.
    for (const topic of [lane.input, lane.output, lane.deadLetter]) {
      const headers = await headersOf(topic);
      expect(headers.length).toBeGreaterThan(0);
      for (const header of headers) {
        expect(senders).toContain(/^00-(\w{32}-\w{16})-01$/.exec(header ?? '')?.[1]);
      }
    }
    // The topics' own names hold an id.
    const [, id = ''] = /^e2e-logins-(.*)$/.exec(lane.input) ?? [];
    expect(JSON.stringify(spans).replaceAll(id, '')).not.toMatch(
      /\d+\.\d+\.\d+\.\d+|[0-9a-f]{8}-[0-9a-f]{4}-[47]/i,
    );
  });

  it('are off by default: no header, nothing sent', async () => {
    const before = collector.spans.length;
    const lane = await runAll({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    expect(collector.spans.length).toBe(before);
    expect(new Set(await headersOf(lane.input))).toEqual(new Set([undefined]));
  });

  it('cost no record and no stop when the collector is away', async () => {
    const lane = await cluster.lane({ partitions: 1 });
    await cluster.produce(lane.input, makeLoad(50, 1));
    const transformer = await Service.start('transformer', {
      ...lane.settings,
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    });
    await transformer.until('all of its work', () => cluster.isDone(lane));
    expect(await transformer.stop()).toBe(0);
    expect(transformer.output).toContain('Traces were not delivered');
    expect(transformer.output).not.toContain('gave up');
  });
});

function expectProcessing(spans: readonly Span[], topic: string, group: string): void {
  expect(spans.length).toBeGreaterThan(0);
  for (const { name, kind, attributes, statusCode } of spans) {
    expect([name, kind, statusCode]).toEqual([`process ${topic}`, CONSUMER, 0]);
    expect(attributes).toMatchObject({
      'messaging.operation.name': 'process',
      'messaging.destination.name': topic,
      'messaging.consumer.group.name': group,
    });
    expect(attributes['messaging.destination.partition.id']).toMatch(/^[01]$/);
  }
}

function recordsOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { attributes }) => {
    return sum + Number(attributes['messaging.batch.message_count']);
  }, 0);
}
